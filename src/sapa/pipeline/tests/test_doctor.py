from __future__ import annotations

import shutil
from collections import namedtuple
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import translation

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.calls.services import records_are_read
from sapa.calls.tests.hosted import answered, make, send
from sapa.calls.tests.lines import ANSWERED, BEGAN_S, SITE
from sapa.core.clock import now_at
from sapa.core.storage import blobs
from sapa.desk import assets
from sapa.pipeline import doctor
from sapa.pipeline.following import Follower
from sapa.pipeline.tests.processes import free_port, sapa
from sapa.scorecards.models import ScorecardRecord, ScorecardRevision
from sapa.transcripts.measured import MeasuredWords
from sapa.transcripts.models import HearingRule
from sapa.transcripts.tests.server import stub_server
from tests.fixtures.world import FrozenClock

Usage = namedtuple("Usage", "total used free")  # as shutil gives it


def told() -> tuple[int, str]:
    """Exit status and what `sapa doctor` printed."""
    out = StringIO()
    try:
        call_command("doctor", stdout=out)
    except SystemExit as exc:
        return int(str(exc.code)), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def model_there(settings: Any, tmp_path: Path) -> None:
    """A folder that has the files of a model: the doctor looks whether they are there, it does not hear with them."""
    folder = tmp_path / "model"
    folder.mkdir()
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (folder / name).touch()
    settings.SAPA_ASR_MODEL = str(folder)


@pytest.fixture
def languages_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translation, "check_for_language", lambda code: True)


