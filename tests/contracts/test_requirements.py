"""What is installed is pinned by content, comes from no named place, and may be used by everybody."""

from __future__ import annotations

import json
import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from tests.contracts import sources

REQUIREMENTS = sources.ROOT / "requirements"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==", re.M)
# The icon font tells no licence of its own; it is built from @tabler/icons, which is MIT.
TOLD_ELSEWHERE = {"node_modules/@tabler/icons-webfont": "MIT"}
# The Affero and plain GPL would bind the whole program; the Lesser GPL (psycopg) does not bind its users.
BINDS_ALL = re.compile(r"(?<!L)(?<!Lesser )\b(AGPL|GPL|Affero|GNU General Public)", re.I)


def locked() -> list[Path]:
    return sorted(REQUIREMENTS.glob("*.txt"))


def test_lock_files_name_no_address() -> None:
    found = [path.name for path in [*locked(), *REQUIREMENTS.glob("*.in")] if "://" in path.read_text()]
    assert not found


def test_every_locked_package_has_its_checksums() -> None:
    for path in locked():
        entries = re.split(r"^(?=[A-Za-z0-9])", path.read_text(), flags=re.M)
        bare = [entry.split()[0] for entry in entries if PINNED.match(entry) and "--hash=sha256:" not in entry]
        assert PINNED.search(path.read_text()), f"{path.name} pins nothing"
        assert not bare, f"{path.name}: {bare}"


def test_every_dependency_of_the_program_is_locked() -> None:
    names = set(PINNED.findall((REQUIREMENTS / "runtime.txt").read_text()))
    project = (sources.ROOT / "pyproject.toml").read_text()
    block = project.partition("\ndependencies = [")[2].partition("\n]")[0]
    wanted = {re.split(r"[\[<>=~! ]", line.strip(' ",'))[0].lower() for line in block.split("\n") if line.strip()}
    assert wanted
    assert wanted <= names, f"run make lock: {wanted - names}"


def licence_of_asset(name: str) -> str:
    """As its own package.json tells; the lock file leaves it out for some."""
    told = json.loads((sources.ROOT / name / "package.json").read_text()).get("license", TOLD_ELSEWHERE.get(name))
    assert told, f"{name} tells no licence"
    return str(told)


def test_browser_assets_are_pinned_without_addresses() -> None:
    lock = json.loads((sources.ROOT / "package-lock.json").read_text())
    package = json.loads((sources.ROOT / "package.json").read_text())
    entries = {name: entry for name, entry in lock["packages"].items() if name}
    assert entries
    assert not [name for name, entry in entries.items() if "resolved" in entry]
    assert not [name for name, entry in entries.items() if not entry.get("integrity", "").startswith("sha512-")]
    assert not [name for name in entries if BINDS_ALL.search(licence_of_asset(name))]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package["dependencies"].values())


def test_no_package_of_the_program_has_a_licence_that_binds_all() -> None:
    bound = []
    for name in sorted(set(PINNED.findall((REQUIREMENTS / "runtime.txt").read_text()))):
        try:
            about = metadata(name)
        except PackageNotFoundError:
            continue  # for another system or Python version
        told = [
            *(about.get_all("License-Expression") or []),
            *(text.split("\n")[0] for text in about.get_all("License") or []),
            *(line for line in about.get_all("Classifier") or [] if line.startswith("License ::")),
        ]
        if not any(told):
            bound.append(f"{name} tells no licence")
        bound += [f"{name}: {line}" for line in told if BINDS_ALL.search(line)]
    assert not bound
