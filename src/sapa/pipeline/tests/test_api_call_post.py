from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sapa.accounts.models import Person
from sapa.calls.models import Call, RawEvent
from sapa.pipeline.tests.workbench import stages_of, stored_blobs, tiny_wav
from tests.fixtures.cast import SignedIn

CALLS = "/api/v1/calls"


def recording(sound: int = 1, *, name: str = "call.wav") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, tiny_wav(sound))


def refusal(response: Any) -> tuple[int, str]:
    """Status and code; the body must have the one shape of errors."""
    body = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message"}
    assert body["error"]["message"]
    return response.status_code, body["error"]["code"]


@pytest.fixture
def supervisor(api_of: SignedIn, bogdan: Person) -> Client:
    return api_of(bogdan)


def test_a_new_recording_is_created_and_stands_in_the_line(supervisor: Client) -> None:
    response = supervisor.post(CALLS, {"file": recording(), "call_id": "pbx-7", "agent": "Aigerim", "queue": "cards"})
    call = Call.objects.get()
    assert response.status_code == 201
    assert response.json() == {"id": str(call.pk), "created": True, "url": f"/calls/{call.pk}/"}
    assert (call.external_id, call.agent_name, call.file_name) == ("pbx-7", "Aigerim", "call.wav")
    assert call.queue is not None
    assert stages_of(call) == {"recording": "waiting"}


def test_the_address_it_gives_is_a_page_of_the_site(supervisor: Client, signed_in: SignedIn, bogdan: Person) -> None:
    url = supervisor.post(CALLS, {"file": recording()}).json()["url"]
    assert signed_in(bogdan).get(url).status_code == 200


def test_the_same_recording_again_is_the_same_call(supervisor: Client) -> None:
    first = supervisor.post(CALLS, {"file": recording()}).json()
    again = supervisor.post(CALLS, {"file": recording(), "agent": "Somebody"})
    assert again.status_code == 200
    assert again.json() == {**first, "created": False}


