"""Writes the reference pages from the program itself: every setting, every command.

`python -m sapa.config.docs` writes `docs/configuration.md` and `docs/commands.md`; with `--check` it only tells
which of them is out of step.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import django
from django.core.management import load_command_class

from sapa.config import env

ROOT = Path(__file__).resolve().parents[3]
# Every Django command has these; they are for developers and would drown the ones that matter.
DJANGO_OPTIONS = frozenset(
    {"help", "version", "verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color", "skip_checks"}
)
CONFIGURATION_OPENING = (
    "Sapa is set up by environment variables and by nothing else. A value that cannot be right stops the start "
    "with a sentence that names the allowed ones; `sapa doctor` checks what the values point at."
)
COMMANDS_OPENING = (
    "`sapa COMMAND --help` tells the same. Every command takes its settings from the environment: see "
    "[configuration](configuration.md)."
)


def configuration_page() -> str:
    rows = [
        f"| `{variable.name}` | {_cell(_default(variable))} | {_cell(variable.help)} |"
        for variable in sorted(env.VARIABLES.values(), key=lambda variable: variable.name)
    ]
    secrets = [f"`{variable.name}_FILE`" for variable in env.VARIABLES.values() if variable.secret]
    return "\n".join(
        [
            "# Configuration",
            "",
            CONFIGURATION_OPENING,
            "",
            f"A secret may lie in a file instead, named by the variable with `_FILE` at its end: {', '.join(secrets)}.",
            "",
            "| variable | default | meaning |",
            "| --- | --- | --- |",
            *rows,
            "",
            "_Written by `python -m sapa.config.docs` from the settings; a test keeps it in step._",
            "",
        ]
    )


def commands_page(names: Iterable[str]) -> str:
    sections = [line for name in names for line in _command_section(name)]
    return "\n".join(
        [
            "# Commands",
            "",
            COMMANDS_OPENING,
            "",
            *sections,
            "_Written by `python -m sapa.config.docs` from the commands; a test keeps it in step._",
            "",
        ]
    )


def _default(variable: env.Variable) -> str:
    shown = variable.default.replace(f"{ROOT}{os.sep}", "")
    return f"`{shown}`" if shown else "empty"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _command_section(name: str) -> list[str]:
    command = load_command_class("sapa.pipeline", name)
    parser = command.create_parser("sapa", name)
    # argparse offers no public list of a parser's arguments.
    actions = [action for action in parser._actions if action.dest not in DJANGO_OPTIONS]  # noqa: SLF001
    usage = " ".join(["sapa", name, *(_usage(action) for action in actions)])
    rows = [f"- `{_label(action)}` — {_help(action)}" for action in actions if action.help != argparse.SUPPRESS]
    return [f"## {name}", "", str(command.help).strip(), "", f"    {usage}", "", *rows, *([""] if rows else [])]


def _value(action: argparse.Action) -> str:
    if isinstance(action.metavar, tuple):
        return " ".join(action.metavar)
    if action.choices is not None:
        return "|".join(str(choice) for choice in action.choices)
    return action.metavar or (action.dest.upper() if action.option_strings else action.dest)


def _usage(action: argparse.Action) -> str:
    value = _value(action)
    if action.nargs in {"*", "+"}:
        value = f"{value}…" if action.nargs == "+" else f"[{value}…]"
    if not action.option_strings:
        return f"[{value}]" if action.nargs == "?" else value
    flag = action.option_strings[-1]
    words = flag if action.nargs == 0 else f"{flag} {value}"
    return words if action.required else f"[{words}]"


def _label(action: argparse.Action) -> str:
    if not action.option_strings:
        return _value(action)
    flags = ", ".join(action.option_strings)
    return flags if action.nargs == 0 else f"{flags} {_value(action)}"


def _help(action: argparse.Action) -> str:
    text = (action.help or "").replace("%%", "%").replace("%(default)s", str(action.default))
    return text.replace(f"{ROOT}{os.sep}", "")


def pages() -> dict[Path, Callable[[], str]]:
    from sapa.pipeline.cli import COMMANDS

    return {
        ROOT / "docs" / "configuration.md": configuration_page,
        ROOT / "docs" / "commands.md": lambda: commands_page(COMMANDS),
    }


def main(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sapa.config.settings")
    django.setup()
    stale = 0
    for path, page in pages().items():
        text = page()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if "--check" in arguments:
            sys.stderr.write(f"{path.relative_to(ROOT)} is out of step; run: make fix\n")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
