"""An administrator makes a supervisor and an agent, maps a name of the phone system, and they see what they should."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.pipeline.tests.workbench import take, tiny_wav
from tests.browser.conftest import Check, OpenPage, SignIn


def test_from_an_empty_office_to_a_supervisor_who_sees_one_team(
    page: Page, administrator: Person, sign_in: SignIn, open_page: OpenPage, axe: Check
) -> None:
    take(tiny_wav(1), file_name="hers.wav", agent_name="Erlan K.")
    take(tiny_wav(2), file_name="other.wav", agent_name="Somebody")
    sign_in(page, administrator)
    page.goto("/calls/")
    page.get_by_role("link", name="People").click()
    _add(page, "erlan", "Erlan", "Agent", team="Cards")
    axe(page)
    page.get_by_role("link", name="People").first.click()
    _add(page, "gulnara", "Gulnara", "Supervisor")
    link = page.locator("code.command").inner_text()
    page.get_by_role("checkbox", name="Cards").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto("/people/")
    axe(page)
    page.get_by_label("Who is Erlan K.?").select_option(label="Erlan")
    page.get_by_role("listitem").filter(has_text="Erlan K.").get_by_role("button", name="Save").click()
    expect(page.get_by_text("“Erlan K.” is Erlan now.")).to_be_visible()

    other = open_page()
    other.goto(re.sub(r"^https?://[^/]+", "", link))
    other.get_by_role("button").first.click()
    expect(other.get_by_role("link", name=re.compile("Processing|hers|Erlan")).first).to_be_visible()
    expect(other.get_by_text("1 call", exact=True)).to_be_visible()
    expect(other.get_by_role("link", name="People")).to_have_count(0)
    assert Call.objects.count() == 2


def test_the_whole_form_is_reached_by_the_keyboard(page: Page, administrator: Person, sign_in: SignIn) -> None:
    sign_in(page, administrator)
    page.goto("/people/new")
    page.keyboard.type("erlan")  # the first field has the focus
    for text in ("Erlan", "", "", "101"):
        page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Erlan was added.")).to_be_visible()


def _add(page: Page, username: str, name: str, role: str, *, team: str = "") -> None:
    page.get_by_role("link", name="Add a person").click()
    page.get_by_label("Name to sign in with").fill(username)
    page.get_by_label("Name as it is shown").fill(name)
    page.get_by_label("Role").select_option(label=role)
    page.get_by_label("Team").fill(team)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text(f"{name} was added.")).to_be_visible()
