"""Whatever is written into the fields of the form, the answer is a plain yes or a no with a code."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.pipeline.tests.test_api_call_post import CALLS, refusal
from sapa.pipeline.tests.workbench import tiny_wav
from tests.fixtures.cast import SignedIn
from tests.fixtures.world import FrozenClock

FIELDS = (
    "call_id", "agent", "customer_number", "customer_name", "direction", "queue", "started_at", "call_type",
    "outcome", "language", "agent_channel",
)  # fmt: skip
NASTY = (
    "\0",
    "a\0b",
    "\x01\x1f\x7f",
    "😀👩‍👩‍👧",
    "x" * 10_000,
    "ж" * 101,
    "'; DROP TABLE calls_call; --",
    "-1",
    "-99999999999",
    "NaN",
    "1e999",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-03-09T09:15:00+99:99",
    "2026-W01",
    "\u202e\u2066",
    "\ufeff",
    "inbound\n",
    "+7 701 555 01 01",
    "tel:+7",
    "auto",
    "{}",
    "%s%n",
    "\\u0000",
)
TEXT = st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
PATIENT = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SOUNDS = count(1)


@pytest.fixture
def client_of_bogdan(api_of: SignedIn, bogdan: Person) -> Client:
    return api_of(bogdan)


@PATIENT
@given(form=st.dictionaries(st.sampled_from(FIELDS), TEXT, max_size=4))
def test_no_form_breaks_the_door(client_of_bogdan: Client, form: dict[str, str]) -> None:
    file = SimpleUploadedFile("a.wav", tiny_wav(next(SOUNDS)))
    response = client_of_bogdan.post(CALLS, {**form, "file": file})
    if response.status_code == 201:
        taken = client_of_bogdan.get(f"{CALLS}/{response.json()['id']}")
        assert taken.status_code == 200
    else:
        assert refusal(response) in {(400, "metadata_invalid"), (409, "call_conflict"), (400, "input_invalid")} or (
            response.status_code == 200
        )


@pytest.mark.parametrize("field", FIELDS)
def test_a_zero_character_is_refused_by_name_in_every_field(client_of_bogdan: Client, field: str) -> None:
    """PostgreSQL keeps none in a text; it must not come so far."""
    file = SimpleUploadedFile("a.wav", tiny_wav())
    response = client_of_bogdan.post(CALLS, {field: "1\0", "file": file})
    assert refusal(response) == (400, "metadata_invalid")
    assert field in response.json()["error"]["message"]
    assert not Call.objects.exists()


@pytest.mark.parametrize("started_at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_the_ends_of_the_calendar_are_refused(client_of_bogdan: Client, started_at: str) -> None:
    """They are in no time zone, so the list of calls could not be shown."""
    file = SimpleUploadedFile("a.wav", tiny_wav())
    answer = refusal(client_of_bogdan.post(CALLS, {"started_at": started_at, "file": file}))
    assert answer == (400, "metadata_invalid")


@pytest.mark.parametrize("started_at", ["1970-01-01T00:00:00Z", "2027-03-10T10:30:00Z"])
def test_the_ends_of_what_is_taken_are_listed(
    client_of_bogdan: Client, signed_in: SignedIn, bogdan: Person, frozen_clock: FrozenClock, started_at: str
) -> None:
    file = SimpleUploadedFile("a.wav", tiny_wav())
    assert client_of_bogdan.post(CALLS, {"started_at": started_at, "file": file}).status_code == 201
    assert client_of_bogdan.get(CALLS).json()["calls"][0]["started_at"] == started_at
    assert signed_in(bogdan).get("/calls/").status_code == 200


@PATIENT
@given(name=TEXT)
def test_no_file_name_breaks_the_door(client_of_bogdan: Client, name: str) -> None:
    file: Any = SimpleUploadedFile("a.wav", tiny_wav(next(SOUNDS)))
    file.name = name or "x"
    response = client_of_bogdan.post(CALLS, {"file": file})
    assert response.status_code in {200, 201} or refusal(response) == (400, "input_invalid")
