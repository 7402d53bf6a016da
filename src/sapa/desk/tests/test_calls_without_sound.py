"""A call that the phone system told of and nobody recorded: in the list, and on a page of its own."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from sapa.accounts.models import Person, Role
from sapa.calls import selectors
from sapa.calls.connectors.asterisk.site import Site
from sapa.calls.keeping import calls_derive
from sapa.calls.models import Call, PbxRowKind
from sapa.calls.selectors import veiled
from sapa.calls.taking_rows import log_take
from sapa.calls.tests import lines
from sapa.calls.tests.lines import BEGAN_S, cel, come
from sapa.scorecards.models import EvaluationRecord

pytestmark = pytest.mark.django_db
GOLDEN = Path(lines.__file__).with_name("golden")
ABANDONED = b"""1795286821|1795286821.0|support|NONE|ENTERQUEUE||+77011112233|1
1795286829|1795286821.0|support|Aigerim|RINGNOANSWER|5000
1795286833|1795286821.0|support|NONE|ABANDON|1|1|12
"""


@pytest.fixture
def abandoned(tmp_path: Path) -> Call:
    log = tmp_path / "queue_log"
    log.write_bytes(ABANDONED)
    log_take(log, PbxRowKind.QUEUE_LOG, UTC)
    calls_derive(Site(UTC, "KZ"))
    return Call.objects.get()


def test_it_stands_in_the_list_with_what_became_of_it(client: Client, bogdan: Person, abandoned: Call) -> None:
    client.force_login(bogdan)
    page = client.get("/calls/")
    assert "+77011112233" in page.text
    assert "Abandoned" in page.text


def test_its_page_tells_what_the_phone_system_wrote_down(client: Client, bogdan: Person, abandoned: Call) -> None:
    client.force_login(bogdan)
    page = client.get(f"/calls/{abandoned.pk}/")
    for told in ("Abandoned", "0:12", "Did not answer", "Aigerim", "No recording of this call has come."):
        assert told in page.text
    assert "Marked by people" not in page.text


@pytest.mark.parametrize(
    ("scenario", "told"),
    [("attended_transfer_by_telephone", "Gulnar 0:04, Damir 0:10"), ("answered_customer_hangs_up", "")],
)
def test_of_several_who_talked_it_tells_how_long_each_did(
    scenario: str, told: str, client: Client, bogdan: Person
) -> None:
    for name, kind in (("cel.csv", PbxRowKind.CEL), ("queue_log", PbxRowKind.QUEUE_LOG)):
        log_take(GOLDEN / scenario / name, kind, UTC)
    calls_derive(Site(UTC, "KZ"))
    client.force_login(bogdan)
    page = client.get(f"/calls/{Call.objects.get().pk}/").text
    words = " ".join(re.sub(r"<[^>]+>", "", page).split())
    assert (f"Who talked{told}" in words) if told else ("Who talked" not in words)


def test_who_is_shown_no_names_is_not_shown_who_did_not_answer(abandoned: Call) -> None:
    shown = veiled(Person(role=Role.OUTSIDE, names_hidden=True), abandoned)
    assert (shown.story, shown.dialled, shown.customer_number) == ({}, "", "")


def test_it_is_not_among_those_that_are_done(client: Client, bogdan: Person, abandoned: Call) -> None:
    client.force_login(bogdan)
    assert "+77011112233" not in client.get("/calls/?state=done").text


TALKED = cel(0, "CHAN_START", "PJSIP/trunk-1", "1795286821.0", exten="100") + cel(
    1, "APP_START", "PJSIP/trunk-1", "1795286821.0", app="MixMonitor", data="a.wav"
)
OVER = cel(9, "HANGUP", "PJSIP/trunk-1", "1795286821.0")


@pytest.mark.parametrize(
    ("rows", "after", "state", "note"),
    [
        (TALKED, timedelta(minutes=1), "In progress", "is not over yet"),
        (TALKED, timedelta(hours=13), "No recording", "What stands above"),
        (TALKED + OVER, timedelta(minutes=1), "Recording awaited", "has not come yet"),
        (TALKED + OVER, timedelta(minutes=16), "Recording missing", "sapa ingest --refused"),
    ],
)
def test_where_the_recording_is_is_told(
    client: Client, bogdan: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    rows: bytes, after: timedelta, state: str, note: str,
) -> None:  # fmt: skip
    come(tmp_path, "cel.csv", rows, PbxRowKind.CEL)
    Call.objects.update(disposition="answered")
    monkeypatch.setattr(selectors, "now_at", lambda: datetime.fromtimestamp(BEGAN_S, UTC) + after)
    client.force_login(bogdan)
    assert state in client.get("/calls/").text
    assert note in client.get(f"/calls/{Call.objects.get().pk}/").text


def test_calls_are_found_by_what_became_of_them(client: Client, bogdan: Person, abandoned: Call, call: Call) -> None:
    client.force_login(bogdan)
    listed = client.get("/calls/?result=abandoned").text
    assert "+77011112233" in listed
    assert call.customer_number not in listed
    assert "+77011112233" not in client.get("/calls/?result=answered").text
    assert "+77011112233" in client.get("/calls/?state=none").text
    assert call.customer_number not in client.get("/calls/?state=none").text


def test_without_a_phone_system_nobody_is_asked_for_a_result(client: Client, bogdan: Person, call: Call) -> None:
    client.force_login(bogdan)
    assert 'name="result"' not in client.get("/calls/").text


def test_who_called_back_and_how_soon_stands_on_the_page(client: Client, bogdan: Person, abandoned: Call) -> None:
    client.force_login(bogdan)
    page = f"/calls/{abandoned.pk}/"
    assert "not yet" in client.get(page).text
    assert abandoned.ended_at is not None
    back = Call.objects.create(
        source_key="id:back", direction="outbound", disposition="answered", agent_name="Inkar", revision=1,
        customer_number=abandoned.customer_number, started_at=abandoned.ended_at + timedelta(minutes=12),
        created_at=abandoned.created_at,
    )  # fmt: skip
    told = client.get(page).text
    assert "Called back" in told
    assert "after 12\N{NO-BREAK SPACE}min" in told
    assert f'href="/calls/{back.pk}/"' in told


def test_a_recorded_wait_is_heard_and_not_marked(client: Client, bogdan: Person, call: Call) -> None:
    EvaluationRecord.objects.filter(call=call).delete()
    Call.objects.filter(pk=call.pk).update(disposition="abandoned")
    client.force_login(bogdan)
    page = client.get(f"/calls/{call.pk}/").text
    assert "Nobody answered this call, so no form is applied to it." in page
    assert "Hello" in page
    told = client.get(f"/api/v1/calls/{call.pk}").json()
    assert (told["state"], told["result"]["evaluation"]) == ("done", None)
    assert told["result"]["turns"]
    verdict = client.get("/calls/").text.partition('<td role="cell" class="col-verdict">')[2].partition("</td>")[0]
    assert verdict == '<span class="quiet">Abandoned</span>'


def test_a_call_without_a_recording_says_once_what_became_of_it(
    client: Client, bogdan: Person, abandoned: Call
) -> None:
    client.force_login(bogdan)
    row = client.get("/calls/").text.partition(f'id="call-{abandoned.pk}"')[2].partition("</tr>")[0]
    assert row.count("Abandoned") == 1
    assert "Abandoned" in row.partition('class="col-state">')[2].partition("</td>")[0]


def test_a_call_that_was_answered_says_nothing_of_it(client: Client, bogdan: Person, call: Call) -> None:
    client.force_login(bogdan)
    assert "Nobody answered" not in client.get(f"/calls/{call.pk}/").text
