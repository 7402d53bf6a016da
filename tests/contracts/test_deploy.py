"""The files for an installation name only commands, arguments and settings that exist, and hold no password."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import load_command_class

from sapa.config import env
from sapa.pipeline.cli import COMMANDS
from tests.contracts import sources
from tests.tier_marks import leave_out

DEPLOY = sources.ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
COMPOSE = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("sapa:")}


def deployed() -> list[tuple[str, str]]:
    return [(name, text) for name, text in sources.text_files() if name.startswith("deploy/")]


def directives(unit: Path) -> list[tuple[str, str]]:
    pairs = re.findall(r"^([A-Za-z]+)=(.*)$", unit.read_text(encoding="utf-8"), re.M)
    return [(name, value) for name, value in pairs]


def parse(arguments: list[str]) -> None:
    """As the command itself would; what it does not know ends the test."""
    name, *rest = arguments
    assert name in COMMANDS
    load_command_class("sapa.pipeline", name).create_parser("sapa", name).parse_args(rest)


def test_only_settings_that_exist_are_named() -> None:
    files = {f"{name}_FILE" for name, variable in env.VARIABLES.items() if variable.secret}
    known = {*env.VARIABLES, *files}
    unknown = [
        f"{name}: {word}"
        for name, text in deployed()
        for word in re.findall(r"\bSAPA_[A-Z0-9_]+\b", text)
        if word not in known
    ]
    assert not unknown


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_starts_a_command_that_exists(unit: Path) -> None:
    (command,) = (value for name, value in directives(unit) if name == "ExecStart")
    words = shlex.split(command)
    if words[0].endswith("/backup.sh"):
        assert (DEPLOY / "systemd" / "backup.sh").stat().st_mode & 0o100
    else:
        assert words[0] == "/opt/sapa/.venv/bin/sapa"
        parse(words[1:])


@pytest.mark.parametrize("name", [name for name in OURS if name != "prepare"])
def test_a_container_starts_a_command_that_exists(name: str) -> None:
    parse(OURS[name]["command"])


def test_the_script_of_the_nightly_backup_asks_for_what_exists() -> None:
    script = (DEPLOY / "systemd" / "backup.sh").read_text(encoding="utf-8")
    asked = re.findall(r'"\$sapa" (backup .*?) \|\|', script)
    assert len(asked) == 2
    for words in asked:
        parse(shlex.split(words))


def test_every_image_is_pinned_by_version() -> None:
    images = [service["image"] for service in SERVICES.values()]
    dockerfile = (DEPLOY / "compose" / "Dockerfile").read_text(encoding="utf-8")
    images += re.findall(r"^FROM (\S+)", dockerfile, re.M)
    assert not [image for image in images if not re.search(r":\d+\.\d+(\.\d+)?(-[a-z0-9-]+)?$", image)]


def test_no_password_stands_in_the_files() -> None:
    for name, service in SERVICES.items():
        environment = service.get("environment", {})
        plain = [key for key in environment if re.search("(PASSWORD|SECRET|KEY|TOKEN|_URL)$", key)]
        assert not [key for key in plain if not str(environment[key]).startswith("file:")], name


def test_every_secret_and_volume_is_declared() -> None:
    for service in SERVICES.values():
        secrets = [one if isinstance(one, str) else one["source"] for one in service.get("secrets", ())]
        volumes = [one.partition(":")[0] for one in service.get("volumes", ())]
        assert {*secrets} <= {*COMPOSE["secrets"]}
        assert {*volumes} <= {*COMPOSE["volumes"]}
        read = [value for key, value in service.get("environment", {}).items() if key.endswith("_FILE")]
        assert {value.removeprefix("/run/secrets/") for value in read} <= {*secrets}
        assert {*service.get("depends_on", ())} <= {*SERVICES}
        assert {*service.get("networks", ())} <= {*COMPOSE["networks"]}


def test_the_script_makes_every_secret(tmp_path: Path) -> None:
    script = tmp_path / "secrets.sh"
    shutil.copy(DEPLOY / "compose" / "secrets.sh", script)
    subprocess.run(["sh", script], check=True)
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert {Path(secret["file"]).name for secret in COMPOSE["secrets"].values()} <= {*made}
    assert yaml.safe_load(made["broker_definitions.json"])["users"][0]["password"] in made["broker_url"]
    assert made["database_password"] in made["database_url"]
    subprocess.run(["sh", script], check=True)
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == made


def test_nothing_but_the_site_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["web"]["ports"])
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        leave_out("systemd", ["systemd"])
    for unit in [*UNITS, *(DEPLOY / "systemd").glob("*.timer")]:
        text = unit.read_text(encoding="utf-8")
        (tmp_path / unit.name).write_text(re.sub(r"^ExecStart=.*", "ExecStart=/bin/true", text, flags=re.M))
        if unit.suffix == ".service":
            folder = tmp_path / f"{unit.name}.d"
            folder.mkdir()
            shutil.copy(DEPLOY / "systemd" / "hardening.conf", folder)
    names = [unit.name.replace("@.", "@all.") for unit in UNITS] + ["sapa-backup.timer"]
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=one", *names],
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:/lib/systemd/system:/usr/lib/systemd/system", "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize("page", ["backup.md", "upgrading.md", "deploying.md"])
def test_the_pages_name_only_what_exists(page: str) -> None:
    text = (sources.ROOT / "docs" / page).read_text(encoding="utf-8")
    typed = "\n".join([*re.findall(r"^ {4,}(.*)$", text, re.M), *re.findall(r"`([^`\n]+)`", text)])
    commands = set(re.findall(r"(?:^|(?<!-u)\s|/bin/)sapa ([a-z]+)(?=\s|$)", typed, re.M))
    assert commands
    assert commands <= set(COMMANDS)
    known = {*env.VARIABLES, *(f"{name}_FILE" for name in env.VARIABLES)}
    assert set(re.findall(r"\bSAPA_[A-Z0-9_]+\b", text)) <= known
    paths = re.findall(r"\b(?:deploy|docs)/[a-z][\w@./*-]*\w", text)
    assert not [path for path in paths if not [*sources.ROOT.glob(path)]]
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text)
    assert not [link for link in links if not (sources.ROOT / "docs" / link).exists()]
