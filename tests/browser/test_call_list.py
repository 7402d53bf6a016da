"""The call list: sorted, narrowed, searched and turned over, each time with the address that says so."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from sapa.accounts.models import Person
from sapa.pipeline.models import StageState
from tests.browser.conftest import Check, OpenPage, SignIn
from tests.browser.rows import Seen, calls_store
from tests.fixtures.world import FrozenClock

ANNA = Seen(
    "Anna", hours_ago=1, direction="outbound", agent="Zarina", queue="loans", duration_s=30, language="ru",
    cqr_pct=90, verdict="successful", tags=2, number="+77015550201",
)  # fmt: skip
BEKZAT = Seen(
    "Bekzat", hours_ago=26, direction="inbound", agent="Aigerim", queue="cards", duration_s=300, language="en",
    cqr_pct=40, verdict="unsuccessful", tags=5, number="+77015550202",
)  # fmt: skip
CLARA = Seen(
    "Clara", hours_ago=100, direction="internal", agent="Marek", queue="help", duration_s=90, language="pl",
    cqr_pct=None, verdict="undecided", tags=0, number="+77015550203",
)  # fmt: skip
DENIS = Seen(
    "Denis", hours_ago=1000, direction="", agent="Olga", queue="", duration_s=600, language="kk",
    stage="transcribe", state=StageState.FAILED, verdict="", tags=1, number="+77015559999",
)  # fmt: skip
EVERYBODY = [ANNA, BEKZAT, CLARA, DENIS]
# column: the order of the first click, which is the opposite of the second but for what has no value (always last)
ORDERS = {
    "Time": ("Denis Clara Bekzat Anna", "Anna Bekzat Clara Denis"),
    "Direction": ("Bekzat Clara Anna Denis", "Anna Clara Bekzat Denis"),
    "Agent": ("Bekzat Clara Denis Anna", "Anna Denis Clara Bekzat"),
    "Customer": ("Anna Bekzat Clara Denis", "Denis Clara Bekzat Anna"),
    "Queue": ("Bekzat Clara Anna Denis", "Anna Clara Bekzat Denis"),
    "Duration": ("Denis Bekzat Clara Anna", "Anna Clara Bekzat Denis"),
    "Language": ("Bekzat Denis Clara Anna", "Anna Clara Denis Bekzat"),
    "Processing": ("Anna Bekzat Clara Denis", "Denis Anna Bekzat Clara"),
    "CQR": ("Anna Bekzat Clara Denis", "Bekzat Anna Clara Denis"),
    "Verdict": ("Anna Clara Bekzat Denis", "Bekzat Clara Anna Denis"),
    "Tags": ("Bekzat Anna Denis Clara", "Clara Denis Anna Bekzat"),
}
FILTERS = (
    ("Period", "Today", "period=today", "Anna"),
    ("Period", "Yesterday", "period=yesterday", "Bekzat"),
    ("Period", "Last 7 days", "period=week", "Anna Bekzat Clara"),
    ("Period", "Last 30 days", "period=month", "Anna Bekzat Clara"),
    ("Direction", "Outbound", "direction=outbound", "Anna"),
    ("Direction", "Unknown", "direction=unknown", "Denis"),
    ("Agent", "Marek", "agent=Marek", "Clara"),
    ("Queue", "cards", "queue=cards", "Bekzat"),
    ("Verdict", "Undecided", "verdict=undecided", "Clara"),
    ("Processing", "Failed", "state=failed", "Denis"),
)
WIDE = {"width": 1600, "height": 900}  # all columns are shown


def _expect_customers(page: Page, names: str) -> None:
    expect(page.locator("td.col-customer > span:first-child")).to_have_text(names.split())


def _choose(page: Page, label: str, choice: str) -> None:
    page.get_by_role("search").get_by_label(label, exact=True).select_option(choice)


@pytest.fixture
def listed(bogdan: Person, frozen_clock: FrozenClock, open_page: OpenPage, sign_in: SignIn) -> Page:
    """The list of four unlike calls, on a wide screen."""
    calls_store(EVERYBODY)
    page = open_page(viewport=WIDE)
    sign_in(page, bogdan)
    page.goto("/calls/")
    return page


def test_an_empty_list_says_how_to_begin(bogdan: Person, page: Page, sign_in: SignIn, axe: Check) -> None:
    sign_in(page, bogdan)
    page.goto("/calls/")
    expect(page.get_by_role("heading", name="No calls yet")).to_be_visible()
    expect(page.get_by_text("sapa ingest")).to_be_visible()
    expect(page.get_by_text("Drop recordings here")).to_be_visible()
    axe(page)


def test_an_agent_with_no_calls_learns_what_brings_them(aigerim: Person, page: Page, sign_in: SignIn) -> None:
    sign_in(page, aigerim)
    page.goto("/calls/")
    expect(page.get_by_text("name you as their agent")).to_be_visible()
    expect(page.get_by_text("Drop recordings here")).to_have_count(0)


def test_each_column_sorts_and_turns_its_order_round(listed: Page, axe: Check) -> None:
    _expect_customers(listed, "Anna Bekzat Clara Denis")
    expect(listed.get_by_role("columnheader", name="Time")).to_have_attribute("aria-sort", "descending")
    for title, (first, second) in ORDERS.items():
        head = listed.get_by_role("columnheader", name=title, exact=True)
        head.get_by_role("link").click()
        _expect_customers(listed, first)
        before = head.get_attribute("aria-sort")
        address = listed.url
        assert before in {"ascending", "descending"}
        expect(listed.locator("[aria-sort]")).to_have_count(1)
        head.get_by_role("link").click()
        _expect_customers(listed, second)
        expect(head).to_have_attribute("aria-sort", "ascending" if before == "descending" else "descending")
        assert listed.url != address
    axe(listed)


def test_the_address_brings_the_same_order_back(listed: Page) -> None:
    listed.get_by_role("columnheader", name="CQR").get_by_role("link").click()
    expect(listed).to_have_url(re.compile(r"\?sort=-cqr$"))
    listed.reload()
    _expect_customers(listed, ORDERS["CQR"][0])
    listed.go_back()
    _expect_customers(listed, "Anna Bekzat Clara Denis")


def test_each_filter_narrows_the_list_and_its_chip_takes_it_away(listed: Page, axe: Check) -> None:
    for label, choice, query, names in FILTERS:
        _choose(listed, label, choice)
        _expect_customers(listed, names)
        expect(listed).to_have_url(re.compile(re.escape(query)))
        expect(listed.get_by_role("status")).to_contain_text("of 4")
        listed.get_by_label(f"Remove the filter {label}: {choice}").click()
        _expect_customers(listed, "Anna Bekzat Clara Denis")
        expect(listed.get_by_role("search").get_by_label(label, exact=True)).to_have_value("")
    _choose(listed, "Verdict", "successful")
    expect(listed.locator(".chip")).to_have_count(2)
    axe(listed)


def test_two_dates_narrow_the_list(listed: Page) -> None:
    expect(listed.get_by_label("From", exact=True)).to_be_hidden()
    _choose(listed, "Period", "dates")
    listed.get_by_label("From", exact=True).fill("2026-03-08")
    listed.get_by_label("To", exact=True).fill("2026-03-08")
    _expect_customers(listed, "Bekzat")
    expect(listed).to_have_url(re.compile("from=2026-03-08&to=2026-03-08"))


def test_filters_add_up_keep_the_order_and_are_reset_together(listed: Page) -> None:
    listed.get_by_role("columnheader", name="Duration").get_by_role("link").click()
    _expect_customers(listed, ORDERS["Duration"][0])
    _choose(listed, "Period", "week")
    _expect_customers(listed, "Bekzat Clara Anna")
    _choose(listed, "Direction", "internal")
    _expect_customers(listed, "Clara")
    listed.get_by_role("link", name="Reset all").click()
    _expect_customers(listed, "Anna Bekzat Clara Denis")
    expect(listed).to_have_url(re.compile("/calls/$"))


def test_typing_searches_names_and_numbers(listed: Page) -> None:
    search = listed.get_by_role("searchbox", name="Search")
    search.fill("bekz")
    _expect_customers(listed, "Bekzat")
    expect(listed).to_have_url(re.compile("q=bekz"))
    expect(search).to_be_focused()
    search.fill("555 99 99")
    _expect_customers(listed, "Denis")


def test_a_search_without_a_match_offers_the_way_back(listed: Page, axe: Check) -> None:
    listed.get_by_role("searchbox", name="Search").fill("nobody of that name")
    expect(listed.get_by_role("heading", name="No call matches")).to_be_visible()
    axe(listed)
    listed.get_by_role("link", name="Reset all").last.click()
    _expect_customers(listed, "Anna Bekzat Clara Denis")


def test_a_long_list_is_turned_over_page_by_page(
    bogdan: Person, frozen_clock: FrozenClock, page: Page, sign_in: SignIn, axe: Check
) -> None:
    calls_store([Seen(f"Caller{number:03}", hours_ago=number) for number in range(1, 121)])
    sign_in(page, bogdan)
    page.goto("/calls/")
    expect(page.get_by_role("status")).to_have_text("120 calls · 1–50")
    page.evaluate("window.stays = true")
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_role("status")).to_have_text("120 calls · 51–100")
    expect(page).to_have_url(re.compile("after="))
    expect(page.locator("tbody tr").first).to_contain_text("Caller051")
    expect(page.locator("tbody tr").first).to_be_in_viewport()
    assert page.evaluate("window.stays")  # the table alone was asked for
    axe(page)
    calls_store([Seen("Newcomer", hours_ago=0.1)])
    page.reload()
    expect(page.locator("tbody tr").first).to_contain_text("Caller051")
    page.get_by_role("link", name="Next page").click()
    expect(page.locator("tbody tr")).to_have_count(20)
    expect(page.get_by_role("link", name="Next page")).to_have_count(0)
    page.get_by_role("link", name="Previous page").click()
    expect(page.locator("tbody tr").first).to_contain_text("Caller051")
    page.get_by_role("link", name="First page").click()
    expect(page.locator("tbody tr").first).to_contain_text("Newcomer")
    page.go_back()
    expect(page.locator("tbody tr").first).to_contain_text("Caller051")


def test_the_folded_filters_are_reached_and_used_by_keyboard(listed: Page, axe: Check) -> None:
    more = listed.get_by_text("More filters")
    expect(listed.get_by_label("Number begins with")).to_be_hidden()
    more.focus()
    listed.keyboard.press("Enter")
    number = listed.get_by_label("Number begins with")
    expect(number).to_be_visible()
    axe(listed)
    listed.keyboard.press("Tab")
    expect(number).to_be_focused()
    listed.keyboard.type("+7 701 555 99")
    listed.keyboard.press("Enter")
    _expect_customers(listed, "Denis")
    listed.get_by_label(re.compile("^Remove the filter Number begins with")).click()
    _expect_customers(listed, "Anna Bekzat Clara Denis")
    expect(number).to_have_value("")
    more.click()
    listed.get_by_label("Duration: at least").fill("1:30")
    listed.get_by_label("Duration: at most").fill("5:00")
    listed.keyboard.press("Enter")
    _expect_customers(listed, "Bekzat Clara")
    expect(listed).to_have_url(re.compile("duration_from=1%3A30&duration_to=5%3A00"))
    listed.reload()
    expect(listed.get_by_label("Duration: at least")).to_have_value("1:30")


@pytest.mark.parametrize("language", ["en", "ru", "pl", "kk"])
def test_on_a_phone_calls_are_cards_that_fit(
    language: str, bogdan: Person, frozen_clock: FrozenClock, open_page: OpenPage, sign_in: SignIn, axe: Check
) -> None:
    calls_store(EVERYBODY)
    page = open_page(viewport={"width": 375, "height": 812}, locale=language)
    sign_in(page, bogdan)
    page.goto("/calls/")
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("thead")).to_be_hidden()
    for card in page.locator("tbody tr").all():
        expect(card).to_have_css("display", "grid")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    axe(page)
    page.locator("#f-sort").select_option("duration")
    _expect_customers(page, ORDERS["Duration"][1])
