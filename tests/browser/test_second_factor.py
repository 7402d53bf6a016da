"""Passkeys and codes of an app in a real browser, with an authenticator that Chromium plays itself."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from sapa.accounts.models import Person
from tests.browser.conftest import Check, Complaints, OpenPage, SignIn
from tests.fixtures.cast import code_now
from tests.fixtures.world import FrozenClock

PASSWORD = "long enough to be strong"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def bogdan(bogdan: Person) -> Person:
    cache.clear()
    bogdan.set_password(PASSWORD)
    bogdan.save(update_fields=["password"])
    return bogdan


@pytest.fixture
def near(open_page: OpenPage, site: str) -> Page:
    """A page at http://localhost, the only name for which browsers know passkeys without HTTPS."""
    page = open_page(base_url=site.replace("127.0.0.1", "localhost"))
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return page


def _sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("Name").fill("bogdan")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def _sign_out(page: Page) -> None:
    page.get_by_label("Menu of Bogdan").click()
    page.get_by_role("button", name="Sign out", exact=True).last.click()
    expect(page).to_have_url(re.compile("/sign-in$"))


def _add_passkey(page: Page, name: str) -> None:
    page.goto("/account/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("What it is called here").fill(name)
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def test_a_passkey_is_added_named_used_and_removed(bogdan: Person, near: Page, axe: Check) -> None:
    _sign_in(near)
    _add_passkey(near, "laptop")
    axe(near)
    near.get_by_role("link", name="They are kept").click()
    near.get_by_label("Name of the passkey laptop").fill("grey laptop")
    near.get_by_role("button", name="Save the name of laptop").click()
    expect(near.get_by_label("Name of the passkey grey laptop")).to_be_visible()
    axe(near)
    _sign_out(near)

    near.get_by_role("button", name="Sign in with a passkey").click()
    expect(near.get_by_role("heading", level=1)).to_have_text("Calls")
    near.goto("/account/")
    expect(near.get_by_text("last used")).to_be_visible()
    near.get_by_role("button", name="Remove the passkey grey laptop").click()
    expect(near.get_by_text("The passkey is removed.")).to_be_visible()
    expect(near.get_by_role("heading", name="Recovery codes")).to_have_count(0)


def test_after_the_password_the_passkey_is_asked_for(bogdan: Person, near: Page, axe: Check) -> None:
    _sign_in(near)
    _add_passkey(near, "laptop")
    _sign_out(near)
    _sign_in(near)
    expect(near.get_by_role("heading", level=1)).to_have_text("Second factor")
    axe(near)
    near.get_by_role("button", name="Use a passkey").click()
    expect(near.get_by_role("heading", level=1)).to_have_text("Calls")


def test_codes_are_turned_on_with_the_app_and_asked_for(bogdan: Person, open_page: OpenPage, axe: Check) -> None:
    page = open_page()
    _sign_in(page)
    page.goto("/account/")
    axe(page)
    page.get_by_role("link", name="Turn on").click()
    axe(page)
    expect(page.get_by_role("img", name="Drawing with the secret")).to_be_visible()
    secret = page.locator("code.secret").inner_text().replace(" ", "")
    page.get_by_label("Type the code").fill(code_now(secret))
    page.get_by_role("button", name="Turn on").click()
    spare = page.locator(".recovery code").first.inner_text()
    _sign_out(page)
    _sign_in(page)
    axe(page)
    page.get_by_label("Code of the app").fill(spare)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Calls")


def test_a_form_survives_the_question_who_is_there(
    administrator: Person, open_page: OpenPage, sign_in: SignIn, frozen_clock: FrozenClock, axe: Check
) -> None:
    administrator.set_password(PASSWORD)
    administrator.save(update_fields=["password"])
    page = open_page()
    sign_in(page, administrator)
    page.goto("/people/new")
    frozen_clock.advance(minutes=20)
    page.get_by_label("Name to sign in with").fill("erlan")
    page.get_by_label("Name as it is shown").fill("Erlan")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("What you sent is kept")).to_be_visible()
    axe(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Erlan was added.")).to_be_visible()


def test_a_locked_name_is_told_until_when(bogdan: Person, page: Page, axe: Check, complaints: Complaints) -> None:
    complaints.expect("answer: 429")
    for _ in range(5):
        page.goto("/sign-in")
        page.get_by_label("Name").fill("bogdan")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_load_state()
    expect(page.get_by_role("heading", level=1)).to_have_text("Locked for a while")
    expect(page.get_by_text(re.compile(r"again at \d\d:\d\d"))).to_be_visible()
    axe(page)
