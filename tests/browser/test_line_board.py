"""A supervisor finds what failed, lets it try again, and sees the board move by itself."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from sapa.accounts.models import Person
from sapa.core.clock import now_at
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.tests.workbench import take, tiny_wav
from tests.browser.conftest import Check, SignIn


def fail(*sounds: int) -> None:
    for sound in sounds:
        call = take(tiny_wav(sound), file_name=f"{sound}.wav").call
        StageRow.objects.filter(call=call).update(
            state=StageState.FAILED, error_code="engine_failed", error_message="x", finished_at=now_at()
        )


def test_from_the_calls_to_the_reason_and_back_into_the_line(
    page: Page, bogdan: Person, sign_in: SignIn, axe: Check
) -> None:
    fail(1, 2, 3)
    sign_in(page, bogdan)
    page.goto("/calls/")
    page.get_by_role("link", name="Line").click()
    expect(page.get_by_role("heading", name="Recording 3 calls")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Try 2.wav again").click()
    expect(page.get_by_text("1 call tries again.")).to_be_visible()
    page.get_by_role("button", name="Try all 2 again").click()
    expect(page.get_by_text("2 calls try again.")).to_be_visible()
    assert set(StageRow.objects.values_list("state", flat=True)) == {StageState.WAITING}


def test_the_board_keeps_itself_fresh_and_leaves_the_keyboard_where_it_is(
    page: Page, bogdan: Person, sign_in: SignIn
) -> None:
    fail(1, 2)
    sign_in(page, bogdan)
    page.goto("/line/")
    button = page.get_by_role("button", name="Try 1.wav again")
    button.focus()
    fail(3)
    expect(page.get_by_role("heading", name="Recording 3 calls")).to_be_visible(timeout=15_000)
    expect(button).to_be_focused()


def test_an_empty_line_says_so(page: Page, bogdan: Person, sign_in: SignIn, axe: Check) -> None:
    sign_in(page, bogdan)
    page.goto("/line/")
    expect(page.get_by_role("heading", name="The line is empty")).to_be_visible()
    axe(page)
