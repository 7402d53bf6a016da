"""The `sapa` command: Django's management commands, with our own listed first and nothing else to learn."""

from __future__ import annotations

import os
import signal
import sys

from sapa import __version__

COMMANDS = (
    "init",
    "demo",
    "serve",
    "worker",
    "scheduler",
    "ingest",
    "grade",
    "migrate",
    "doctor",
    "person",
    "link",
    "token",
    "scorecard",
    "hearing",
    "pbx",
    "status",
    "retry",
    "backup",
    "restore",
    "move",
    "audit",
)
GO_ON = ("serve", "worker", "scheduler")
"""Commands that run until they are stopped."""


def main() -> None:
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `sapa status | head` ends as `cat` would
    os.umask(0o077)  # recordings and what is said in them are for the owner of the process alone
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sapa.config.settings")
    argv = ["sapa", *sys.argv[1:]]
    if argv[1:] in (["--version"], ["version"]):
        sys.stdout.write(f"sapa {__version__}\n")
        return
    if len(argv) == 1 or argv[1:] in (["help"], ["--help"], ["-h"]):
        sys.stdout.write(_overview())
        return
    _execute(argv)


def _execute(argv: list[str]) -> None:
    """A database that is not there or not prepared is the commonest mistake of a first day, so it gets a sentence."""
    from django.core.management import ManagementUtility
    from django.db import OperationalError, ProgrammingError

    if argv[1] in GO_ON and not {"-h", "--help"} & {*argv}:
        _database_require()
    try:
        ManagementUtility(argv).execute()
    except (OperationalError, ProgrammingError) as exc:
        if "--traceback" in argv:
            raise
        reason = str(exc).partition("\n")[0]
        sys.exit(f"sapa: the database is not ready: {reason}. Run: sapa migrate (sapa doctor tells more)")


def _database_require() -> None:
    """What would go on for ever on a database that is not its own ends here instead."""
    import django

    django.setup()
    from sapa.core.errors import SapaError
    from sapa.pipeline.readiness import database_require

    try:
        database_require()
    except SapaError as exc:
        sys.exit(f"sapa: {exc.message} ({exc.code})")


def _overview() -> str:
    import django
    from django.core.management import load_command_class

    django.setup()
    lines = ["usage: sapa COMMAND [options]   (sapa COMMAND --help tells more)", ""]
    lines += [f"  {name:<10} {load_command_class('sapa.pipeline', name).help}" for name in COMMANDS]
    return "\n".join(lines) + "\n"
