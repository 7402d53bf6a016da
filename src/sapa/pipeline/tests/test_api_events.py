"""`POST /api/v1/pbx/events`: who is let in, what is answered, and that a call with its recording comes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from logging import WARNING
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from sapa.accounts.models import Person
from sapa.calls.connectors.hosted.signature import signature_of
from sapa.calls.models import Call, PbxRejected, PbxRow, PbxStale
from sapa.calls.tests.hosted import CALL, answered, event, make
from sapa.calls.tests.lines import BEGAN_S
from sapa.pipeline import events_api
from sapa.pipeline.selectors import line_of
from sapa.pipeline.tests.workbench import run_all
from tests.fixtures.cast import SignedIn
from tests.fixtures.world import FrozenClock

pytestmark = pytest.mark.django_db
EVENTS = "/api/v1/pbx/events"
SECRET, OTHER = "s" * 32, "o" * 40
JSON = "application/json"


@pytest.fixture(autouse=True)
def secret(settings: Settings, frozen_clock: FrozenClock) -> str:
    settings.SAPA_PBX_EVENTS_SECRET = [SECRET]
    frozen_clock.at = datetime.fromtimestamp(BEGAN_S + 60, UTC)
    return SECRET


def signed(body: bytes, *, by: str = SECRET, after_s: int = 60) -> str:
    return signature_of(by, BEGAN_S + after_s, body)


def post(body: Any, *, signature: str | None = None, content_type: str = JSON) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Sapa-Signature": signed(raw) if signature is None else signature}
    return Client(enforce_csrf_checks=True).generic("POST", EVENTS, raw, content_type=content_type, headers=headers)


def refusal(response: Any) -> tuple[int, str]:
    assert set(response.json()) == {"error"}
    return response.status_code, response.json()["error"]["code"]


def test_each_event_is_answered_in_its_order() -> None:
    bad = event(2, "agent_ringing", id_="e-bad")
    response = post([answered()[0], bad, answered()[0], 7])
    assert response.status_code == 200
    told = response.json()
    assert {key: told[key] for key in ("taken", "known", "rejected", "ahead_s")} == {
        "taken": 1, "known": 1, "rejected": 2, "ahead_s": None,
    }  # fmt: skip
    assert told["events"] == [
        {"id": answered()[0]["id"], "outcome": "taken", "reason": None, "problem": None},
        {"id": "e-bad", "outcome": "rejected", "reason": "field", "problem": "agent is missing"},
        {"id": answered()[0]["id"], "outcome": "known", "reason": None, "problem": None},
        {"id": None, "outcome": "rejected", "reason": "shape", "problem": "an event is an object: {…}"},
    ]


def test_one_alone_a_list_and_lines_are_all_taken() -> None:
    first, second, third, *rest = answered()
    lines = b"\n".join(json.dumps(one).encode() for one in rest)
    counts = [post(first), post([second, third]), post(lines, content_type="application/x-ndjson; charset=utf-8")]
    assert [response.json()["taken"] for response in counts] == [1, 2, 2]
    assert post([]).json() == {"taken": 0, "known": 0, "rejected": 0, "ahead_s": None, "events": []}


def test_the_secret_it_is_signed_with_may_be_the_old_or_the_new_one(settings: Settings) -> None:
    settings.SAPA_PBX_EVENTS_SECRET = [OTHER, SECRET]
    first, second, third, *_ = (json.dumps(one).encode() for one in answered())
    both = f"{signed(third, by='x' * 32)},{signed(third).partition(',')[2]}"
    signatures = [(first, signed(first)), (second, signed(second, by=OTHER)), (third, both)]
    assert [post(body, signature=one).status_code for body, one in signatures] == [200, 200, 200]
    settings.SAPA_PBX_EVENTS_SECRET = [OTHER]
    assert refusal(post(first, signature=signed(first))) == (401, "signature_wrong")


BODY = json.dumps(answered()[0]).encode()
HEX = signed(BODY).partition("v1=")[2]


@pytest.mark.parametrize(
    ("signature", "code"),
    [
        ("", "signature_missing"),
        ("nothing", "signature_missing"),
        (f"v1={HEX}", "signature_missing"),
        (f"t={BEGAN_S + 60}", "signature_missing"),
        (f"t=²,v1={HEX}", "signature_missing"),
        (f"t=-1,v1={HEX}", "signature_missing"),
        (f"t={'9' * 400},v1={HEX}", "signature_missing"),
        (f"t={BEGAN_S + 60},v1=", "signature_wrong"),
        (f"t={BEGAN_S + 60},v1={HEX[:-1]}", "signature_wrong"),
        (f"t={BEGAN_S + 60},v1=é", "signature_wrong"),
        (f"t={BEGAN_S + 61},v1={HEX}", "signature_wrong"),
        (f"t={BEGAN_S + 60},v0={HEX},v1=0", "signature_wrong"),
        (signed(BODY, by=OTHER), "signature_wrong"),
        (signed(BODY + b" "), "signature_wrong"),
        (f"t={BEGAN_S + 60}," + ",".join(["v1=0"] * 5_000) + f",v1={HEX}", "signature_wrong"),
        (signed(BODY, after_s=60 - 301), "signature_old"),
        (signed(BODY, after_s=60 + 301), "signature_old"),
        (signed(BODY, after_s=60 - 3600), "signature_old"),
    ],
)
def test_a_signature_that_is_missing_wrong_or_old_is_refused(signature: str, code: str) -> None:
    assert refusal(post(BODY, signature=signature)) == (401, code)
    assert not PbxRow.objects.exists()
    assert not PbxRejected.objects.exists()


def test_within_five_minutes_a_clock_may_differ() -> None:
    assert [post(BODY, signature=signed(BODY, after_s=60 + by)).status_code for by in (-300, 300)] == [200, 200]


def test_how_far_the_clocks_are_apart_learns_who_signed_right() -> None:
    told = post(BODY, signature=signed(BODY, after_s=60 - 3600)).json()["error"]["message"]
    assert "3600 s ago" in told
    assert "3600" not in post(BODY, signature=signed(BODY, by=OTHER, after_s=60 - 3600)).json()["error"]["message"]


def test_without_a_secret_it_says_what_to_set(settings: Settings) -> None:
    settings.SAPA_PBX_EVENTS_SECRET = []
    response = post(BODY)
    assert refusal(response) == (403, "pbx_events_off")
    assert "SAPA_PBX_EVENTS_SECRET" in response.json()["error"]["message"]
    empty = post(BODY, signature=signature_of("", BEGAN_S + 60, BODY))
    assert refusal(empty) == (403, "pbx_events_off")


def test_neither_a_session_nor_a_token_stands_for_the_signature(
    signed_in: SignedIn, api_of: SignedIn, administrator: Person
) -> None:
    for client in (signed_in(administrator), api_of(administrator)):
        assert refusal(client.post(EVENTS, answered()[0], content_type=JSON)) == (401, "signature_missing")


@pytest.mark.parametrize("body", [b"", b"not json", b"[" * 100_000, b"\xff\xfe", b"\0", b"[{}", b"from=7701&to=101"])
def test_a_body_that_is_no_json_is_refused_and_kept(body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        assert refusal(post(body)) == (400, "events_unreadable")
    kept = PbxRejected.objects.get()
    assert (kept.reason, bytes(kept.raw)) == ("json", body[:16_384])
    assert any(record.levelno == WARNING and "events_unreadable" in record.message for record in caplog.records)


def test_too_much_at_once_is_refused() -> None:
    assert refusal(post([{}] * 1_001)) == (413, "events_too_many")
    assert refusal(post(b" " * 3_000_000)) == (413, "request_too_large")
    assert post([event(n, "ended") for n in range(1_000)]).json()["taken"] == 1_000


def test_events_of_a_clock_that_is_ahead_are_believed_and_it_is_said(caplog: pytest.LogCaptureFixture) -> None:
    late = [event(after_s + 3660, one["event"], id_=one["id"]) for after_s, one in enumerate(answered()[:1])]
    assert post(late).json()["ahead_s"] == 3600
    assert "an event is 3600 s ahead of this server's clock; set both by NTP" in caplog.messages
    make()
    assert Call.objects.get().started_at == datetime.fromtimestamp(BEGAN_S + 3660, UTC)


def test_the_secret_is_told_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    answers = [
        post(BODY),
        post([7]),
        post(b"x"),
        post(BODY, signature=signed(BODY, by=OTHER)),
        post(BODY, signature=""),
    ]
    said = b"".join(one.content for one in answers).decode() + caplog.text
    assert SECRET not in said


def test_what_is_rejected_is_in_the_log_by_its_reason_and_on_one_line(caplog: pytest.LogCaptureFixture) -> None:
    post([event(0, "ended", id_="a\nb"), *[{}] * 9])
    said = [record.message for record in caplog.records if record.name == "sapa.pbx"]
    assert len(said) == 4
    assert said[-1] == "and 7 more of the same request"
    assert all("\n" not in one for one in said)


def test_a_database_that_is_away_lets_the_provider_send_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_given: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patch:
        patch.setattr(events_api, "events_take", away)
        assert refusal(post(answered())) == (503, "database_unreachable")
    assert post(answered()).json()["taken"] == 5


def test_other_methods_are_not_taken() -> None:
    assert [Client().generic(method, EVENTS).status_code for method in ("GET", "PUT", "DELETE")] == [405] * 3


@pytest.mark.parametrize("is_first", [True, False])
def test_events_and_a_recording_are_one_call_that_is_graded(
    spoken: None, api_of: SignedIn, bogdan: Person, short_wav: bytes, is_first: bool
) -> None:
    def recording_comes() -> None:
        form = {"file": SimpleUploadedFile("any.wav", short_wav), "call_id": CALL, "agent_channel": "1"}
        assert api_of(bogdan).post("/api/v1/calls", form).status_code == 201

    def events_come() -> None:
        assert post(answered()).json()["taken"] == 5
        make()

    acts: list[Callable[[], None]] = [events_come, recording_comes]
    for act in acts if is_first else reversed(acts):
        act()
    run_all()
    call = Call.objects.get()
    assert call.queue is not None
    assert (call.direction, call.agent_name, call.queue.name, call.talk_s) == ("inbound", "Aigerim", "cards", 20)
    assert line_of(call).state == "done"
    told = api_of(bogdan).get(f"/api/v1/calls/{call.pk}").json()
    assert told["phone_system"]["agents"] == [{"name": "Aigerim", "talk_s": 20}]
    assert told["result"]["evaluation"]
    assert not PbxStale.objects.exists()


def test_a_day_later_the_same_events_signed_anew_are_known(frozen_clock: FrozenClock) -> None:
    post(answered())
    frozen_clock.at += timedelta(days=1)
    raw = json.dumps(answered()).encode()
    assert refusal(post(raw)) == (401, "signature_old")
    assert post(raw, signature=signed(raw, after_s=60 + 86_400)).json()["known"] == 5
