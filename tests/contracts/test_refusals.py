"""Every way in which a recording is refused stands in the table of docs/recordings.md, and in words on the screens."""

from __future__ import annotations

import ast
import re

import pytest

from sapa.desk.wording.failures import failure_words
from tests.contracts import sources

PAGE = sources.ROOT / "docs" / "recordings.md"
ERRORS = sources.ROOT / "src" / "sapa" / "recordings" / "errors.py"
ONLY_IN_COMMANDS = {"channel_invalid"}  # a person cannot name such a channel on a screen


def codes() -> list[str]:
    """The first argument of each `super().__init__(…)`."""
    tree = ast.parse(ERRORS.read_text(encoding="utf-8"))
    return sorted(
        {
            call.args[0].value
            for call in ast.walk(tree)
            if isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr == "__init__"
            and call.args
            and isinstance(call.args[0], ast.Constant)
            and isinstance(call.args[0].value, str)
        }
    )


def explained() -> dict[str, tuple[str, str]]:
    rows = re.findall(r"^\| `([a-z_]+)` \| (.+) \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.M)
    return {code: (meaning, remedy) for code, meaning, remedy in rows}


def test_there_are_codes_to_explain() -> None:
    assert len(codes()) >= 10


@pytest.mark.parametrize("code", codes())
def test_every_code_stands_in_the_table_with_what_to_do(code: str) -> None:
    assert code in explained(), f"add a row for {code} to docs/recordings.md"
    assert all(part.strip() for part in explained()[code])


@pytest.mark.parametrize("code", sorted(set(codes()) - ONLY_IN_COMMANDS))
def test_every_code_has_words_in_the_readers_language(code: str) -> None:
    assert failure_words(code, "") != "", f"add wording for {code} to desk/wording/failures.py"
