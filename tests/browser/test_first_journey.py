"""A supervisor signs in, finds the call in the list, and opens it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from sapa.accounts.models import Person
from sapa.calls.models import Call
from tests.browser.conftest import Check, Shot

PASSWORD = "long enough to be strong"


def test_a_supervisor_signs_in_and_opens_a_call(call: Call, bogdan: Person, page: Page, axe: Check, shot: Shot) -> None:
    bogdan.set_password(PASSWORD)
    bogdan.save(update_fields=["password"])
    page.goto("/")
    axe(page)
    page.get_by_label("Name").fill(bogdan.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Aigerim").first).to_be_visible()
    axe(page)
    shot(page, "call-list")
    page.locator(f"a[href*='{call.pk}']").first.click()
    expect(page.get_by_text("Robert Johnson").first).to_be_visible()
    axe(page)
    shot(page, "call-page", whole=True)
