"""Modules are called after what they own, and say it in their first paragraph."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.contracts import sources

NAMELESS = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "managers"}
SPEAK_BY_THEIR_PLACE = {"__init__.py", "apps.py", "conftest.py"}


def test_no_module_has_a_name_that_says_nothing() -> None:
    nameless = [
        path.relative_to(sources.ROOT).as_posix()
        for path in sources.repository_files()
        if NAMELESS & {*path.relative_to(sources.ROOT).parts[:-1], path.stem}
    ]
    assert not nameless


def test_every_module_opens_with_what_it_owns() -> None:
    silent = [
        module.name
        for module in sources.program_modules()
        if module.path.name not in SPEAK_BY_THEIR_PLACE and not ast.get_docstring(module.tree)
    ]
    assert not silent, "no docstring:\n" + "\n".join(silent)


def test_every_promise_of_work_has_an_issue_number() -> None:
    promise = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!.*#\d+)")
    found = [
        f"{module.name}:{number}"
        for module in sources.modules()
        if module.path != Path(__file__)
        for number, line in enumerate(module.text.splitlines(), start=1)
        if "#" in line and promise.search(line.partition("#")[2])
    ]
    assert not found, "give the issue number, or do it:\n" + "\n".join(found)
