"""`sapa pbx connect`: all that must be so is looked at, and what is wrong is said with what to do."""

from __future__ import annotations

import builtins
import errno
import json
import os
import re
import sys
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from time import time
from typing import Any

import pytest
from django.core.management import call_command

from sapa.calls.connectors.asterisk.conf_checks import Check, Level
from sapa.calls.tests.lines import cel
from sapa.calls.tests.test_asterisk_conf import GOOD
from sapa.pipeline.pbx_checks import USUAL, Places, places_checked, places_found
from sapa.pipeline.tests.workbench import tiny_wav

pytestmark = pytest.mark.pure
CEL_LINE = cel(0, "CHAN_START", "PJSIP/trunk-1", "1795286821.0")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    for folder in ("etc", "log/cel-custom", "monitor"):
        (tmp_path / folder).mkdir(parents=True)
    for name, text in GOOD.items():
        (tmp_path / "etc" / name).write_text(text)
    (tmp_path / "log/queue_log").write_bytes(f"{int(time()) - 60}|1.0|q|NONE|ENTERQUEUE||+7701|1\n".encode())
    (tmp_path / "log/cel-custom/Master.csv").write_bytes(CEL_LINE)
    (tmp_path / "monitor/a.wav").write_bytes(tiny_wav(1))
    return Places(tmp_path / "etc", tmp_path / "log", tmp_path / "monitor", UTC)


def wrong(places: Places) -> dict[str, Check]:
    return {check.what: check for check in places_checked(places) if check.level is not Level.WELL}


def asked(places: Places, *more: str) -> None:
    call_command(
        "pbx", "connect", "--etc", str(places.etc), "--logs", str(places.logs), "--recordings", str(places.recordings),
        *more,
    )  # fmt: skip


def test_all_is_well_and_the_settings_are_told(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    asked(places, "--zone", "Asia/Almaty")
    told = capsys.readouterr().out
    assert "WRONG" not in told
    assert re.search(r"queue_log: 1 read, the last [67]\d s ago", told)
    assert f"export SAPA_PBX_LOGS={places.logs}\n" in told
    assert f"export SAPA_WATCH_DIRS={places.recordings}\n" in told
    assert "export SAPA_PBX_ZONE=Asia/Almaty\n" in told


def test_what_is_wrong_ends_with_1_and_says_what_to_add(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    assert places.etc is not None
    (places.etc / "cel.conf").write_text("")
    with pytest.raises(SystemExit):
        asked(places, "--json")
    told = json.loads(capsys.readouterr().out)
    (check,) = (check for check in told["checks"] if check["level"] == "wrong")
    assert (check["what"], check["into"]) == ("CEL", "cel.conf")
    assert "enable = yes" in check["lines"]
    with pytest.raises(SystemExit):
        asked(places)
    told_to_a_person = capsys.readouterr().out
    assert "cel.conf:\n    [general]\n    enable = yes\n" in told_to_a_person
    assert "Put each line into the section that is there" in told_to_a_person


@pytest.mark.parametrize(
    ("spoil", "what", "level", "says"),
    [
        (lambda p: p.logs.rename(p.logs.with_name("x")), "logs", Level.WRONG, "is not there"),
        (lambda p: (p.logs / "queue_log").unlink(), "queue_log lines", Level.ADVICE, "nothing is known of queues"),
        (lambda p: (p.logs / "cel-custom/Master.csv").unlink(), "CEL lines", Level.ADVICE, "calls out"),
        (lambda p: (p.logs / "cel-custom/Master.csv").write_bytes(b""), "CEL lines", Level.ADVICE, "empty so far"),
        (lambda p: (p.logs / "cel-custom/Master.csv").write_bytes(b"a,b\n"), "CEL lines", Level.WRONG, "columns"),
        (lambda p: (p.logs / "queue_log").write_bytes(b"9|x\n"), "queue_log lines", Level.WRONG, "1 are none"),
        (lambda p: (p.monitor / "a.wav").unlink(), "recordings", Level.ADVICE, "each party to a file of its own"),
        (lambda p: (p.monitor / "a.wav").unlink() or p.monitor.rmdir(), "recordings", Level.WRONG, "is not there"),
        (lambda p: p.queue_log_at(time() + 90), "queue_log lines", Level.WRONG, "in the future"),
    ],
)
def test_each_thing_that_can_be_wrong_is_seen(
    places: Places, spoil: Callable[[Any], object], what: str, level: Level, says: str
) -> None:
    class Spoilt:
        logs, monitor = places.logs, places.recordings

        @staticmethod
        def queue_log_at(seconds: float) -> None:
            line = f"{int(seconds)}|1.0|q|NONE|ENTERQUEUE||+7701|1\n"
            (places.logs / "queue_log").write_text(line)

    spoil(Spoilt)
    found = wrong(places)
    assert set(found) == {what}
    assert found[what].level is level
    assert says in found[what].says


def test_a_folder_that_may_not_be_listed_is_told_with_its_group(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.scandir

    def scandir(path: Any) -> Any:
        if Path(path) == places.recordings:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert "may not be read by this user; let it into the group: usermod -aG" in wrong(places)["recordings"].says


def test_at_a_terminal_it_asks_and_enter_takes_what_is_usual(
    places: Places, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter([str(places.etc), str(places.logs), str(places.recordings)])
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(builtins, "input", lambda _question: next(answers))
    call_command("pbx", "connect")
    assert f"export SAPA_PBX_LOGS={places.logs}\n" in capsys.readouterr().out


def test_who_ends_the_questions_is_told_of_the_usual_places(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def ended(_question: str) -> str:
        raise EOFError

    monkeypatch.setitem(USUAL, "logs", tmp_path / "nowhere")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(builtins, "input", ended)
    with pytest.raises(SystemExit):
        call_command("pbx", "connect")
    assert "nowhere is not there" in capsys.readouterr().out


def test_only_the_last_lines_of_a_long_log_are_read(places: Places) -> None:
    (places.logs / "queue_log").write_bytes(b"none\n" * 100_000 + (places.logs / "queue_log").read_bytes() * 9000)
    assert wrong(places) == {}


def test_its_folders_are_where_its_configuration_says(places: Places) -> None:
    assert places.etc is not None
    (places.etc / "asterisk.conf").write_text("[directories]\nastlogdir => /srv/log\nastspooldir => /srv/spool\n")
    found = places_found({"etc": places.etc, "logs": None, "recordings": None}, UTC)
    assert (found.logs, found.recordings) == (Path("/srv/log"), Path("/srv/spool/monitor"))
    named = places_found({"etc": None, "logs": Path("/x"), "recordings": None}, UTC)
    assert (named.etc, named.logs) == (None, Path("/x"))
