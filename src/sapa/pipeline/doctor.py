"""What an installation needs, checked one by one, each with what to do when it is not there."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import translation

from sapa.accounts.selectors import has_people
from sapa.core.errors import SapaError
from sapa.core.storage import data_dir
from sapa.scorecards.models import ScorecardRecord
from sapa.transcripts.model_files import model_verify

LOW_SPACE_GB = 2.0
ASSETS = (
    "npm/@tabler/core/dist/css/tabler.min.css",
    "npm/htmx.org/dist/htmx.min.js",
    "npm/wavesurfer.js/dist/wavesurfer.esm.js",
    "npm/wavesurfer.js/dist/plugins/regions.esm.js",
)


@dataclass(frozen=True)
class Finding:
    """`remedy` is empty when all is well; `is_fatal` when Sapa cannot work without it."""

    what: str
    state: str
    remedy: str = ""
    is_fatal: bool = True

    @property
    def is_well(self) -> bool:
        return not self.remedy


def findings() -> list[Finding]:
    checks: tuple[Callable[[], Finding], ...] = (_storage, _space, _database)
    found = [check() for check in checks]
    if all(item.is_well for item in found if item.what == "database"):
        found += [_people(), _scorecards()]
    return [*found, _model(), _assets(), _languages()]


def _storage() -> Finding:
    folder = data_dir()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder) as probe:
            probe.write(b"sapa")
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as exc:
        return Finding("storage", f"{folder}: {exc.strerror}", "make the folder writable, or set SAPA_DATA_DIR")
    if folder.stat().st_mode & stat.S_IRWXO:
        state = f"{folder} can be read by everybody on this machine"
        return Finding("storage", state, f"chmod 700 {shlex.quote(str(folder))}", is_fatal=False)
    return Finding("storage", f"{folder} is writable")


def _space() -> Finding:
    try:
        free_gb = shutil.disk_usage(data_dir()).free / 1e9
    except OSError as exc:
        return Finding("disk space", str(exc.strerror), "set SAPA_DATA_DIR to a folder that exists")
    state = f"{free_gb:.1f} GB free"
    if free_gb < LOW_SPACE_GB:
        return Finding("disk space", state, "free some space; an hour of calls takes 115 MB", is_fatal=False)
    return Finding("disk space", state)


def _database() -> Finding:
    file_name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite" and not Path(file_name).exists():  # to connect would make it
        return Finding("database", f"{file_name} is not there", "check SAPA_DATABASE_URL, then: sapa migrate")
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as exc:
        reason = str(exc).splitlines()[0]
        return Finding("database", reason, "check SAPA_DATABASE_URL and that the server runs, then: sapa migrate")
    if pending:
        return Finding("database", f"{len(pending)} changes are not applied", "sapa migrate")
    return Finding("database", f"{connection.vendor}, up to date")


def _people() -> Finding:
    if has_people():
        return Finding("people", "somebody can sign in")
    return Finding("people", "nobody can sign in", "sapa init", is_fatal=False)


def _scorecards() -> Finding:
    count = ScorecardRecord.objects.count()
    if count:
        return Finding("scorecards", f"{count} published")
    return Finding("scorecards", "none is published", "sapa migrate")


def _model() -> Finding:
    name = settings.SAPA_ASR_MODEL
    try:
        folder = model_verify(name, models_dir=data_dir() / "models")
    except SapaError as exc:
        return Finding("speech model", exc.message, "make setup, or set SAPA_ASR_MODEL")
    except OSError as exc:
        return Finding("speech model", f"{name}: {exc.strerror}", "free some space or fix the data folder")
    if folder is None and not settings.SAPA_ASR_HUB:
        remedy = "set SAPA_ASR_MODEL to a folder, or SAPA_ASR_HUB=yes to fetch it"
        return Finding("speech model", f"{name} is a name on a hub", remedy)
    return Finding("speech model", f"{name}, trusted in: {', '.join(settings.SAPA_ASR_LANGUAGES)}")


def _assets() -> Finding:
    missing = [name for name in ASSETS if not finders.find(name, find_all=True)]
    if missing:
        return Finding("browser assets", f"{len(missing)} missing", "make setup (or npm ci), or SAPA_NODE_MODULES")
    return Finding("browser assets", "all there")


def _languages() -> Finding:
    lacking = [code for code, _ in settings.LANGUAGES if code != "en" and not translation.check_for_language(code)]
    if lacking:
        return Finding("screen languages", f"not compiled: {', '.join(lacking)}", "make setup", is_fatal=False)
    return Finding("screen languages", ", ".join(code for code, _ in settings.LANGUAGES))