def test_what_was_told_is_kept_as_it_came(supervisor: Client) -> None:
    supervisor.post(CALLS, {"file": recording(), "direction": "Inbound", "started_at": "2026-03-09T09:15:00+05:00"})
    raw, call = RawEvent.objects.get(), Call.objects.get()
    assert (raw.connector, raw.payload["direction"], raw.payload["started_at"]) == (
        "rest", "Inbound", "2026-03-09T09:15:00+05:00",
    )  # fmt: skip
    assert (call.direction, call.started_at.isoformat()) == ("inbound", "2026-03-09T04:15:00+00:00")


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"direction": "sideways"}, "metadata_invalid"),
        ({"started_at": "yesterday"}, "metadata_invalid"),
        ({"started_at": "2026-13-45"}, "metadata_invalid"),
        ({"agent_channel": "2"}, "metadata_invalid"),
        ({"agent": "x" * 101}, "metadata_invalid"),
        ({"queue": "ca\0rds"}, "metadata_invalid"),
        ({"file": SimpleUploadedFile("a.wav", b"")}, "audio_empty"),
        ({"file": SimpleUploadedFile("a.wav", b"Dear Sapa, this is no recording")}, "audio_unsupported"),
        ({"file": "text where a file should be"}, "input_invalid"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_code(
    supervisor: Client, data_dir: Path, form: dict[str, Any], code: str
) -> None:
    assert refusal(supervisor.post(CALLS, {"file": recording()} | form)) == (400, code)
    assert not Call.objects.exists()
    assert stored_blobs(data_dir) == []


@pytest.mark.parametrize("form", [{"agnet": "Aigerim"}, {"": "x"}, {"agent_recroding": recording(2)}, {"File": "x"}])
def test_a_misspelt_field_is_refused_by_name(supervisor: Client, data_dir: Path, form: dict[str, Any]) -> None:
    response = supervisor.post(CALLS, {"file": recording()} | form)
    assert refusal(response) == (400, "input_invalid")
    assert response.json()["error"]["message"].startswith(f"{next(iter(form))}: there is no such field. Known: file, ")
    assert (Call.objects.exists(), stored_blobs(data_dir)) == (False, [])


def test_a_recording_must_come_with_it(supervisor: Client) -> None:
    assert refusal(supervisor.post(CALLS, {"agent": "Aigerim"})) == (400, "input_invalid")


def test_the_same_call_id_with_another_recording_is_a_conflict(supervisor: Client) -> None:
    supervisor.post(CALLS, {"file": recording(1), "call_id": "pbx-7"})
    response = supervisor.post(CALLS, {"file": recording(2), "call_id": "pbx-7"})
    assert refusal(response) == (409, "call_conflict")


def test_a_file_over_the_limit_is_refused(supervisor: Client, settings: Any) -> None:
    settings.SAPA_UPLOAD_MAX_MB = 0
    assert refusal(supervisor.post(CALLS, {"file": recording()})) == (413, "file_too_large")
    assert not Call.objects.exists()


def test_a_megabyte_is_the_same_for_every_way_in(supervisor: Client, settings: Any) -> None:
    settings.SAPA_UPLOAD_MAX_MB = 1
    content = tiny_wav().ljust(1 << 20, b"\0")
    assert supervisor.post(CALLS, {"file": SimpleUploadedFile("call.wav", content)}).status_code == 201


def test_a_form_that_cannot_be_read_is_told_in_the_same_shape(supervisor: Client) -> None:
    broken = supervisor.generic("POST", CALLS, b"--x\r\ngarbage", content_type="multipart/form-data")
    assert refusal(broken) == (400, "input_unreadable")
    endless = supervisor.post(CALLS, {"file": recording(), "agent": "x" * 3_000_000})
    assert refusal(endless) == (413, "input_unreadable")
    crowded = supervisor.post(CALLS, {"file": recording(), **{f"field{number}": "" for number in range(1100)}})
    assert refusal(crowded) == (400, "input_unreadable")


@pytest.mark.parametrize("person", ["aigerim", "celina", "daniyar"])
def test_who_does_not_manage_calls_may_not_hand_them_in(
    api_of: SignedIn, request: pytest.FixtureRequest, person: str
) -> None:
    client = api_of(request.getfixturevalue(person))
    assert refusal(client.post(CALLS, {"file": recording()})) == (403, "forbidden")
    assert not Call.objects.exists()


@pytest.mark.parametrize("name", ["../../etc/passwd", "ж" * 300 + ".wav", "a\nb.wav", "😀.wav", "C:\\calls\\a.wav"])
def test_the_name_of_the_file_is_only_a_name(supervisor: Client, data_dir: Path, name: str) -> None:
    assert supervisor.post(CALLS, {"file": recording(name=name)}).status_code == 201
    kept = Call.objects.get()
    assert len(kept.file_name) <= 255
    assert "/" not in kept.file_name
    assert stored_blobs(data_dir) == [kept.recording.parts.get().blob_id]


def leg(sound: int, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, tiny_wav(sound, channels=1))


def test_a_file_for_each_party_is_one_call(supervisor: Client, data_dir: Path) -> None:
    form = {"agent_offset_s": "1.5", "call_id": "pbx-7"}
    first = supervisor.post(CALLS, {"file": leg(1, "in.wav"), "agent_recording": leg(2, "out.wav"), **form})
    again = supervisor.post(CALLS, {"file": leg(2, "out.wav"), "agent_recording": leg(1, "in.wav")})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    parts = Call.objects.get().recording.parts.all()
    assert [(part.party, part.file_name, part.offset_s) for part in parts] == [
        ("customer", "in.wav", None), ("agent", "out.wav", 1.5),
    ]  # fmt: skip
    assert RawEvent.objects.get().payload["agent_recording"] == "out.wav"
    assert len(stored_blobs(data_dir)) == 2


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"agent_recording": "text where a file should be"}, "pair_incomplete"),
        ({"agent_recording": SimpleUploadedFile("out.wav", b"")}, "audio_empty"),
        ({"agent_recording": leg(1, "same.wav")}, "pair_same_file"),
        ({"agent_recording": leg(2, "out.wav"), "agent_offset_s": "soon"}, "metadata_invalid"),
    ],
)
def test_a_bad_pair_is_refused_with_its_code(
    supervisor: Client, data_dir: Path, form: dict[str, Any], code: str
) -> None:
    assert refusal(supervisor.post(CALLS, {"file": leg(1, "in.wav")} | form)) == (400, code)
    assert not Call.objects.exists()
    assert stored_blobs(data_dir) == []