@pytest.fixture
def well(
    celina: Person, data_dir: Path, model_there: None, languages_there: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_dir.chmod(0o700)
    monkeypatch.setattr(doctor, "ASSETS", ("desk/house.css",))


def test_a_healthy_installation_is_all_ok(well: None) -> None:
    status, text = told()
    assert status == 0
    lines = text.splitlines()
    assert {line[:4] for line in lines} == {"ok  "}
    assert [line[6:].split("  ")[0].strip() for line in lines] == [
        "storage", "recordings", "disk space", "database", "people", "scorecards", "decoder", "speech model",
        "browser assets", "screen languages",
    ]  # fmt: skip


def test_recordings_go_there_and_back_wherever_they_are_kept(well: None, settings: Any) -> None:
    status, text = told()
    assert ("ok    recordings" in text, status) == (True, 0)
    assert list(blobs().ids()) == []
    settings.SAPA_BLOBS_URL = f"s3://calls?endpoint=http://127.0.0.1:{free_port()}"
    settings.SAPA_S3_ACCESS_KEY = settings.SAPA_S3_SECRET_KEY = "secret"
    status, text = told()
    assert ("FAIL  recordings" in text, "does not answer" in text, status) == (True, True, 1)


def test_storage_that_cannot_be_written_is_fatal(well: None, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.SAPA_DATA_DIR = tmp_path / "file" / "data"
    status, text = told()
    assert status == 1
    assert "FAIL  storage" in text
    assert "SAPA_DATA_DIR" in text


def test_little_space_is_a_warning(well: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**12, 10**12 - 10**9, 10**9))
    status, text = told()
    assert status == 0
    assert "warn  disk space" in text
    assert "1.0 GB free" in text
    assert "→ free some space" in text


def test_a_watched_folder_that_is_not_there_is_a_warning(well: None, settings: Any, tmp_path: Path) -> None:
    settings.SAPA_WATCH_DIRS = [str(tmp_path), str(tmp_path / "away")]
    status, text = told()
    assert status == 0
    assert f"{tmp_path}/away cannot be read" in text
    (tmp_path / "away").mkdir()
    assert "cannot be read" not in told()[1]
    line = next(line for line in told()[1].splitlines() if "watched folders" in line)
    assert line.startswith("ok")


def test_records_of_a_phone_system_that_are_not_there_are_a_warning(well: None, settings: Any, tmp_path: Path) -> None:
    settings.SAPA_PBX_LOGS = [str(tmp_path / "away")]
    status, text = told()
    assert status == 0
    assert "away is not there" in text
    assert "→ sapa pbx connect tells more" in text
    (tmp_path / "away").mkdir()
    (tmp_path / "away/queue_log").write_bytes(ANSWERED)
    records_are_read(now_at())
    line = next(line for line in told()[1].splitlines() if "phone system" in line)
    assert line.startswith("ok")


def test_records_that_nobody_reads_are_a_warning(
    well: None, settings: Any, tmp_path: Path, frozen_clock: FrozenClock
) -> None:
    """Recordings wait for them."""
    frozen_clock.at = datetime.fromtimestamp(BEGAN_S + 60, UTC)
    logs = tmp_path / "asterisk"
    logs.mkdir()
    (logs / "queue_log").write_bytes(ANSWERED)
    settings.SAPA_PBX_LOGS = [str(logs)]
    assert f"{logs}: not read to their end yet" in told()[1]
    Follower([logs], SITE).round()
    assert "not read" not in told()[1]
    frozen_clock.at += timedelta(minutes=2)
    status, text = told()
    assert (status, "→ start sapa serve, or sapa pbx follow" in text) == (0, True)
    assert f"not read to their end since {frozen_clock.at - timedelta(minutes=2):%Y-%m-%d %H:%M} UTC" in text


def test_a_database_that_is_away_is_told_beside_a_phone_system(
    well: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SAPA_PBX_LOGS = [str(tmp_path)]
    settings.SAPA_PBX_EVENTS_SECRET = ["s" * 32]
    (tmp_path / "queue_log").write_bytes(ANSWERED)
    away = doctor.Finding("database", "it is away", "start it")
    monkeypatch.setattr(doctor, "_database", lambda: away)
    monkeypatch.setattr(doctor, "records_read_until", _asks_nobody)
    monkeypatch.setattr(doctor, "events_last_at", _asks_nobody)
    found = {item.what: item for item in doctor.findings()}
    assert found["database"] is away
    assert found["phone system"].is_well


def _asks_nobody() -> None:
    raise OperationalError("it is away")


def test_events_that_nobody_makes_calls_of_are_a_warning(well: None, settings: Any, frozen_clock: FrozenClock) -> None:
    settings.SAPA_PBX_EVENTS_SECRET = ["s" * 32]
    send(*answered())
    assert "warn  phone system's events" not in told()[1]
    frozen_clock.at += timedelta(minutes=2)
    assert "→ start sapa serve, or sapa pbx follow" in told()[1]
    make()
    assert "→ start sapa serve" not in told()[1]


def test_events_of_a_hosted_phone_system_are_told_without_the_secret(well: None, settings: Any) -> None:
    settings.SAPA_PBX_EVENTS_SECRET = ["s" * 32, "o" * 32]
    assert "taken when signed with either of two secrets; none has come yet" in told()[1]
    send(*answered())
    status, text = told()
    assert status == 0
    line = next(line for line in text.splitlines() if "phone system's events" in line)
    assert line.startswith("ok")
    assert "the last came at" in line
    assert "s" * 32 not in text


def test_nobody_to_sign_in_is_a_warning_with_the_command(well: None) -> None:
    AuditEntry.objects.all().delete()
    Person.objects.all().delete()
    status, text = told()
    assert status == 0
    assert "warn  people" in text
    assert "→ sapa init" in text


def test_no_scorecard_is_fatal(well: None) -> None:
    ScorecardRevision.objects.all().delete()
    ScorecardRecord.objects.all().delete()
    status, text = told()
    assert status == 1
    assert "FAIL  scorecards" in text
    assert "→ sapa migrate" in text


@pytest.mark.parametrize(
    ("model", "remedy"),
    [
        ("/no/such/folder", "make setup"),
        ("packaged:whisper-huge", "make setup"),
        ("some/name-on-a-hub", "SAPA_ASR_HUB=yes"),
    ],
)
def test_a_model_that_is_not_there_is_fatal(well: None, settings: Any, model: str, remedy: str) -> None:
    settings.SAPA_ASR_MODEL = model
    status, text = told()
    assert status == 1
    assert "FAIL  speech model" in text
    assert model in text
    assert remedy in text


def test_a_speech_server_that_is_not_there_is_fatal(well: None, settings: Any) -> None:
    settings.SAPA_ASR_ENGINE, settings.SAPA_ASR_SERVER_URL = "openai_http", f"http://127.0.0.1:{free_port()}/v1"
    settings.SAPA_ASR_SERVER_KEY = "a-key-that-nobody-may-see"
    status, text = told()
    assert status == 1
    assert "FAIL  speech model" in text
    assert "does not answer: no connection" in text
    assert "docs/engines.md" in text
    assert "a-key" not in text


def test_a_speech_server_that_is_there_is_well(well: None, settings: Any) -> None:
    with stub_server() as stub:
        settings.SAPA_ASR_ENGINE, settings.SAPA_ASR_SERVER_URL = "openai_http", stub.url
        status, text = told()
        assert (status, "answers, model whisper-1" in text) == (0, True)
        stub.status = 401
        status, text = told()
    assert (status, "SAPA_ASR_SERVER_KEY" in text) == (1, True)


def test_a_folder_without_a_model_is_fatal(well: None, settings: Any, tmp_path: Path) -> None:
    settings.SAPA_ASR_ENGINE, settings.SAPA_ASR_ONNX_MODEL = "onnx_asr", f"t-one-ctc:{tmp_path}"
    status, text = told()
    assert (status, "'model.onnx' not found" in text) == (1, True)


def test_a_language_that_is_trusted_and_not_heard_is_a_warning(
    well: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = MeasuredWords(91.4, None, None, 900, 6, "calls", "by hand", date(2026, 11, 26))
    monkeypatch.setattr(doctor, "measured_words", lambda model, language: bad if language == "kk" else None)
    settings.SAPA_ASR_LANGUAGES = ["en", "kk"]
    status, text = told()
    assert status == 0
    assert "en (not measured), kk (91 % wrong); over 30 % is not judged: kk" in text


def test_a_bigger_model_that_is_not_there_is_a_warning(well: None, settings: Any, tmp_path: Path) -> None:
    settings.SAPA_ASR_SECOND_MODEL = str(tmp_path / "gone")
    status, text = told()
    assert status == 0
    assert "bigger speech model" in text
    assert "set SAPA_ASR_SECOND_MODEL" in text


def test_a_model_that_only_a_server_knows_is_not_looked_for_here(well: None, settings: Any) -> None:
    with stub_server() as stub:
        settings.SAPA_ASR_ENGINE, settings.SAPA_ASR_SERVER_URL = "openai_http", stub.url
        settings.SAPA_ASR_SECOND_MODEL = "whisper-large"
        status, text = told()
    assert status == 0
    assert "whisper-large hears 0 % of calls" in text
    assert "hub" not in text


def test_a_model_of_a_rule_that_is_not_there_is_a_warning(well: None, tmp_path: Path) -> None:
    assert "of a rule" not in told()[1]
    HearingRule.objects.create(language_heard="kk", model=str(tmp_path / "gone"))
    status, text = told()
    assert status == 0
    assert "speech model of a rule" in text
    assert "set the model of the rule" in text


def test_missing_browser_assets_are_fatal(well: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "ASSETS", ("npm/not-fetched.js", "desk/house.css"))
    status, text = told()
    assert status == 1
    assert "FAIL  browser assets    1 missing" in text
    assert "make setup" in text


def test_the_assets_it_looks_for_are_those_that_pages_use() -> None:
    assert list(doctor.ASSETS) == [assets.PREFIX + name for name in assets.FILES]


def test_languages_that_were_not_compiled_are_a_warning(well: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translation, "check_for_language", lambda code: code != "kk")
    status, text = told()
    assert status == 0
    assert "warn  screen languages  not compiled: kk" in text


@pytest.mark.parametrize(
    ("database_url", "words"),
    [
        ("", "sapa.sqlite3 is not there"),
        ("sqlite:////no/such/folder/sapa.sqlite3", "is not there"),
        ("postgresql://sapa:password@127.0.0.1:1/sapa", "127.0.0.1"),
    ],
)
def test_a_database_that_is_not_ready_is_fatal(tmp_path: Path, database_url: str, words: str) -> None:
    ended = sapa("doctor", data_dir=tmp_path, database_url=database_url, SAPA_ASR_MODEL="/no/such/folder")
    assert ended.returncode == 1
    assert "FAIL  database" in ended.stdout
    assert words in ended.stdout
    assert "sapa migrate" in ended.stdout
    assert "password@" not in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "sapa.sqlite3").exists()


def test_a_database_without_its_tables_is_fatal(tmp_path: Path) -> None:
    (tmp_path / "sapa.sqlite3").touch()
    ended = sapa("doctor", data_dir=tmp_path, SAPA_ASR_MODEL="/no/such/folder")
    assert ended.returncode == 1
    assert "changes are not applied" in ended.stdout


def test_a_folder_that_everybody_reads_is_a_warning(well: None, data_dir: Path) -> None:
    data_dir.chmod(0o755)
    status, text = told()
    assert status == 0
    assert "warn  storage" in text
    assert f"→ chmod 700 {data_dir}" in text


@pytest.mark.model
def test_the_installation_that_these_tests_run_in_has_the_model_and_all(celina: Person) -> None:
    status, text = told()
    assert status == 0, text


def test_a_system_without_a_filter_of_calls_is_told_and_works_all_the_same(
    well: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_doors = {"is_filtered": False, "attempts": {"socket": 0, "open": 0, "fork": 1}}
    monkeypatch.setattr(doctor, "confinement", lambda: open_doors)
    status, text = told()
    assert status == 0
    assert "not filtered: open, socket went well" in text
