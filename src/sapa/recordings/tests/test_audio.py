"""The sound of a call over HTTP: whole, in ranges, refused, and audited."""

from __future__ import annotations

import io
import uuid

import pytest
from django.http import StreamingHttpResponse
from django.test import Client

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.calls.models import Call
from sapa.core.storage import blobs
from sapa.recordings import views
from sapa.recordings.models import ListeningCopy, Recording, RecordingPart
from tests.fixtures.cast import SignedIn


def address(call: Call) -> str:
    return f"/recordings/{call.pk}/audio"


def stream_of(response: object) -> StreamingHttpResponse:
    assert isinstance(response, StreamingHttpResponse)
    return response


def body_of(response: object) -> bytes:
    return b"".join(stream_of(response))


def test_it_sends_the_whole_recording(call: Call, bogdan: Person, signed_in: SignedIn, short_wav: bytes) -> None:
    response = signed_in(bogdan).get(address(call))
    assert response.status_code == 200
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Length"] == str(len(short_wav))
    assert response["Content-Type"] == "audio/wav"
    assert body_of(response) == short_wav


def test_it_sends_the_range_asked(call: Call, bogdan: Person, signed_in: SignedIn, short_wav: bytes) -> None:
    response = signed_in(bogdan).get(address(call), headers={"range": "bytes=100-199"})
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes 100-199/{len(short_wav)}"
    assert body_of(response) == short_wav[100:200]


def test_it_refuses_a_range_past_the_end(call: Call, bogdan: Person, signed_in: SignedIn, short_wav: bytes) -> None:
    response = signed_in(bogdan).get(address(call), headers={"range": f"bytes={len(short_wav)}-"})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(short_wav)}"


def test_head_tells_the_size_and_plays_nothing(
    call: Call, bogdan: Person, signed_in: SignedIn, short_wav: bytes
) -> None:
    response = signed_in(bogdan).head(address(call), headers={"range": "bytes=0-9"})
    assert response.status_code == 206
    assert response["Content-Length"] == "10"
    assert response.content == b""
    assert not AuditEntry.objects.filter(verb="recording.served").exists()


def test_a_range_of_another_content_gets_the_whole(call: Call, bogdan: Person, signed_in: SignedIn) -> None:
    client = signed_in(bogdan)
    stale = client.get(address(call), headers={"range": "bytes=0-9", "if-range": '"old"'})
    fresh = client.get(address(call), headers={"range": "bytes=0-9", "if-range": stale["ETag"]})
    assert (stale.status_code, fresh.status_code) == (200, 206)
    assert stale["ETag"] == f'"{Recording.objects.get(call=call).sha256}"'
    body_of(stale)
    body_of(fresh)


def test_what_is_sent_is_audited_as_seconds(call: Call, bogdan: Person, signed_in: SignedIn, short_wav: bytes) -> None:
    half = len(short_wav) // 2
    body_of(signed_in(bogdan).get(address(call), headers={"range": f"bytes=0-{half - 1}"}))
    row = AuditEntry.objects.get(verb="recording.served")
    assert (row.person_id, row.subject, row.start_s) == (bogdan.pk, f"call {call.pk}", 0.0)
    assert row.end_s == pytest.approx(17.0, abs=0.05)


def test_what_was_not_read_is_not_audited(call: Call, bogdan: Person, signed_in: SignedIn) -> None:
    response = stream_of(signed_in(bogdan).get(address(call)))
    next(iter(response))
    row = AuditEntry.objects.get(verb="recording.served")
    assert row.end_s == pytest.approx(2**18 / 32000, abs=0.05)
    body_of(response)


def test_a_download_is_a_file_and_audited(call: Call, bogdan: Person, signed_in: SignedIn) -> None:
    RecordingPart.objects.filter(recording__call=call).update(file_name='..\\..\\запись "1".wav')
    response = signed_in(bogdan).get(address(call), {"download": "1"})
    body_of(response)
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%D0%B7")
    assert ".." not in response["Content-Disposition"]
    assert AuditEntry.objects.filter(verb="recording.downloaded", person=bogdan).count() == 1


def test_outsider_gets_404(call: Call, daniyar: Person, signed_in: SignedIn) -> None:
    assert signed_in(daniyar).get(address(call)).status_code == 404


def test_another_agent_gets_404(call: Call, aigerim: Person, signed_in: SignedIn) -> None:
    Call.objects.filter(pk=call.pk).update(agent_name="Somebody else")
    assert signed_in(aigerim).get(address(call)).status_code == 404


def test_an_agent_hears_her_own_call(call: Call, aigerim: Person, signed_in: SignedIn) -> None:
    assert signed_in(aigerim).head(address(call)).status_code == 200


