"""The `sapa` command: Django's management commands, with our own listed first and nothing else to learn."""

from __future__ import annotations

import os
import sys

from sapa import __version__

COMMANDS = (
    "init",
    "demo",
    "serve",
    "worker",
    "ingest",
    "grade",
    "migrate",
    "doctor",
    "link",
    "token",
    "scorecard",
)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sapa.config.settings")
    from django.core.management import ManagementUtility

    argv = ["sapa", *sys.argv[1:]]
    if argv[1:] in (["--version"], ["version"]):
        sys.stdout.write(f"sapa {__version__}\n")
        return
    if len(argv) == 1 or argv[1:] in (["help"], ["--help"], ["-h"]):
        sys.stdout.write(_overview())
        return
    ManagementUtility(argv).execute()


def _overview() -> str:
    import django
    from django.core.management import load_command_class

    django.setup()
    lines = ["usage: sapa COMMAND [options]   (sapa COMMAND --help tells more)", ""]
    lines += [f"  {name:<10} {load_command_class('sapa.pipeline', name).help}" for name in COMMANDS]
    return "\n".join(lines) + "\n"
