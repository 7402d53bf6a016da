"""From an empty office to an agent who reads: people are made and a name is mapped, a form is built, tried and
published, five calls are marked by the keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.reviews.models import Review, ReviewState
from sapa.scorecards.models import EvaluationRecord, ScorecardRevision
from tests.browser.conftest import OpenPage, SignIn
from tests.browser.rows import Seen, calls_store
from tests.browser.test_forms import _add, _anchors
from tests.browser.test_people import _add as person_add

CALLS = 5


def test_people_then_a_form_then_five_calls_then_the_agent(
    call: Call, administrator: Person, open_page: OpenPage, sign_in: SignIn
) -> None:
    office = open_page()
    sign_in(office, administrator)
    office.goto("/people/")
    for username, name, role in (
        ("aigerim", "Aigerim S.", "Agent"), ("bogdan", "Bogdan", "Supervisor"), ("celina", "Celina", "Reviewer"),
    ):  # fmt: skip
        person_add(office, username, name, role)
        office.get_by_role("link", name="People").first.click()
    office.get_by_label("Who is Aigerim?").select_option(label="Aigerim S.")
    office.get_by_role("listitem").filter(has_text="Aigerim").get_by_role("button", name="Save").click()
    expect(office.get_by_text("“Aigerim” is Aigerim S. now.")).to_be_visible()

    _form_is_built(open_page(), sign_in)
    calls_store([Seen(f"Customer {number}", hours_ago=number) for number in range(1, CALLS + 1)])
    published = ScorecardRevision.objects.get(scorecard__key="short_calls")
    graded = EvaluationRecord.objects.filter(call__customer_name__startswith="Customer ")
    graded.update(revision=published, call_type=published.content["call_types"][0]["key"])
    call.delete()

    _five_are_marked(open_page(), sign_in)
    hers = open_page()
    sign_in(hers, Person.objects.get(username="aigerim"))
    hers.goto("/calls/")
    hers.get_by_role("link", name="My calls").click()
    expect(hers.get_by_role("row")).to_have_count(1 + CALLS)
    expect(hers.locator(".me-number")).to_contain_text("75")
    hers.get_by_role("link", name="Customer 1").click()
    expect(hers.get_by_text("by Celina,")).to_be_visible()
    expect(hers.locator("#mark-names_the_company")).to_contain_text("done in part")


def _form_is_built(page: Page, sign_in: SignIn) -> None:
    sign_in(page, Person.objects.get(username="bogdan"))
    page.goto("/forms/new-form")
    page.keyboard.type("Short calls")
    page.keyboard.press("Enter")
    _add(page, "New section", "Opening")
    for title in ("Greets", "Names the company"):
        _add(page, "New criterion", title)
    for title in ("Greets", "Names the company"):
        _anchors(page, title)
    page.get_by_role("link", name="Try it").press("Enter")
    expect(page.get_by_text("The last 1 call")).to_be_visible()
    page.get_by_role("link", name="Back to the draft").press("Enter")
    page.get_by_role("link", name="Publish…").press("Enter")
    page.get_by_role("button", name="Publish").press("Enter")
    expect(page.get_by_text("Revision 1 is published.")).to_be_visible()


def _five_are_marked(page: Page, sign_in: SignIn) -> None:
    """After the first address nothing but keys: one for each criterion, two to submit, one for the next call."""
    sign_in(page, Person.objects.get(username="celina"))
    page.goto("/reviews/")
    for number in range(1, CALLS + 1):
        expect(page.get_by_role("button", name="Mark the next call")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Marking: Customer {number}")
        expect(page.locator("#mark-greets")).to_be_focused()
        page.keyboard.press("1")
        page.keyboard.press("5")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("Submitted.")).to_be_visible()
    assert Review.objects.filter(state=ReviewState.SUBMITTED, cqr_pct=75, is_blind=True).count() == CALLS
    page.keyboard.press("Enter")
    expect(page.get_by_text("There is no call left that nobody has marked.").first).to_be_visible()
