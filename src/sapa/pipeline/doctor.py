"""What an installation needs, checked one by one, each with what to do when it is not there."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection
from django.utils import translation

from sapa.accounts.selectors import has_people
from sapa.calls.connectors.asterisk.conf_checks import Check, Level
from sapa.calls.selectors import events_last_at, phone_system, records_read_until
from sapa.core.clock import now_at
from sapa.core.errors import SapaError
from sapa.core.storage import blobs, data_dir
from sapa.pipeline.bell import BrokerUnreachable, workers_answering
from sapa.pipeline.pbx_checks import logs_checked
from sapa.pipeline.readiness import database_require
from sapa.pipeline.stages import STAGE_KEYS
from sapa.pipeline.table_checks import tables_checked
from sapa.recordings.decoding.client import confinement
from sapa.scorecards.models import ScorecardRecord
from sapa.transcripts.engines import engine_state
from sapa.transcripts.measured import measured_words
from sapa.transcripts.model_files import model_verify
from sapa.transcripts.selectors import hearing_rules

LOW_SPACE_GB = 2.0
_READ_WITHIN = timedelta(minutes=1)  # as a rule some seconds
_MADE_WITHIN = timedelta(minutes=1)  # of events their calls, as a rule a second
_PROBE = b"a recording of nothing"
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
    checks: tuple[Callable[[], Finding], ...] = (_storage, _recordings, _space, _database)
    found = [check() for check in checks]
    is_asked = all(item.is_well for item in found if item.what == "database")
    if is_asked:
        found += [_people(), _scorecards(), *_models_of_rules()]
    if settings.SAPA_BROKER_URL:
        found.append(_broker())
    if settings.SAPA_PBX_LOGS or settings.SAPA_PBX_TABLES:
        found.append(_logs() or (_read() if is_asked else _well_logs()))
    if settings.SAPA_PBX_EVENTS_SECRET and is_asked:
        found.append(_events())
    if settings.SAPA_WATCH_DIRS:
        found.append(_watched())
    return [*found, _decoder(), _model(), *_second_model(), _assets(), _languages()]


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


def _recordings() -> Finding:
    """A recording of a few bytes goes there and back."""
    where = settings.SAPA_BLOBS_URL.partition("?")[0] or str(data_dir() / "blobs")
    try:
        store = blobs()
        ref = store.put(BytesIO(_PROBE))
        try:
            with store.open(ref.id) as stored:
                is_same = stored.read() == _PROBE
        finally:
            store.delete(ref.id)
    except (SapaError, OSError) as exc:
        return Finding("recordings", str(exc), "check SAPA_BLOBS_URL, its keys, and that the storage is up")
    if not is_same:
        return Finding("recordings", f"{where} gives back something else than it was given", "check the storage")
    return Finding("recordings", f"{where} takes them and gives them back")


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
    try:
        database_require()
    except SapaError as exc:
        return Finding("database", exc.details["problem"], exc.details["remedy"])
    return Finding("database", f"{connection.vendor}, up to date")


def _broker() -> Finding:
    try:
        answers = workers_answering()
    except BrokerUnreachable as exc:
        return Finding("broker", exc.details["problem"], exc.details["remedy"], is_fatal=False)
    if not answers:
        return Finding("broker", "reached; no worker answers", "start one: sapa worker", is_fatal=False)
    unheard = [stage for stage in STAGE_KEYS if not any(stage in answer.stages for answer in answers)]
    if unheard:
        state = f"reached; nobody takes the stages {', '.join(unheard)}"
        return Finding("broker", state, "start a worker that does, see SAPA_WORKER_STAGES", is_fatal=False)
    return Finding("broker", f"reached, {len(answers)} workers answer")


def _logs() -> Finding | None:
    """What is wrong with the phone system's records; `sapa pbx connect` looks at all the rest."""
    zone = ZoneInfo(settings.SAPA_PBX_ZONE or settings.TIME_ZONE)
    checks: list[Check] = []
    for folder in settings.SAPA_PBX_LOGS:
        checks += logs_checked(Path(folder), zone)
    checks += tables_checked(settings.SAPA_PBX_TABLES, zone)
    wrong = next((check for check in checks if check.level is Level.WRONG), None)
    return Finding("phone system", wrong.says, "sapa pbx connect tells more", is_fatal=False) if wrong else None


def _well_logs() -> Finding:
    return Finding(
        "phone system", ", ".join([*settings.SAPA_PBX_LOGS, *(one.label for one in settings.SAPA_PBX_TABLES)])
    )


def _read() -> Finding:
    """Recordings wait for what is not read."""
    read_until = records_read_until()
    if read_until is not None and now_at() - read_until <= _READ_WITHIN:
        return _well_logs()
    since = f"since {read_until:%Y-%m-%d %H:%M} UTC" if read_until else "yet"
    state = f"{_well_logs().state}: not read to their end {since}"
    return Finding("phone system", state, "start sapa serve, or sapa pbx follow", is_fatal=False)


