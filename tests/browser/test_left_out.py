"""A reviewer looks at what the speech model gave and nobody said, and listens to such a moment."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from sapa.accounts.models import Person
from sapa.calls.models import Call
from tests.browser.conftest import Check, OpenPage, Shot, SignIn
from tests.fixtures.graded_call import left_out_of

SIZES = ((1440, 900), (375, 812))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_opens_fits_and_plays_from_the_moment(
    scheme: str, call: Call, celina: Person, open_page: OpenPage, sign_in: SignIn, axe: Check, shot: Shot
) -> None:
    left_out_of(call)
    page = open_page(color_scheme=scheme)
    sign_in(page, celina)
    page.goto(f"/calls/{call.pk}/")
    phantom = page.get_by_text("Thank you for watching.")
    expect(phantom).to_be_hidden()
    page.get_by_text("Left out: 4").click()
    expect(phantom).to_be_visible()
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"runs out at {width}"
        page.locator(".left-out").scroll_into_view_if_needed()
        shot(page, f"left-out-{width}-{scheme}", whole=width < 1000)
    axe(page)
    page.locator(".left-out").get_by_role("link", name="0:26").click()
    page.wait_for_function("document.querySelector('[data-sound]').currentTime >= 26.6")
