"""What docs/pbx.md tells whoever writes an adapter is what happens: its commands are run, its tables compared."""

from __future__ import annotations

import json
import re
import subprocess
import textwrap
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from sapa.calls.connectors.hosted.call_log import header_of, row_of
from sapa.calls.connectors.hosted.events import COMMON, FIELDS, Event, EventReason
from sapa.calls.models import Call, PbxRow
from sapa.calls.tests.hosted import answered, make
from tests import needs
from tests.tier_marks import leave_out

SECRET = "0123456789abcdef" * 4
PAGE = (Path(__file__).resolve().parents[4] / "docs" / "pbx.md").read_text(encoding="utf-8")
SECTION = PAGE[PAGE.index("## Hosted phone systems") : PAGE.index("## Load what was written before")]
OF_CALL_LOGS = {EventReason.COLUMNS, EventReason.QUOTES, EventReason.SIGNS}


def block(language: str) -> str:
    found = re.findall(rf"^ *```{language}\n(.*?)^ *```$", SECTION, re.M | re.S)
    return textwrap.dedent(found[-1])


def table(head: str) -> dict[str, str]:
    """Names in the first column → the rest of the row."""
    rows = SECTION[SECTION.index(head) :].split("\n\n")[0].splitlines()[2:]
    cells = [row.strip("|").split("|", 1) for row in rows]
    return {name: rest for first, rest in cells for name in re.findall(r"`(\w+)`", first)}


@pytest.fixture
def address(transactional_db: None, live_server: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    settings.SAPA_PBX_EVENTS_SECRET = [SECRET]
    url = str(live_server.url)
    for name, value in {"SAPA": url, "SAPA_PBX_EVENTS_SECRET": SECRET, "no_proxy": "*", "NO_PROXY": "*"}.items():
        monkeypatch.setenv(name, value)
    return url


def test_the_commands_of_the_page_send_an_event(address: str) -> None:
    if missing := needs.commands_lack():
        leave_out("documented commands", missing)
    ran = subprocess.run(["sh", "-eu", "-c", block("sh")], capture_output=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    promised = re.search(r"answers `(\{.*\})`", SECTION)
    assert promised is not None
    assert json.loads(ran.stdout) == json.loads(promised[1])
    make()
    call = Call.objects.get()
    assert (call.external_id, call.direction, call.customer_number) == ("c-1", "inbound", "+77011112233")
    assert call.started_at.isoformat() == "2026-11-21T10:47:01+00:00"


def test_the_program_of_the_page_sends_events_and_gives_back_what_was_rejected(address: str) -> None:
    names: dict[str, Any] = {}
    exec(compile(block("python"), "docs/pbx.md", "exec"), names)
    assert names["send"]([*answered(), {"id": "e-9"}]) == [
        {"id": "e-9", "outcome": "rejected", "reason": "event", "problem": f"event is one of {', '.join(Event)}"}
    ]
    assert names["send"](answered()) == []
    assert PbxRow.objects.count() == 5


def test_the_table_of_events_names_each_with_its_fields() -> None:
    rows = table("| event | says |")
    assert set(rows) == {event.value for event in Event}
    for event, fields in FIELDS.items():
        told = rows[event]
        for group in re.findall(r"those of `(\w+)`", told) if event is Event.CALL else ():
            told += rows[group]
        named = set(re.findall(r"`(\w+)`", told))
        choices = {value for field in fields.values() for value in field.choices}
        assert set(fields) | choices <= named, event
        needed = {name for name, field in fields.items() if field.is_required}
        assert set(re.findall(r"\*\*`(\w+)`\*\*", rows[event])) == needed, event
    assert all(f"`{name}`" in SECTION for name in COMMON)


def test_the_table_of_reasons_names_each() -> None:
    assert set(table("| reason | |")) == {reason.value for reason in set(EventReason) - OF_CALL_LOGS}


def test_the_call_log_of_the_page_is_one() -> None:
    found = re.search(r"^call_id;.*?(?=^```)", SECTION, re.M | re.S)
    assert found is not None
    head, line = found[0].encode().splitlines()
    row = row_of(header_of(head).as_json(line), ZoneInfo("Asia/Almaty"))
    assert (row.call_id, row.text("agent"), row.number("started_at")) == ("c-1", "Aigerim", 1795258021)
