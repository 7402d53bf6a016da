"""What the pages say is what the program does."""

from __future__ import annotations

import re

import pytest

from sapa.config import docs, env
from sapa.pipeline.api import api
from sapa.pipeline.cli import COMMANDS
from tests.contracts import sources

README = sources.ROOT / "README.md"


@pytest.mark.parametrize("page", ["configuration.md", "commands.md"])
def test_generated_page_is_in_step(page: str) -> None:
    path = sources.ROOT / "docs" / page
    make = docs.pages()[path]
    assert path.exists(), "run make fix"
    assert path.read_text(encoding="utf-8") == make(), "run make fix"


def test_every_setting_says_what_it_means() -> None:
    assert not [variable.name for variable in env.VARIABLES.values() if not variable.help.strip()]


def test_every_setting_is_declared_by_our_prefix() -> None:
    assert not [name for name in env.VARIABLES if not name.startswith("SAPA_")]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_argument_of_a_command_says_what_it_is(name: str) -> None:
    silent = [line for line in docs.commands_page([name]).splitlines() if line.startswith("- ") and line.endswith("— ")]
    assert not silent, "give each a help text:\n" + "\n".join(silent)


def shell_lines(text: str) -> list[str]:
    """Lines of the fenced blocks, without a prompt."""
    blocks = re.findall(r"^```(?:sh|shell|bash|console)?\n(.*?)^```", text, re.M | re.S)
    return [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines() if line.strip()]


def test_readme_names_only_targets_that_exist() -> None:
    makefile = (sources.ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    named = {name for line in _written() for name in re.findall(r"\bmake ([a-z-]+)", line)}
    assert named
    assert named <= targets


def test_readme_names_only_commands_that_exist() -> None:
    named = {name for line in _written() for name in re.findall(r"(?:^|[\s/])sapa ([a-z-]+)", line)}
    assert named
    assert named <= set(COMMANDS)


def test_readme_names_only_settings_that_exist() -> None:
    named = set(re.findall(r"\bSAPA_[A-Z_]+\b", README.read_text(encoding="utf-8")))
    known = set(env.VARIABLES) | {f"{name}_FILE" for name in env.VARIABLES}
    assert named <= known


def test_the_page_of_the_rest_api_lists_every_address() -> None:
    page = (sources.ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([A-Z]+) (/\S*)` \|", page, re.M)
    there = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
    }
    assert sorted(listed) == sorted(there)


@pytest.mark.parametrize("page", ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"])
def test_links_between_pages_lead_somewhere(page: str) -> None:
    text = (sources.ROOT / page).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text) + re.findall(r"src=\"([^\":]+)\"", text)
    assert not [target for target in targets if not (sources.ROOT / target).exists()]


def _written() -> list[str]:
    """What a reader is told to type: shell blocks, and code inside sentences."""
    text = README.read_text(encoding="utf-8")
    return shell_lines(text) + re.findall(r"`([^`\n]+)`", text)
