"""Everything that must not depend on scripts: reading the list and a call, hearing it, and one's own preferences."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from sapa.accounts.models import Person
from sapa.calls.models import Call
from tests.browser.conftest import OpenPage, SignIn
from tests.browser.rows import Seen, calls_store


@pytest.fixture
def plain(bogdan: Person, open_page: OpenPage, sign_in: SignIn) -> Page:
    """A supervisor's browser that runs no scripts."""
    page = open_page(java_script_enabled=False)
    sign_in(page, bogdan)
    return page


def test_the_list_is_sorted_and_narrowed_by_plain_requests(plain: Page) -> None:
    calls_store([Seen("Anna", hours_ago=1, duration_s=30), Seen("Bekzat", hours_ago=2, duration_s=300)])
    plain.goto("/calls/")
    plain.get_by_role("columnheader", name="Duration").get_by_role("link").click()
    expect(plain).to_have_url(re.compile(r"sort=-duration"))
    expect(plain.locator("tbody tr").first).to_contain_text("Bekzat")
    plain.get_by_role("searchbox", name="Search").fill("anna")
    plain.get_by_role("button", name="Show").click()
    expect(plain.locator("tbody tr")).to_have_count(1)
    plain.get_by_role("link", name="Reset all").click()
    expect(plain.locator("tbody tr")).to_have_count(2)


def test_a_call_is_read_and_heard(plain: Page, call: Call) -> None:
    plain.goto("/calls/")
    plain.get_by_role("link", name="09:15").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Robert Johnson")
    expect(plain.locator("audio[controls]")).to_be_visible()
    expect(plain.get_by_role("button", name="Play", exact=True)).to_be_hidden()
    expect(plain.get_by_role("link", name="Download")).to_be_visible()
    expect(plain.locator("#turn-1")).to_contain_text("I would like to transfer money between my accounts.")
    mark = plain.locator("#mark-greeting")
    expect(mark).to_contain_text("Greets and names the company")
    expect(mark).to_contain_text("Hello, this is Happy Valley National Bank.")
    plain.get_by_text("Why?").click()
    expect(plain.get_by_text("Weight of the marked criteria")).to_be_visible()


def test_language_and_theme_are_switched(plain: Page, call: Call, bogdan: Person) -> None:
    plain.goto(f"/calls/{call.pk}/")
    plain.get_by_label("Menu of Bogdan").click()
    plain.get_by_role("button", name="Русский").click()
    expect(plain.locator("html")).to_have_attribute("lang", "ru")
    expect(plain).to_have_url(re.compile(f"/calls/{call.pk}/$"))
    bogdan.refresh_from_db()
    assert bogdan.language == "ru"
    plain.locator("summary.menu-button").click()
    plain.locator("button[name=theme][value=dark]").click()
    expect(plain.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(plain.locator("html")).to_have_css("color-scheme", "dark")


def test_a_call_in_the_line_says_to_load_the_page_again(plain: Page, call: Call) -> None:
    call.stage_rows.filter(stage="grade").update(state="running", progress_share=0.5)
    plain.goto(f"/calls/{call.pk}/")
    line = plain.get_by_role("region", name="Processing")
    expect(line).to_contain_text(re.compile("Running · 50.%"))
    # A test by text alone passes over what stands in <noscript>.
    expect(line).to_contain_text("Load the page again to see how far the call is.", use_inner_text=True)
