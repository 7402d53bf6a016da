"""Recordings added from the screen: chosen or dropped, good and bad together, with and without JavaScript."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import FilePayload, Page, expect

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.recordings.models import Recording
from tests.browser.conftest import Check, OpenPage, SignIn

NO_SOUND = FilePayload(name="holiday.wav", mimeType="audio/wav", buffer=b"This is a letter, not a recording.")
DROP = """([name, content]) => {
  const files = new DataTransfer();
  const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
  files.items.add(new File([bytes], name, { type: "audio/wav" }));
  for (const kind of ["dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: files, bubbles: true, cancelable: true }));
  }
}"""


@pytest.fixture
def recording(short_wav: bytes) -> FilePayload:
    return FilePayload(name="tuesday.wav", mimeType="audio/wav", buffer=short_wav)


def _expect_both_outcomes(page: Page) -> None:
    good, bad = page.locator(".outcome").all()
    expect(good).to_contain_text("tuesday.wav")
    expect(good).to_contain_text("taken, now being processed")
    expect(bad).to_contain_text("holiday.wav")
    expect(bad).to_contain_text("This form of sound is not supported. Give a WAV, MP3, Ogg, FLAC, M4A or AMR file.")
    expect(bad.locator("code")).to_have_text("audio_unsupported")


def test_each_file_gets_its_own_answer_and_the_list_its_new_call(
    recording: FilePayload, bogdan: Person, page: Page, sign_in: SignIn, axe: Check
) -> None:
    sign_in(page, bogdan)
    page.goto("/calls/")
    page.locator("input[name=recordings]").set_input_files([recording, NO_SOUND])
    expect(page.get_by_text("Files chosen: 2")).to_be_visible()
    upload = page.locator("#upload")
    upload.get_by_label("Direction").select_option("inbound")
    upload.get_by_label("Agent", exact=True).fill("Aigerim")
    upload.get_by_label("Queue").fill("cards")
    upload.get_by_label("The agent is on").select_option("1")
    upload.get_by_role("button", name="Send").click()
    expect(page.locator(".outcome")).to_have_count(2)
    _expect_both_outcomes(page)
    row = page.locator("tbody tr")
    expect(row).to_contain_text("Recording · waiting")
    expect(row).to_contain_text("Aigerim")
    expect(page.get_by_text("Files chosen")).to_have_count(0)
    axe(page)
    call = Call.objects.get()
    assert (call.direction, call.agent_name, call.queue and call.queue.name) == ("inbound", "Aigerim", "cards")
    assert Recording.objects.get(call=call).agent_channel == 1


def test_the_same_recording_again_is_the_same_call(
    recording: FilePayload, bogdan: Person, page: Page, sign_in: SignIn
) -> None:
    sign_in(page, bogdan)
    page.goto("/calls/")
    for words in ("taken, now being processed", "was here already; it is the same call"):
        page.locator("input[name=recordings]").set_input_files(recording)
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".outcome")).to_contain_text(words)
    expect(page.locator("tbody tr")).to_have_count(1)


def test_a_recording_dropped_on_the_page_is_sent_at_once(
    short_wav: bytes, bogdan: Person, page: Page, sign_in: SignIn
) -> None:
    sign_in(page, bogdan)
    page.goto("/calls/")
    page.evaluate(DROP, ["dropped.wav", base64.b64encode(short_wav).decode()])
    expect(page.locator(".outcome")).to_contain_text("dropped.wav")
    expect(page.locator("tbody tr")).to_contain_text("Recording · waiting")


def test_it_works_without_javascript(
    recording: FilePayload, bogdan: Person, open_page: OpenPage, sign_in: SignIn
) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, bogdan)
    page.goto("/calls/")
    page.locator("input[name=recordings]").set_input_files([recording, NO_SOUND])
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recordings sent")
    _expect_both_outcomes(page)
    page.get_by_role("link", name="To the calls").click()
    expect(page.locator("tbody tr")).to_contain_text("Recording · waiting")


def test_an_agent_has_no_place_to_add_recordings(call: Call, aigerim: Person, page: Page, sign_in: SignIn) -> None:
    sign_in(page, aigerim)
    page.goto("/calls/")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_text("Add recordings")).to_have_count(0)
