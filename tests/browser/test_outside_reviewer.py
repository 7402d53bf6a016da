"""A contractor's day: a supervisor gives calls, the outside reviewer marks by keyboard and learns no name, and the
supervisor sees how far it is and takes the rest back."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from sapa.accounts.models import Person
from sapa.calls.models import Call, GivenCall
from sapa.reviews.models import Review
from tests.browser.conftest import Check, OpenPage, Shot, SignIn
from tests.browser.rows import Seen, calls_store

NAMES = ("Robert Johnson", "77015550101", "Aigerim", "Customer 1")


def test_given_marked_and_taken_back(
    call: Call, farida: Person, bogdan: Person, open_page: OpenPage, sign_in: SignIn, axe: Check, shot: Shot
) -> None:
    calls_store([Seen("Customer 1", hours_ago=1)])
    office = open_page()
    sign_in(office, bogdan)
    office.goto("/calls/")
    office.get_by_role("link", name="Give to an outside reviewer").click()
    office.get_by_label("How many calls").fill("2")
    axe(office)
    office.get_by_role("button", name="Give").click()
    expect(office.get_by_text("2 calls were given to Farida.")).to_be_visible()
    axe(office)

    hers = open_page()
    sign_in(hers, farida)
    hers.goto("/")
    expect(hers.get_by_role("heading", name="Given to you")).to_be_visible()
    _no_name_on(hers)
    axe(hers)
    shot(hers, "given-to-you", whole=True)
    hers.goto("/calls/")
    expect(hers.get_by_role("row")).to_have_count(1 + 2)
    _no_name_on(hers)
    shot(hers, "given-calls", whole=True)
    hers.goto(f"/calls/{call.pk}/")
    _no_name_on(hers)
    expect(hers.get_by_role("link", name="Download")).to_have_count(0)
    expect(hers.get_by_role("button", name="Show them now")).to_have_count(0)
    axe(hers)
    shot(hers, "given-call", whole=True)
    hers.get_by_role("button", name="Mark this call").click()
    expect(hers.locator("#mark-greeting")).to_be_focused()
    for _ in range(6):
        hers.keyboard.press("1")
    hers.keyboard.press("Control+Enter")
    expect(hers.get_by_text("Submitted. The agent can read it now.")).to_be_visible()
    _no_name_on(hers)

    office.reload()
    expect(office.get_by_role("cell", name="marked")).to_have_count(1)
    office.get_by_role("button", name="Take back all that are not marked").click()
    expect(office.get_by_text("1 call was taken back.")).to_be_visible()
    assert list(GivenCall.objects.values_list("call", flat=True)) == [call.pk]
    assert Review.objects.get().reviewer == farida


def _no_name_on(page: Page) -> None:
    """But in what is said: there a name is heard."""
    shown = page.evaluate("""() => { const copy = document.body.cloneNode(true);
        copy.querySelectorAll(".call-talk").forEach((node) => node.remove());
        return document.title + copy.innerHTML }""")
    assert not [name for name in NAMES if name in shown]