def test_a_call_that_is_not_there_is_404(bogdan: Person, signed_in: SignedIn) -> None:
    assert signed_in(bogdan).get(f"/recordings/{uuid.uuid4()}/audio").status_code == 404


def test_nobody_hears_without_signing_in(call: Call) -> None:
    assert Client().get(address(call)).status_code == 302


def test_a_long_range_is_answered_in_part(
    call: Call, bogdan: Person, signed_in: SignedIn, short_wav: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a paused player, which asks for everything and reads little, holds no thread of the server."""
    assert views._LONGEST_RANGE_BYTES == 1 << 20
    monkeypatch.setattr(views, "_LONGEST_RANGE_BYTES", 1000)
    client, got = signed_in(bogdan), b""
    while len(got) < 5000:
        response = client.get(address(call), headers={"range": f"bytes={len(got)}-"})
        assert response.status_code == 206
        assert response["Content-Range"] == f"bytes {len(got)}-{len(got) + 999}/{len(short_wav)}"
        assert response["Content-Length"] == "1000"
        got += body_of(response)
    assert got == short_wav[:5000]
    assert body_of(client.get(address(call))) == short_wav


def test_a_download_that_goes_on_gets_all_the_rest(
    call: Call, bogdan: Person, signed_in: SignedIn, short_wav: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "_LONGEST_RANGE_BYTES", 1000)
    response = signed_in(bogdan).get(f"{address(call)}?download=1", headers={"range": "bytes=500-"})
    assert body_of(response) == short_wav[500:]


@pytest.mark.parametrize("query", ["", "?download=1"])
def test_before_it_is_measured_nothing_is_handed_out(
    call: Call, bogdan: Person, signed_in: SignedIn, query: str
) -> None:
    Recording.objects.filter(call=call).update(duration_s=None)
    response = signed_in(bogdan).get(address(call) + query)
    assert response.status_code == 409
    assert "recording_unmeasured" in response.content.decode()
    assert not AuditEntry.objects.filter(verb__startswith="recording.").exists()


@pytest.fixture
def copied(call: Call) -> bytes:
    """The call as if its form were one that no browser plays: the bytes of its listening copy."""
    content = b"fLaC" + bytes(range(256)) * 4
    blob = blobs().put(io.BytesIO(content))
    ListeningCopy.objects.create(
        recording=Recording.objects.get(call=call), blob_id=blob.id, sha256=blob.sha256, size_bytes=blob.size_bytes,
        media_type="audio/flac", places=[100, 200, 900], is_served=True, made_at=call.created_at,
    )  # fmt: skip
    return content


def test_the_player_gets_the_listening_copy_and_a_download_the_file_as_it_came(
    call: Call, copied: bytes, bogdan: Person, signed_in: SignedIn, short_wav: bytes
) -> None:
    client = signed_in(bogdan)
    played, downloaded = client.get(address(call)), client.get(address(call), {"download": "1"})
    assert (body_of(played), played["Content-Type"]) == (copied, "audio/flac")
    assert (body_of(downloaded), downloaded["Content-Type"]) == (short_wav, "audio/wav")
    assert played["ETag"] != downloaded["ETag"]
    assert AuditEntry.objects.filter(verb="recording.downloaded").count() == 1


def test_what_of_a_copy_is_sent_is_audited_by_its_own_places(
    call: Call, copied: bytes, bogdan: Person, signed_in: SignedIn
) -> None:
    body_of(signed_in(bogdan).get(address(call), headers={"range": "bytes=200-899"}))
    row = AuditEntry.objects.get(verb="recording.served")
    assert (row.start_s, row.end_s) == (10.0, 20.0)


def test_each_file_of_a_pair_is_downloaded_by_itself(
    call: Call, bogdan: Person, signed_in: SignedIn, short_wav: bytes
) -> None:
    blob = blobs().put(io.BytesIO(b"the agent's"))
    RecordingPart.objects.create(
        recording=Recording.objects.get(call=call), place=1, party="agent", file_name="agent.gsm.wav",
        blob_id=blob.id, sha256=blob.sha256, size_bytes=blob.size_bytes,
    )  # fmt: skip
    client = signed_in(bogdan)
    second = client.get(address(call), {"download": "1", "part": "1"})
    assert body_of(second) == b"the agent's"
    assert "agent.gsm.wav" in second["Content-Disposition"]
    assert body_of(client.get(address(call), {"download": "1", "part": "0"})) == short_wav
    assert client.get(address(call), {"download": "1", "part": "2"}).status_code == 404
    assert [row.details["file"] for row in AuditEntry.objects.filter(verb="recording.downloaded").order_by("pk")] == [
        "agent.gsm.wav", call.file_name,
    ]  # fmt: skip