def _events() -> Finding:
    """Of a hosted phone system. None is no fault: perhaps nobody has called yet."""
    secrets = "one secret" if len(settings.SAPA_PBX_EVENTS_SECRET) == 1 else "either of two secrets"
    last_at = events_last_at()
    when = f"the last came at {last_at:%Y-%m-%d %H:%M} UTC" if last_at else "none has come yet"
    told = phone_system()
    if last_at and told and told.to_make and now_at() - last_at > _MADE_WITHIN:
        state = f"{when}; what {told.to_make} calls are told of is not made into them"
        return Finding("phone system's events", state, "start sapa serve, or sapa pbx follow", is_fatal=False)
    return Finding("phone system's events", f"taken when signed with {secrets}; {when}")


def _watched() -> Finding:
    """The watcher waits for a folder that is away, and says it once; here it is said each time."""
    for folder in settings.SAPA_WATCH_DIRS:
        if not os.access(folder, os.R_OK | os.X_OK) or not Path(folder).is_dir():
            remedy = "make the folder, mount it, or let the user of Sapa read it; see SAPA_WATCH_DIRS"
            return Finding("watched folders", f"{folder} cannot be read", remedy, is_fatal=False)
    archive = settings.SAPA_WATCH_ARCHIVE
    if archive and Path(archive).exists() and not os.access(archive, os.W_OK | os.X_OK):
        state, remedy = f"the archive {archive} cannot be written to", "fix its permissions; see SAPA_WATCH_ARCHIVE"
        return Finding("watched folders", state, remedy, is_fatal=False)
    return Finding("watched folders", ", ".join(settings.SAPA_WATCH_DIRS))


def _people() -> Finding:
    if has_people():
        return Finding("people", "somebody can sign in")
    return Finding("people", "nobody can sign in", "sapa init", is_fatal=False)


def _scorecards() -> Finding:
    count = ScorecardRecord.objects.count()
    if count:
        return Finding("scorecards", f"{count} published")
    return Finding("scorecards", "none is published", "sapa migrate")


def _decoder() -> Finding:
    """A child of the decoder tries what a hostile recording would want."""
    try:
        found = confinement()
    except SapaError as exc:
        return Finding("decoder", exc.message, "raise the limits on processes and memory, free some space")
    went_well = sorted(name for name, errno in found["attempts"].items() if not errno)
    if went_well:
        state = f"recordings are decoded apart, but system calls are not filtered: {', '.join(went_well)} went well"
        remedy = "run Sapa on Linux on x86_64 or aarch64, with seccomp allowed, before you take strangers' files"
        return Finding("decoder", state, remedy, is_fatal=False)
    return Finding("decoder", "recordings are decoded apart, and can reach nothing")


def _model() -> Finding:
    """Of the chosen engine; the one that is installed with Sapa has its files checked as well."""
    if settings.SAPA_ASR_ENGINE != "faster_whisper":
        return _other_engine(settings.SAPA_ASR_ENGINE)
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
    most = settings.SAPA_ASR_MOST_WRONG_PCT
    measured = {language: measured_words(name, language) for language in settings.SAPA_ASR_LANGUAGES}
    trusted = ", ".join(
        f"{language} ({f'{figures.wer_pct:.0f} % wrong' if figures else 'not measured'})"
        for language, figures in measured.items()
    )
    too_bad = [language for language, figures in measured.items() if figures and figures.wer_pct > most]
    if too_bad:
        state = f"{name}, trusted in: {trusted}; over {most} % is not judged: {', '.join(too_bad)}"
        remedy = "take these out of SAPA_ASR_LANGUAGES, or set SAPA_ASR_MODEL to a model that hears them"
        return Finding("speech model", state, remedy, is_fatal=False)
    return Finding("speech model", f"{name}, trusted in: {trusted}")


def _other_engine(name: str) -> Finding:
    try:
        state = engine_state(name)
    except SapaError as exc:
        return Finding("speech model", f"{name}: {exc.message}", "see docs/engines.md")
    return Finding("speech model", f"{name}: {state}, trusted in: {', '.join(settings.SAPA_ASR_LANGUAGES)}")


def _second_model() -> list[Finding]:
    name = settings.SAPA_ASR_SECOND_MODEL
    if not name:
        return []
    engine = settings.SAPA_ASR_SECOND_ENGINE or settings.SAPA_ASR_ENGINE
    found = _folder_problem("bigger speech model", engine, name, "SAPA_ASR_SECOND_MODEL")
    state = f"{name} hears {settings.SAPA_ASR_SECOND_SHARE} % of calls from the start"
    return [found or Finding("bigger speech model", state)]


def _models_of_rules() -> list[Finding]:
    """Only what is wrong: a queue whose model is not there fails call by call."""
    named = {(rule.engine or settings.SAPA_ASR_ENGINE, rule.model) for rule in hearing_rules() if rule.model}
    found = [_folder_problem("speech model of a rule", *one, "the model of the rule") for one in sorted(named)]
    return [one for one in found if one is not None]


def _folder_problem(what: str, engine: str, name: str, setting: str) -> Finding | None:
    """Of a model that lies in a folder here; other engines know themselves where theirs is."""
    if engine != "faster_whisper":
        return None
    try:
        folder = model_verify(name, models_dir=data_dir() / "models")
    except (SapaError, OSError) as exc:
        return Finding(what, str(exc), f"set {setting}", is_fatal=False)
    if folder is None and not settings.SAPA_ASR_HUB:
        remedy = f"set {setting} to a folder, or SAPA_ASR_HUB=yes to fetch it"
        return Finding(what, f"{name} is a name on a hub", remedy, is_fatal=False)
    return None


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
