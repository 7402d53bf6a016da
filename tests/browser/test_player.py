"""The call page with real sound: proofs, words and moments are heard exactly, and what was heard is written down."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Page, expect

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.calls.models import Call
from tests.browser.conftest import Check, SignIn
from tests.browser.listening import Sound
from tests.fixtures.graded_marks import GREETING, HELP, SILENCE

LATE_S = 0.15  # a stretch may run over by a few frames of the screen, never into the next sentence


class Listen(Protocol):
    def __call__(self, moment: str = ...) -> Sound: ...


@pytest.fixture
def listen(call: Call, bogdan: Person, page: Page, sign_in: SignIn) -> Listen:
    """`listen("#t=12.3")` opens the call page of a supervisor."""
    sign_in(page, bogdan)

    def open_at(moment: str = "") -> Sound:
        page.goto(f"/calls/{call.pk}/{moment}")
        expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
        return Sound(page)

    return open_at


def test_a_proof_plays_exactly_its_stretch(listen: Listen, page: Page, axe: Check) -> None:
    sound = listen()
    axe(page)
    sound.take_notes()
    proof = page.locator("#mark-need .proof")
    expect(proof).to_contain_text(HELP.quote)
    with page.expect_request("**/heard") as told:
        proof.click()
        expect(proof).to_have_class(re.compile("is-playing"))
        sound.until("audio.paused && audio.currentTime > 5")
    assert sound.notes("seeked")[0] == pytest.approx(HELP.start_s, abs=0.02)
    assert HELP.end_s <= sound.now_s <= HELP.end_s + LATE_S
    assert all(HELP.start_s - 0.02 <= time_s <= HELP.end_s + LATE_S for time_s in sound.notes("timeupdate"))
    expect(proof).not_to_have_class(re.compile("is-playing"))
    assert told.value.post_data is not None
    assert "start_s=4.9" in told.value.post_data


def test_a_proof_clicked_while_it_plays_stops(listen: Listen, page: Page) -> None:
    sound = listen()
    proof = page.locator("#mark-greeting .proof")
    proof.click()
    sound.until(f"!audio.paused && audio.currentTime > {GREETING.start_s + 0.2}")
    proof.click()
    assert sound.until("audio.paused") < GREETING.end_s
    expect(proof).not_to_have_class(re.compile("is-playing"))


def test_a_tag_plays_its_stretch(listen: Listen, page: Page) -> None:
    sound = listen()
    page.get_by_role("region", name="Tags").get_by_role("link").click()
    assert sound.until("audio.paused && audio.currentTime > 27") == pytest.approx(SILENCE.end_s, abs=LATE_S)


def test_a_word_moves_the_sound_and_lights_up_while_it_is_said(listen: Listen, page: Page) -> None:
    sound = listen()
    word = page.locator(".w", has_text="transfer").first  # of "I would like to transfer money", 10.0 s
    start_s, end_s = (float(word.get_attribute(f"data-{edge}") or 0) for edge in "se")
    word.click()
    expect(word).to_have_class(re.compile("is-now"))
    assert start_s <= sound.until("!audio.paused") < end_s
    expect(page.locator(".turn.is-now")).to_have_attribute("id", "turn-1")
    sound.until(f"audio.currentTime > {end_s + 0.05}")
    expect(word).not_to_have_class(re.compile("is-now"))
    page.get_by_role("button", name="Pause").click()
    sound.until("audio.paused")


def test_a_link_to_a_moment_opens_there(listen: Listen, page: Page) -> None:
    sound = listen("#t=12.3")
    expect(page.locator("[data-now]")).to_have_text("0:12")
    assert sound.is_paused
    page.get_by_role("button", name="Play", exact=True).click()
    assert 12.3 <= sound.until("!audio.paused && audio.currentTime > 12.4") < 14
    page.evaluate("location.hash = '#t=20'")
    expect(page.locator("[data-now]")).to_have_text(re.compile("0:2[01]"))


def test_the_waveform_shows_a_moment_before_any_sound_is_loaded(listen: Listen, page: Page) -> None:
    listen("#t=17")
    wave, cursor = page.locator("[data-wave]"), page.locator("[data-wave] [part~=cursor]")
    expect(cursor).to_have_attribute("style", re.compile(r"left: 50%"))
    page.keyboard.press("ArrowRight")
    expect(cursor).to_have_attribute("style", re.compile(r"left: 64\."))
    expect(wave).to_be_visible()


def test_the_transcript_stays_in_sight_while_the_marks_are_read(listen: Listen, page: Page) -> None:
    listen()
    page.set_viewport_size({"width": 1280, "height": 700})
    page.get_by_role("region", name="Measures").evaluate("(measures) => measures.scrollIntoView({ block: 'end' })")
    expect(page.get_by_role("heading", name="Measures")).to_be_in_viewport()
    expect(page.get_by_role("heading", name="Transcript")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_in_viewport()


def test_a_link_to_this_moment_is_copied(listen: Listen, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    listen("#t=5")
    page.get_by_role("button", name="Forward 5 seconds").click()
    copy = page.get_by_role("button", name="Copy a link to this moment")
    copy.click()
    expect(copy).to_have_text("Link copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.url
    assert copied.endswith("#t=10.0")


def test_the_time_of_a_turn_plays_from_there(listen: Listen, page: Page) -> None:
    sound = listen()
    page.locator("#turn-2 .moment").click()
    assert sound.until("!audio.paused") >= 12.99
    expect(page).to_have_url(re.compile(r"#t=12\.99$"))


def test_a_click_into_the_waveform_moves_the_sound(listen: Listen, page: Page) -> None:
    sound = listen()
    wave = page.locator("[data-wave]")
    box = wave.bounding_box()
    assert box is not None
    wave.click(position={"x": box["width"] / 2, "y": 10})
    expect(page.locator("[data-now]")).to_have_text(re.compile("0:1[67]"))
    assert sound.now_s == pytest.approx(17, abs=0.3)


def test_speed_is_chosen(listen: Listen, page: Page) -> None:
    sound = listen()
    page.get_by_label("Speed").select_option("3")
    page.get_by_role("button", name="Play", exact=True).click()
    sound.until("!audio.paused && audio.currentTime > 0.1 && audio.playbackRate === 3")


def test_silence_is_skipped_on_request(listen: Listen, page: Page) -> None:
    sound = listen()  # nobody speaks before 1.69 s
    skip = page.get_by_role("button", name="Skip silence")
    skip.click()
    expect(skip).to_have_attribute("aria-pressed", "true")
    sound.take_notes()
    page.get_by_role("button", name="Play", exact=True).click()
    sound.until("audio.currentTime > 1.7")
    assert sound.notes("seeked") == [pytest.approx(1.34, abs=0.02)]
    assert not [time_s for time_s in sound.notes("timeupdate") if 0.8 < time_s < 1.3]


def test_the_download_is_the_very_recording(
    listen: Listen, call: Call, page: Page, short_wav: bytes, tmp_path: Path
) -> None:
    listen()
    with page.expect_download() as started:
        page.get_by_role("link", name="Download").click()
    assert started.value.suggested_filename == call.file_name
    target = tmp_path / "downloaded.wav"
    started.value.save_as(target)
    assert hashlib.sha256(target.read_bytes()).digest() == hashlib.sha256(short_wav).digest()
    assert AuditEntry.objects.filter(verb="recording.downloaded", subject=f"call {call.pk}").count() == 1


def test_what_was_heard_and_what_was_served_is_written_down(
    listen: Listen, call: Call, bogdan: Person, page: Page
) -> None:
    sound = listen("#t=10")
    with page.expect_response("**/heard") as answered:
        page.get_by_role("button", name="Play", exact=True).click()
        sound.until("audio.currentTime > 11")
        page.get_by_role("button", name="Pause").click()
    assert answered.value.status == 204
    paused_s = sound.now_s
    heard = AuditEntry.objects.get(verb="recording.heard", subject=f"call {call.pk}", person=bogdan)
    assert heard.start_s == pytest.approx(10, abs=0.1)
    assert heard.end_s == pytest.approx(paused_s, abs=0.3)
    served = AuditEntry.objects.filter(verb="recording.served", subject=f"call {call.pk}", person=bogdan)
    assert any(
        row.start_s is not None and row.end_s is not None and row.start_s <= 10 and row.end_s >= paused_s
        for row in served
    )


def test_words_are_found_in_the_transcript(listen: Listen, page: Page, axe: Check) -> None:
    listen()
    find = page.get_by_label("Find in the transcript")
    find.fill("transfer")
    expect(page.locator(".w.is-found")).to_have_text(["transfer", "transfer"])
    expect(page.locator("[data-find-count]")).to_have_text("2")
    axe(page)
    find.press("Enter")
    find.press("Enter")
    expect(page.locator("[data-find-count]")).to_have_text("2/2")
    expect(page.locator("#turn-2")).to_be_in_viewport()
    find.fill("help you with")
    expect(page.locator(".w.is-found")).to_have_text(["help", "you", "with"])
    find.fill("")
    expect(page.locator(".w.is-found")).to_have_count(0)
