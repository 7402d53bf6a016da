"""What is built for others holds everything the program reads at run time."""

from __future__ import annotations

import tomllib

from tests.contracts import sources

SOURCES_OF_OTHER_FILES = {".po"}  # compiled to .mo


def test_every_data_file_is_packaged() -> None:
    settings = tomllib.loads((sources.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"]["*"]
    packages = {path.parent for path in sources.repository_files() if path.name == "__init__.py"}
    packaged = {path for package in packages for pattern in patterns for path in package.glob(pattern)}
    left_behind = [
        path.relative_to(sources.ROOT).as_posix()
        for path in sources.repository_files()
        if path.is_relative_to(sources.PACKAGE)
        and path.suffix not in {".py", *SOURCES_OF_OTHER_FILES}
        and "tests" not in path.parts
        and path not in packaged
    ]
    assert not left_behind, "name them in pyproject.toml, package-data:\n" + "\n".join(left_behind)
