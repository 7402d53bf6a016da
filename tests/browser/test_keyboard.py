"""The call page by keyboard alone, as reviewers use it all day."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from sapa.accounts.models import Person
from sapa.calls.models import Call
from tests.browser.conftest import Check, SignIn
from tests.browser.listening import Sound
from tests.fixtures.graded_marks import GREETING

BY_PLACE = """([key, code]) => document.activeElement.dispatchEvent(
  new KeyboardEvent("keydown", { key, code, bubbles: true, cancelable: true }))"""


@pytest.fixture
def sound(call: Call, bogdan: Person, page: Page, sign_in: SignIn) -> Sound:
    """The call page of a supervisor, opened."""
    sign_in(page, bogdan)
    page.goto(f"/calls/{call.pk}/")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    return Sound(page)


def test_space_plays_and_pauses(sound: Sound, page: Page) -> None:
    page.keyboard.press("Space")
    sound.until("!audio.paused && audio.currentTime > 0.1")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("Space")
    sound.until("audio.paused")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_arrows_go_five_seconds_and_with_shift_one(sound: Sound, page: Page) -> None:
    for key, now_s in (("ArrowRight", 5), ("ArrowRight", 10), ("Shift+ArrowRight", 11), ("ArrowLeft", 6)):
        page.keyboard.press(key)
        assert sound.now_s == pytest.approx(now_s, abs=0.01)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert sound.now_s == 0


def test_n_and_p_go_from_turn_to_turn(sound: Sound, page: Page) -> None:
    for key, start_s in (("n", 1.69), ("n", 7.82), ("n", 12.99), ("p", 7.82), ("p", 1.69)):
        page.keyboard.press(key)
        assert sound.now_s == pytest.approx(start_s, abs=0.01)
    expect(page.locator("#turn-0")).to_have_class(re.compile("is-now"))


def test_j_and_k_go_from_criterion_to_criterion_and_enter_plays_the_proof(sound: Sound, page: Page, axe: Check) -> None:
    page.keyboard.press("j")
    expect(page.locator("#mark-greeting")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#mark-no_long_silence")).to_be_focused()
    axe(page)
    page.keyboard.press("k")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#mark-greeting")).to_be_focused()
    sound.take_notes()
    page.keyboard.press("Enter")
    ended_s = sound.until(f"audio.paused && audio.currentTime > {GREETING.start_s + 1}")
    assert sound.notes("seeked")[0] == pytest.approx(GREETING.start_s, abs=0.02)
    assert ended_s == pytest.approx(GREETING.end_s, abs=0.15)


def test_the_last_criterion_is_in_sight_below_the_player(sound: Sound, page: Page) -> None:
    for _ in range(6):
        page.keyboard.press("j")
    last = page.locator("#mark-objection")
    expect(last).to_be_focused()
    expect(last).to_be_in_viewport(ratio=1)
    for _ in range(5):
        page.keyboard.press("k")
    first, player = page.locator("#mark-greeting").bounding_box(), page.locator("[data-player]").bounding_box()
    assert first is not None
    assert player is not None
    assert first["y"] >= player["y"] + player["height"], "the criterion hides behind the player"


def test_brackets_change_the_speed(sound: Sound, page: Page) -> None:
    page.keyboard.press("]")
    page.keyboard.press("]")
    expect(page.get_by_label("Speed")).to_have_value("1.5")
    page.keyboard.press("[")
    expect(page.get_by_label("Speed")).to_have_value("1.25")


def test_keys_are_left_alone_while_something_is_typed(sound: Sound, page: Page) -> None:
    page.keyboard.press("f")
    find = page.get_by_label("Find in the transcript")
    expect(find).to_be_focused()
    page.keyboard.type("jn k")
    expect(find).to_have_value("jn k")
    assert sound.is_paused
    assert sound.now_s == 0


def test_a_question_mark_opens_the_list_of_keys_and_escape_gives_the_keyboard_back(
    sound: Sound, page: Page, axe: Check
) -> None:
    page.keyboard.press("j")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    expect(keys).to_contain_text("Next or previous criterion")
    axe(page)
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    expect(page.locator("#mark-greeting")).to_be_focused()
    page.get_by_role("button", name="Keys").click()
    keys.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Keys")).to_be_focused()


def test_a_russian_keyboard_works_by_the_place_of_its_keys(sound: Sound, page: Page) -> None:
    page.evaluate(BY_PLACE, ["о", "KeyJ"])
    expect(page.locator("#mark-greeting")).to_be_focused()
    page.evaluate(BY_PLACE, ["т", "KeyN"])
    assert sound.now_s == pytest.approx(1.69, abs=0.01)


def test_tab_reaches_the_content_first(sound: Sound, page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
