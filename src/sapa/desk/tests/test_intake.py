"""Recordings sent from the list: each file has its own outcome."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.pipeline.models import StageRow
from sapa.pipeline.tests.workbench import tiny_wav
from tests.fixtures.cast import SignedIn


def test_a_bad_file_does_not_lose_the_good_one(
    bogdan: Person, signed_in: SignedIn, short_wav: bytes, data_dir: object
) -> None:
    files = [SimpleUploadedFile("note.txt", b"hello"), SimpleUploadedFile("call.wav", short_wav)]
    response = signed_in(bogdan).post(
        "/calls/upload", {"recordings": files, "agent_name": " Aigerim ", "direction": "inbound", "agent_channel": "1"}
    )
    call = Call.objects.get()
    assert b"audio_unsupported" in response.content
    assert (call.file_name, call.agent_name, call.direction) == ("call.wav", "Aigerim", "inbound")
    assert StageRow.objects.filter(call=call, stage="recording").exists()


def test_the_same_recording_is_the_same_call(
    bogdan: Person, signed_in: SignedIn, short_wav: bytes, data_dir: object
) -> None:
    for _time in range(2):
        response = signed_in(bogdan).post("/calls/upload", {"recordings": SimpleUploadedFile("a.wav", short_wav)})
    assert Call.objects.count() == 1
    assert b"it is the same call" in response.content


def test_htmx_gets_the_outcomes_alone_and_the_list_is_told(
    bogdan: Person, signed_in: SignedIn, short_wav: bytes, data_dir: object
) -> None:
    response = signed_in(bogdan).post(
        "/calls/upload", {"recordings": SimpleUploadedFile("a.wav", short_wav)}, headers={"hx-request": "true"}
    )
    assert b"<html" not in response.content
    assert response["HX-Trigger"] == "calls-changed"


def test_a_file_too_large_is_told(bogdan: Person, signed_in: SignedIn, settings: Settings, data_dir: object) -> None:
    settings.SAPA_UPLOAD_MAX_MB = 1
    big = SimpleUploadedFile("big.wav", b"RIFF" + bytes(1 << 20))
    assert b"file_too_large" in signed_in(bogdan).post("/calls/upload", {"recordings": big}).content


def test_nothing_chosen_is_told(bogdan: Person, signed_in: SignedIn) -> None:
    assert b"no_file" in signed_in(bogdan).post("/calls/upload", {}).content


def test_reviewers_agents_and_outsiders_add_nothing(
    aigerim: Person, celina: Person, daniyar: Person, signed_in: SignedIn, short_wav: bytes
) -> None:
    for person in (aigerim, celina, daniyar):
        assert b'id="upload"' not in signed_in(person).get("/calls/").content
        file = SimpleUploadedFile("a.wav", short_wav)
        assert signed_in(person).post("/calls/upload", {"recordings": file}).status_code == 403
    assert not Call.objects.exists()


def test_two_files_of_one_call_are_one_call(bogdan: Person, signed_in: SignedIn, data_dir: object) -> None:
    form = {"files": "two", "agent_offset_s": "1,5", "customer_recording": leg(1), "agent_recording": leg(2)}
    response = signed_in(bogdan).post("/calls/upload", form)
    assert b"taken, now being processed" in response.content
    assert [(part.party, part.offset_s) for part in Call.objects.get().recording.parts.all()] == [
        ("customer", None), ("agent", 1.5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, "pair_incomplete"),
        ({"customer_recording": 1}, "pair_incomplete"),
        ({"customer_recording": 1, "agent_recording": 1}, "pair_same_file"),
        ({"customer_recording": 1, "agent_recording": 2, "agent_offset_s": "soon"}, "metadata_invalid"),
    ],
)
def test_a_bad_pair_is_told(
    bogdan: Person, signed_in: SignedIn, data_dir: object, form: dict[str, int | str], code: str
) -> None:
    sent = {key: leg(value) if isinstance(value, int) else value for key, value in form.items()}
    response = signed_in(bogdan).post("/calls/upload", {"files": "two", **sent})
    assert code in response.content.decode()
    assert not Call.objects.exists()


def test_whose_file_is_bad_is_told(bogdan: Person, signed_in: SignedIn, data_dir: object) -> None:
    form = {"files": "two", "customer_recording": leg(1), "agent_recording": SimpleUploadedFile("b.wav", b"no sound")}
    shown = signed_in(bogdan).post("/calls/upload", form).content.decode()
    assert "Agent&#x27;s file: " in shown
    assert "audio_unsupported" in shown


def leg(sound: int) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{sound}.wav", tiny_wav(sound, channels=1))
