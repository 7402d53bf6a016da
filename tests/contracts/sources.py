"""The files that the house rules are about, read once."""

from __future__ import annotations

import ast
import functools
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "sapa"


@dataclass(frozen=True)
class Module:
    """`name` is its path from the root of the repository."""

    path: Path
    name: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @property
    def is_test(self) -> bool:
        return self.name.startswith("tests/") or "/tests/" in self.name or self.path.name == "conftest.py"

    @property
    def is_migration(self) -> bool:
        return "/migrations/" in self.name

    def at(self, node: ast.expr | ast.stmt | ast.excepthandler) -> str:
        return f"{self.name}:{node.lineno}"


@functools.cache
def repository_files() -> tuple[Path, ...]:
    """Every file that is in the repository or about to be: what git ignores is left out."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    paths = (ROOT / name for name in listing.split("\0") if name)
    return tuple(sorted(path for path in paths if path.is_file() and not path.is_symlink()))


@functools.cache
def modules() -> tuple[Module, ...]:
    return tuple(_read(path) for path in repository_files() if path.suffix == ".py")


def program_modules() -> list[Module]:
    """Without tests and migrations."""
    return [module for module in modules() if not module.is_test and not module.is_migration]


def templates() -> list[Path]:
    return [path for path in repository_files() if path.suffix == ".html"]


def scripts() -> list[Path]:
    return [path for path in repository_files() if path.suffix in {".js", ".mjs"}]


def text_files() -> Iterator[tuple[str, str]]:
    """Name and text of every file that is text."""
    for path in repository_files():
        try:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def dotted(node: ast.expr) -> str:
    """`a.b.c` of a chain of names, or "" when it is anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        left = dotted(node.value)
        return f"{left}.{node.attr}" if left else ""
    return ""


def _read(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    return Module(path, path.relative_to(ROOT).as_posix(), text, ast.parse(text))
