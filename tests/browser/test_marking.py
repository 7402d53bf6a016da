"""The marking desk by keyboard alone; what the network loses is sent again; two windows do not overwrite each other."""

from __future__ import annotations

import re
from threading import Event

import pytest
from playwright.sync_api import Page, Route, expect

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.pipeline.tests.processes import until
from sapa.reviews.models import Review, ReviewMark
from sapa.reviews.services import review_mark, review_start
from sapa.reviews.types import Judgement, MarkChange
from tests.browser.conftest import Check, Complaints, OpenPage, Shot, SignIn

KEYS = ("1", "5", "0", "x", "q", "1")  # one for each criterion of the form
SAID = ["1", "0.5", "0", "not_applicable", "cannot_tell", "1"]


@pytest.fixture
def desk(call: Call, celina: Person, page: Page, sign_in: SignIn) -> Page:
    """A reviewer at the desk, who began from the call."""
    sign_in(page, celina)
    page.goto(f"/calls/{call.pk}/")
    expect(page.get_by_text("What the machine and colleagues said is hidden")).to_be_visible()
    expect(page.get_by_text("marked by the machine")).to_have_count(0)
    page.get_by_role("button", name="Mark this call").click()
    expect(page.locator("#mark-greeting")).to_be_focused()
    return page


def said(review: Review) -> list[str]:
    return list(review.marks.values_list("judgement", flat=True))


def test_one_key_marks_each_criterion_and_two_submit(desk: Page, celina: Person, axe: Check, shot: Shot) -> None:
    axe(desk)
    shot(desk, "desk-fresh", whole=True)
    for key in KEYS:
        desk.keyboard.press(key)
    expect(desk.locator(".desk-count b")).to_have_text("6")
    axe(desk)
    assert said(Review.objects.get()) == SAID
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_text("Submitted. The agent can read it now.")).to_be_visible()
    expect(desk.get_by_text("The machine: CQR 70 %")).to_be_visible()  # open now
    axe(desk)
    shot(desk, "review-read", whole=True)
    review = Review.objects.get()
    assert (review.state, review.is_blind) == ("submitted", True)


def test_faster_than_the_network_nothing_is_lost(desk: Page) -> None:
    desk.evaluate("""() => { for (const key of ["1", "5", "0", "x", "q", "1"]) document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", { key, code: "Digit" + key, bubbles: true, cancelable: true })) }""")
    expect(desk.locator(".desk-count b")).to_have_text("6")
    assert said(Review.objects.get()) == SAID


@pytest.mark.parametrize("answers_late_s", [0, 0.3, 1.2])
def test_a_moment_a_comment_praise_and_fault(desk: Page, shot: Shot, answers_late_s: float) -> None:
    lateness = Event()

    def late(route: Route) -> None:
        lateness.wait(answers_late_s)
        route.continue_()

    if answers_late_s:
        desk.route("**/marks/**", late)
    desk.keyboard.press("ArrowRight")
    desk.keyboard.press("ArrowRight")  # at 10 s the customer speaks
    desk.keyboard.press("e")
    expect(desk.locator("#proofs-greeting .proof")).to_contain_text("Robert Johnson")
    desk.keyboard.press("w")
    desk.keyboard.press("c")
    desk.keyboard.type("1 word: said 0 times")  # digits are words here
    desk.keyboard.press("Escape")
    expect(desk.locator("#mark-greeting")).to_be_focused()
    desk.keyboard.press("0")
    expect(desk.locator(".desk-count b")).to_have_text("1")
    desk.keyboard.press("k")
    desk.keyboard.press("a")
    expect(desk.locator("#mark-greeting [data-fault]")).to_have_value("process")
    shot(desk, "desk-at-work", whole=True)
    marks = ReviewMark.objects.filter(criterion="greeting")  # how many requests it took is the network's affair
    mark = until(lambda: marks.filter(fault="process").first())
    assert (mark.comment, mark.praised) == ("1 word: said 0 times", True)
    assert [one["start_s"] for one in mark.evidence] == [7.82]
    desk.get_by_role("button", name="Take 0:07 away").click()
    expect(desk.locator("#proofs-greeting .proof")).to_have_count(0)


def test_undo_takes_the_last_mark_back(desk: Page) -> None:
    desk.keyboard.press("1")
    desk.keyboard.press("0")
    expect(desk.locator(".desk-count b")).to_have_text("2")
    desk.keyboard.press("z")
    expect(desk.locator(".desk-count b")).to_have_text("1")
    expect(desk.locator("#mark-need [name=judgement]:checked")).to_have_count(0)
    desk.keyboard.press("Control+z")
    expect(desk.locator(".desk-count b")).to_have_text("0")


def test_without_a_network_it_says_so_and_sends_it_later(desk: Page, complaints: Complaints) -> None:
    complaints.expect("request: ")
    desk.context.set_offline(True)
    desk.keyboard.press("1")
    expect(desk.locator("[data-saved]")).to_contain_text("Not saved yet")
    desk.context.set_offline(False)
    expect(desk.locator(".desk-count b")).to_have_text("1")
    expect(desk.locator("[data-saved]")).to_contain_text("Saved")
    assert said(Review.objects.get())[0] == "1"


def test_another_window_is_told_and_not_overwritten(
    desk: Page, celina: Person, call: Call, complaints: Complaints
) -> None:
    complaints.expect("answer: 409")
    review = review_start(celina, call)
    review_mark(celina, review, "need", MarkChange(Judgement.ZERO), version=review.version)
    desk.keyboard.press("1")
    expect(desk.get_by_text("review_changed")).to_be_visible()
    desk.get_by_role("link", name="Load again").click()
    expect(desk.locator("#mark-need [name=judgement]:checked")).to_have_value("0")
    expect(desk.locator("#mark-greeting [name=judgement]:checked")).to_have_count(0)


