"""A supervisor builds a form by the keyboard, puts it in order, sees what is missing, tries it and publishes it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.scorecards.models import ScorecardRevision
from sapa.scorecards.selectors import scorecard_of
from tests.browser.conftest import Check, Complaints, OpenPage, SignIn


def _titles(page: Page) -> list[str]:
    return page.locator(".builder-main .criterion-title").all_inner_texts()


def test_from_nothing_to_a_published_form_by_the_keyboard(
    page: Page, bogdan: Person, call: Call, sign_in: SignIn, axe: Check
) -> None:
    sign_in(page, bogdan)
    page.goto("/forms/")
    axe(page)
    page.get_by_role("link", name="New form").click()
    expect(page.get_by_label("Title").first).to_be_focused()
    page.keyboard.type("Short calls")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Short calls")
    _add(page, "New section", "Opening")
    for title in ("Names the company", "Greets"):
        _add(page, "New criterion", title)
    assert _titles(page) == ["Names the company", "Greets"]

    page.get_by_role("link", name="Edit Greets").focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".builder-main .criterion-title").first).to_have_text("Greets")
    assert _titles(page) == ["Greets", "Names the company"]
    expect(page.get_by_role("button", name="Move Greets up")).to_be_disabled()

    for title in ("Greets", "Names the company"):
        _anchors(page, title)
    _phrase(page, "Greets", "hello")
    expect(page.get_by_text("Before it can be published")).to_have_count(0)
    axe(page)

    page.get_by_role("link", name="Try it").press("Enter")
    expect(page.get_by_role("heading", level=3, name="Greets")).to_be_visible()
    expect(page.get_by_text("The last 1 call")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Back to the draft").press("Enter")

    page.get_by_role("link", name="Publish…").press("Enter")
    axe(page)
    page.get_by_role("button", name="Publish").press("Enter")
    expect(page.get_by_text("Revision 1 is published.")).to_be_visible()
    axe(page)
    card = scorecard_of(ScorecardRevision.objects.get(scorecard__key="short_calls"))
    assert [one.key for one in card.criteria] == ["greets", "names_the_company"]
    assert len(card.criteria[0].markers) == 1


def _add(page: Page, label: str, title: str) -> None:
    page.get_by_label(label, exact=True).first.focus()
    page.keyboard.type(title)
    page.keyboard.press("Enter")
    expect(page.locator("main").get_by_text(title, exact=True).first).to_be_visible()


def _anchors(page: Page, title: str) -> None:
    page.get_by_role("link", name=f"Edit {title}").press("Enter")
    expect(page.locator("#id_title_en")).to_be_focused()
    for value in ("1", "0.5", "0"):
        page.get_by_label(f"What {value} sounds like").first.fill(f"{title}: {value}")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.locator("#id_title_en")).to_have_count(0)
    expect(page.get_by_role("link", name=f"Edit {title}")).to_be_focused()


def _phrase(page: Page, title: str, words: str) -> None:
    page.get_by_role("link", name=f"Edit {title}").press("Enter")
    page.get_by_role("link", name="Phrases").press("Enter")
    page.get_by_label("Phrases, one on each line").first.fill(words)
    page.get_by_role("button", name="Save the rule").press("Enter")
    expect(page.get_by_text("1 machine rule", exact=True)).to_be_visible()


@pytest.fixture
def draft(page: Page, bogdan: Person, sign_in: SignIn) -> Page:
    """The builder on a draft of the form of five call types."""
    sign_in(page, bogdan)
    page.goto("/forms/cqr/")
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_role("link", name="Publish…")).to_be_visible()
    return page


def test_a_criterion_is_dragged_and_what_was_deleted_comes_back(draft: Page) -> None:
    before = _titles(draft)
    grips = draft.locator("[data-grip]")
    grips.nth(1).drag_to(draft.locator("[data-criterion]").first, target_position={"x": 60, "y": 3})
    expect(draft.locator(".builder-main .criterion-title").first).to_have_text(before[1])
    draft.get_by_role("button", name=f"Delete {before[0]}", exact=True).click()
    expect(draft.get_by_text("Deleted. “Undo” brings it back.")).to_be_visible()
    assert before[0] not in _titles(draft)
    draft.get_by_role("button", name="Undo").click()
    expect(draft.locator(".criterion-title").get_by_text(before[0], exact=True)).to_be_visible()


def test_two_people_do_not_overwrite_each_other(
    draft: Page, administrator: Person, open_page: OpenPage, sign_in: SignIn, complaints: Complaints
) -> None:
    complaints.expect("answer: 409")
    draft.locator("#edit-form").click()
    draft.locator("#id_title_en").fill("What I typed")
    other = open_page()
    sign_in(other, administrator)
    other.goto("/forms/cqr/draft?open=form")
    other.locator("#id_title_en").fill("What the other typed")
    other.get_by_role("button", name="Save", exact=True).click()
    expect(other.get_by_role("heading", level=1)).to_have_text("What the other typed")

    draft.get_by_role("button", name="Save", exact=True).click()
    expect(draft.get_by_role("alert").filter(has_text="draft_conflict")).to_contain_text("edited by Administrator")
    expect(draft.locator("#id_title_en")).to_have_value("What I typed")
    expect(draft.get_by_text("What the other typed").last).to_be_visible()
    draft.get_by_role("button", name="Save", exact=True).click()
    expect(draft.get_by_role("heading", level=1)).to_have_text("What I typed")


def test_it_works_without_scripts(bogdan: Person, open_page: OpenPage, sign_in: SignIn) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, bogdan)
    page.goto("/forms/inbound_service/")
    page.get_by_role("button", name="Edit").click()
    first, second = _titles(page)[:2]
    page.get_by_role("button", name=f"Move {first} down", exact=True).click()
    assert _titles(page)[:2] == [second, first]
    page.get_by_role("link", name=f"Edit {first}", exact=True).click()
    page.locator("#id_title_en").fill("Another name")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page).to_have_url(re.compile("#criterion-"))
    assert _titles(page)[:2] == [second, "Another name"]
