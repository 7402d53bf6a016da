"""Ways in and out: name and password, a link that works once, and what somebody without a role meets."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from sapa.accounts.models import Person
from sapa.accounts.services import link_create
from sapa.calls.models import Call
from tests.browser.conftest import Check, Complaints, SignIn

PASSWORD = "long enough to be strong"


@pytest.fixture
def bogdan(bogdan: Person) -> Person:
    """A supervisor with a password."""
    bogdan.set_password(PASSWORD)
    bogdan.save(update_fields=["password"])
    return bogdan


def _send(page: Page, name: str, password: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_wrong_password_is_told_and_the_name_stays(bogdan: Person, page: Page, axe: Check) -> None:
    page.goto("/sign-in")
    axe(page)
    _send(page, "bogdan", "not it at all")
    expect(page.get_by_role("alert").filter(has_text="do not belong together")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("bogdan")
    expect(page.get_by_label("Password")).to_have_value("")
    axe(page)


def test_the_right_password_leads_where_one_wanted_to_go(bogdan: Person, call: Call, page: Page, axe: Check) -> None:
    page.goto(f"/calls/{call.pk}/")
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    _send(page, "bogdan", PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text("Robert Johnson")
    axe(page)


def test_after_signing_out_the_calls_are_closed(bogdan: Person, page: Page, sign_in: SignIn, axe: Check) -> None:
    sign_in(page, bogdan)
    page.goto("/calls/")
    page.get_by_label("Menu of Bogdan").click()
    axe(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in$"))
    page.goto("/calls/")
    expect(page).to_have_url(re.compile("/sign-in"))


def test_escape_closes_the_menu_and_gives_the_keyboard_back(bogdan: Person, page: Page, sign_in: SignIn) -> None:
    sign_in(page, bogdan)
    page.goto("/calls/")
    menu = page.get_by_label("Menu of Bogdan")
    menu.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(menu).to_be_focused()


def test_a_link_is_spent_by_its_button_and_only_once(
    bogdan: Person, page: Page, axe: Check, complaints: Complaints
) -> None:
    address = f"/enter/{link_create(bogdan)}"
    page.goto(address)
    page.goto(address)  # looking at it does not spend it
    axe(page)
    page.get_by_role("button", name="Sign in as Bogdan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Calls")
    complaints.expect("answer: 410")
    page.goto(address)
    expect(page.get_by_text("This link was used already or has expired.")).to_be_visible()
    expect(page.get_by_text("link_unusable")).to_be_visible()
    axe(page)


def test_somebody_without_a_role_is_told_so_and_finds_no_call(
    daniyar: Person, call: Call, page: Page, sign_in: SignIn, axe: Check, complaints: Complaints
) -> None:
    sign_in(page, daniyar)
    page.goto("/calls/")
    expect(page.get_by_role("heading", name="You have no role yet")).to_be_visible()
    expect(page.get_by_text("Robert Johnson")).to_have_count(0)
    expect(page.get_by_text("Add recordings")).to_have_count(0)
    axe(page)
    complaints.expect("answer: 404")
    page.goto(f"/calls/{call.pk}/")
    expect(page.get_by_text("There is no such call, or it is not yours to see.")).to_be_visible()
    expect(page.get_by_text("Robert Johnson")).to_have_count(0)
    axe(page)
