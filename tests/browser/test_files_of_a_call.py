"""One file for each party, both parties in one channel, a form that no browser plays: sent, carried and played."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import FilePayload, Page, expect

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.pipeline.tests.spoken import ADDRESS
from sapa.pipeline.tests.workbench import run_all, take, take_pair
from sapa.recordings.tests.sounds import MULAW, encoded, riff
from sapa.scorecards.services import scorecards_ship
from sapa.transcripts.engines import ENGINES, engine_named
from sapa.transcripts.services import ENGINE
from tests.browser.conftest import PHONE, Check, OpenPage, Shot, SignIn
from tests.browser.listening import Sound

RATE_HZ = 8000


@pytest.fixture(autouse=True)
def spoken(monkeypatch: pytest.MonkeyPatch, site: str) -> Iterator[None]:
    """The line hears a known talk in every recording."""
    monkeypatch.setitem(ENGINES, ENGINE, ADDRESS)
    engine_named.cache_clear()
    scorecards_ship()
    yield
    engine_named.cache_clear()


def samples_of(content: bytes) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    with wave.open(io.BytesIO(content)) as source:
        frames = source.readframes(source.getnframes())
    return np.frombuffer(frames, dtype="<i2").reshape(-1, 2)


def mono_wav(lane: np.ndarray[tuple[int], np.dtype[np.int16]]) -> bytes:
    return riff(lane.astype("<i2").tobytes(), 1)


def legs(content: bytes) -> tuple[bytes, bytes]:
    """The customer's file and the agent's, of which the first second was not recorded."""
    samples = samples_of(content)
    return mono_wav(samples[:, 0]), mono_wav(samples[RATE_HZ:, 1])


def mixed(content: bytes) -> bytes:
    return mono_wav(samples_of(content).sum(axis=1).clip(-32768, 32767))


def packed(content: bytes) -> bytes:
    """The same call as µ-law, which Chromium alone would play."""
    return riff(encoded(samples_of(content) / 32768, MULAW, 8), 2, form=MULAW, bits=8)


def plays(page: Page, until_s: float) -> None:
    page.get_by_role("button", name="Play", exact=True).click()
    Sound(page).until(f"!audio.paused && audio.currentTime > {until_s}")
    page.get_by_role("button", name="Pause").click()


def test_two_files_are_sent_together_and_heard_as_one_call(
    short_wav: bytes, data_dir: Path, bogdan: Person, page: Page, sign_in: SignIn, axe: Check, shot: Shot
) -> None:
    customer, agent = legs(short_wav)
    sign_in(page, bogdan)
    page.goto("/calls/")
    expect(page.get_by_label("Agent's file")).to_be_hidden()
    page.get_by_label("One file for each party").check()
    expect(page.get_by_text("Drop recordings here")).to_be_hidden()
    expect(page.get_by_label("The agent is on")).to_be_hidden()
    page.get_by_label("Customer's file").set_input_files(FilePayload(name="in.wav", mimeType="", buffer=customer))
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".outcome code")).to_have_text("pair_incomplete")
    page.get_by_label("Customer's file").set_input_files(FilePayload(name="in.wav", mimeType="", buffer=customer))
    page.get_by_label("Agent's file").set_input_files(FilePayload(name="out.wav", mimeType="", buffer=agent))
    page.get_by_label("The agent's starts later by").fill("1")
    axe(page)
    shot(page, "upload-two-files")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".outcome")).to_contain_text("taken, now being processed")
    run_all()
    page.goto(f"/calls/{Call.objects.get().pk}/")
    page.get_by_text("The agent is on channel 2").click()
    expect(page.get_by_text("The agent's starts 1.0 s after the customer's (told).")).to_be_visible()
    expect(page.locator(".lane")).to_have_count(2)
    axe(page)
    shot(page, "call-two-files")
    plays(page, 2)
    page.evaluate("location.hash = '#t=30'")
    Sound(page).until("audio.currentTime >= 30 && audio.duration > 33.9 && audio.duration < 34.1")
    with page.expect_download() as started:
        page.get_by_role("link", name="Download: Agent").click()
    assert started.value.suggested_filename == "out.wav"
    assert started.value.path().read_bytes() == agent


def test_a_mono_call_shows_one_wave_and_says_why_nobody_is_named(
    short_wav: bytes, data_dir: Path, bogdan: Person, page: Page, sign_in: SignIn, axe: Check, shot: Shot
) -> None:
    call = take(mixed(short_wav)).call
    run_all()
    sign_in(page, bogdan)
    page.goto(f"/calls/{call.pk}/")
    expect(page.get_by_role("note").filter(has_text="The recording is mono")).to_be_visible()
    expect(page.get_by_text("Who is the agent?")).to_have_count(0)
    expect(page.locator(".lane")).to_have_text(["Mono"])
    expect(page.locator("[data-wave] canvas").first).to_be_attached()
    page.get_by_text("Speaker not known").first.wait_for()
    axe(page)
    shot(page, "call-mono", whole=True)
    plays(page, 2)


def test_a_form_that_browsers_do_not_play_is_heard_exactly_where_it_is_sought(
    short_wav: bytes, data_dir: Path, bogdan: Person, page: Page, sign_in: SignIn
) -> None:
    call = take(packed(short_wav)).call
    run_all()
    sign_in(page, bogdan)
    with page.expect_response("**/audio") as answered:
        page.goto(f"/calls/{call.pk}/#t=20")
        plays(page, 20.5)
    assert answered.value.headers["content-type"] == "audio/flac"
    word = page.locator(".w", has_text="Savings.")
    word.click()
    Sound(page).until("!audio.paused && audio.currentTime >= 25.83 && audio.currentTime < 27")


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_stand_on_a_phone(
    short_wav: bytes, data_dir: Path, bogdan: Person, open_page: OpenPage, sign_in: SignIn, axe: Check, shot: Shot,
    language: str, scheme: str,
) -> None:  # fmt: skip
    customer, agent = legs(short_wav)
    mono, pair = take(mixed(short_wav)[:-4000]).call, take_pair(customer, agent).call
    run_all()
    page = open_page(viewport=PHONE, locale=language, color_scheme=scheme)
    sign_in(page, bogdan)
    for name, address in (("mono", f"/calls/{mono.pk}/"), ("two-files", f"/calls/{pair.pk}/"), ("upload", "/calls/")):
        page.goto(address)
        if name == "upload":
            page.locator("#upload > summary").click()
            page.locator("[name=files][value=two]").check()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} runs out sideways"
        axe(page)
        shot(page, f"phone-{name}-{language}-{scheme}")
