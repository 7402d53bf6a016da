"""A recording that is longer than one answer of the server: the browser asks for piece after piece as it plays."""

from __future__ import annotations

import io
import wave

from playwright.sync_api import Page, Response, expect

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.core.storage import blobs
from sapa.recordings.models import RecordingPart
from sapa.recordings.services import recording_measure, recording_save_facts
from tests.browser.conftest import SignIn
from tests.browser.listening import Sound

LONG_S = 300  # 9.6 MB, ten answers


def lengthen(call: Call, content: bytes) -> None:
    """The same talk again and again."""
    with wave.open(io.BytesIO(content)) as source:
        settings, frames = source.getparams(), source.readframes(source.getnframes())
    out = io.BytesIO()
    with wave.open(out, "wb") as target:
        target.setparams(settings)
        target.writeframes((frames * 10)[: LONG_S * settings.framerate * 4])
    out.seek(0)
    blob = blobs().put(out)
    RecordingPart.objects.filter(recording__call=call).update(
        blob_id=blob.id, sha256=blob.sha256, size_bytes=blob.size_bytes
    )
    recording_save_facts(call.pk, recording_measure(call.pk, lambda _share: None))


def test_it_plays_on_and_seeks_over_the_borders_of_answers(
    call: Call, bogdan: Person, page: Page, sign_in: SignIn, short_wav: bytes
) -> None:
    lengthen(call, short_wav)
    answers: list[Response] = []
    page.on("response", lambda response: answers.append(response) if response.url.endswith("/audio") else None)
    sign_in(page, bogdan)
    page.goto(f"/calls/{call.pk}/#t=31")
    sound = Sound(page)
    page.get_by_label("Speed").select_option("3")
    page.get_by_role("button", name="Play", exact=True).click()
    sound.until("!audio.paused && audio.currentTime > 36")  # the first answer ends at 32.8 s
    page.evaluate("location.hash = '#t=280'")
    sound.until("audio.currentTime > 281 && audio.currentTime < 299")
    page.evaluate("location.hash = '#t=100'")
    sound.until("audio.currentTime > 101 && audio.currentTime < 140")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert {answer.status for answer in answers} == {206}
    assert max(int(answer.headers["content-length"]) for answer in answers) <= 1 << 20