def test_an_unfinished_review_says_what_is_missing(desk: Page) -> None:
    desk.keyboard.press("1")
    expect(desk.locator(".desk-count b")).to_have_text("1")
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_role("status").filter(has_text=re.compile("Not everything is marked yet"))).to_be_visible()


def test_two_people_on_one_call_are_told_of_each_other(
    desk: Page, call: Call, bogdan: Person, open_page: OpenPage, sign_in: SignIn
) -> None:
    other = open_page()
    sign_in(other, bogdan)
    other.goto(f"/calls/{call.pk}/")
    expect(other.get_by_text("Celina is marking this call too")).to_be_visible()


def test_it_works_without_a_script(call: Call, celina: Person, open_page: OpenPage, sign_in: SignIn) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, celina)
    page.goto(f"/calls/{call.pk}/")
    page.get_by_role("button", name="Mark this call").click()
    page.locator("#mark-need [name=judgement][value='0']").check()
    page.locator("#mark-need").get_by_role("button", name="Save").click()
    expect(page.locator("#mark-need [name=judgement]:checked")).to_have_value("0")


def test_the_agent_reads_the_result(
    desk: Page, aigerim: Person, open_page: OpenPage, sign_in: SignIn, axe: Check, shot: Shot
) -> None:
    desk.keyboard.press("w")
    for key in KEYS:
        desk.keyboard.press(key)
    desk.get_by_label("What went well").fill("A warm greeting.")
    desk.get_by_label("What to do differently next time").fill("Ask who is calling.")
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_text("Submitted.")).to_be_visible()
    hers = open_page()
    sign_in(hers, aigerim)
    hers.goto("/me/")
    expect(hers.get_by_text("1 call was marked: too few to say how it goes.")).to_be_visible()
    expect(hers.get_by_text("A warm greeting.")).to_be_visible()
    axe(hers)
    shot(hers, "me", whole=True)
    hers.get_by_role("link", name="Robert Johnson").click()
    expect(hers.get_by_text("Ask who is calling.")).to_be_visible()
    expect(hers.get_by_role("button", name="Mark this call yourself")).to_have_count(0)


def test_what_was_pointed_at_goes_out_again_too(desk: Page, complaints: Complaints) -> None:
    complaints.expect("request: ")
    desk.keyboard.press("ArrowRight")
    desk.keyboard.press("ArrowRight")
    desk.context.set_offline(True)
    for key in ("e", "j", "e", "1"):
        desk.keyboard.press(key)
    expect(desk.locator("[data-saved]")).to_contain_text("Not saved yet")
    desk.context.set_offline(False)
    expect(desk.locator("#proofs-greeting .proof")).to_have_count(1)
    expect(desk.locator("#proofs-need .proof")).to_have_count(1)
    expect(desk.locator(".desk-count b")).to_have_text("1")
    assert said(Review.objects.get())[:2] == ["open", "1"]


def test_an_answer_that_was_lost_costs_nothing_that_came_after(desk: Page, complaints: Complaints) -> None:
    complaints.expect("request: ")
    lost: list[str] = []

    def lose_the_first(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.request.url)
        route.fetch()  # it is stored
        route.abort("connectionreset")

    desk.route("**/marks/**", lose_the_first)
    desk.reload()  # a page that is there already may send its next request past a new route
    for key in KEYS:
        desk.keyboard.press(key)
    expect(desk.locator(".desk-count b")).to_have_text("6")
    assert lost
    assert said(Review.objects.get()) == SAID


def test_after_a_refusal_nothing_is_submitted(desk: Page, celina: Person, call: Call, complaints: Complaints) -> None:
    complaints.expect("answer: 409")
    for key in KEYS:
        desk.keyboard.press(key)
    expect(desk.locator(".desk-count b")).to_have_text("6")
    review = Review.objects.get()
    review_mark(celina, review, "need", MarkChange(Judgement.ZERO), version=review.version)
    desk.keyboard.press("k")
    desk.keyboard.press("0")
    expect(desk.get_by_text("review_changed")).to_be_visible()
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_text("review_changed")).to_be_visible()
    assert Review.objects.get().state == "draft"


def test_a_session_that_ended_is_told_and_not_called_saved(desk: Page) -> None:
    desk.context.clear_cookies(name="sessionid")
    desk.keyboard.press("1")
    expect(desk.get_by_text("The server refused this.")).to_be_visible()
    expect(desk.locator(".desk-count b")).to_have_text("0")


def test_what_is_marked_right_after_undo_stays(desk: Page) -> None:
    desk.keyboard.press("1")
    expect(desk.locator(".desk-count b")).to_have_text("1")
    for key in ("z", "0", "5"):
        desk.keyboard.press(key)
    expect(desk.locator(".desk-count b")).to_have_text("2")
    assert said(Review.objects.get())[:3] == ["open", "0", "0.5"]
    expect(desk.locator("#mark-need [name=judgement]:checked")).to_have_value("0")


def test_the_arrows_seek_after_a_click_on_an_answer(desk: Page) -> None:
    desk.locator("#mark-need .answer").first.click()
    expect(desk.locator(".desk-count b")).to_have_text("1")
    desk.keyboard.press("ArrowRight")
    expect(desk.locator("[data-now]")).to_have_text("0:05")
    assert said(Review.objects.get())[1] == "1"
