"""A supervisor opens a draft to a team; an agent comments, tries it on an own call by the keyboard and says where it is
wrong; the supervisor answers, mends and publishes; the agent reads what became of it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from sapa.accounts.models import Person
from sapa.accounts.services import team_create
from sapa.calls.models import Call
from sapa.consultations.models import Comment, Trial
from sapa.consultations.services import consultation_open
from sapa.consultations.types import Terms
from sapa.scorecards.drafts import draft_make
from sapa.scorecards.models import ScorecardRevision
from tests.browser.conftest import PHONE, Check, Complaints, OpenPage, Shot, SignIn

FORM = "test_service"


@pytest.fixture
def team(aigerim: Person) -> None:
    aigerim.team = team_create(None, "Cards")
    aigerim.save(update_fields=["team"])
    team_create(None, "Loans")


def test_from_opening_to_what_became_of_it(
    call: Call,
    bogdan: Person,
    aigerim: Person,
    team: None,
    open_page: OpenPage,
    sign_in: SignIn,
    axe: Check,
    shot: Shot,
) -> None:
    office, hers = open_page(), open_page()
    sign_in(office, bogdan)
    sign_in(hers, aigerim)
    hers.goto("/me/")
    expect(hers.get_by_role("link", name="Comment on forms")).to_have_count(0)

    _draft_is_opened(office, axe)
    _draft_is_commented(hers, axe, shot)
    _draft_is_tried(hers, axe, shot)
    _comments_are_answered(office, axe, shot)
    office.goto(f"/forms/{FORM}/draft/publish")
    expect(office.get_by_text("1 comment is unanswered")).to_be_visible()
    office.get_by_role("button", name="Publish").click()
    expect(office.get_by_text("Revision 2 is published.")).to_be_visible()
    assert ScorecardRevision.objects.filter(scorecard__key=FORM).count() == 2

    hers.goto("/me/")
    expect(hers.get_by_role("link", name="Comment on forms")).to_have_count(0)
    hers.get_by_role("link", name="Forms you commented on").click()
    hers.get_by_role("link", name="Service").click()
    expect(hers.get_by_text("Published as revision 2")).to_be_visible()
    greeting = hers.locator("#part-greeting")
    expect(greeting).to_contain_text("Taken up")
    greeting.get_by_text("Changed since").click()
    expect(greeting).to_contain_text("Another title.")
    expect(hers.locator("#part-no_long_silence")).to_contain_text("Published without a reply")
    axe(hers)
    shot(hers, "round-became", whole=True)


def _draft_is_opened(office: Page, axe: Check) -> None:
    office.goto(f"/forms/{FORM}/")
    office.get_by_role("button", name="Edit").click()
    office.get_by_role("link", name="Open for comment…").click()
    axe(office)
    office.get_by_label("Chosen teams, and those who control their quality").check()
    office.get_by_label("Cards").check()
    office.get_by_label("What you ask them").fill("Is the part about silence fair to you?")
    office.get_by_role("button", name="Open for comment").click()
    expect(office.get_by_text("The draft is open for comment.")).to_be_visible()
    expect(office.get_by_text("Nobody has said anything yet")).to_be_visible()
    axe(office)


def _draft_is_commented(hers: Page, axe: Check, shot: Shot) -> None:
    hers.goto("/me/")
    expect(hers.get_by_role("heading", name="Forms open for comment")).to_be_visible()
    hers.get_by_role("link", name="Comment on forms").click()
    axe(hers)
    hers.get_by_role("link", name="Service").click()
    expect(hers.get_by_text("Is the part about silence fair to you?")).to_be_visible()
    axe(hers)
    greeting = hers.locator("#part-greeting")
    greeting.get_by_text("Comment", exact=False).first.press("Enter")
    greeting.get_by_label("Unclear").check(force=True)
    greeting.get_by_label("In your words").fill("Which of our two company names?")
    axe(hers)
    shot(hers, "round-typing", whole=True)
    greeting.get_by_role("button", name="Send").press("Enter")
    expect(greeting.get_by_text("Which of our two company names?").first).to_be_visible()
    expect(hers.get_by_text("Your comment is kept.")).to_be_visible()


def _draft_is_tried(hers: Page, axe: Check, shot: Shot) -> None:
    hers.get_by_role("button", name="Robert Johnson").click()
    expect(hers.locator("#mark-greeting")).to_be_focused()
    expect(hers.get_by_text("A trial: it counts nowhere.")).to_be_visible()
    axe(hers)
    shot(hers, "trial-fresh", whole=True)
    for key in ("1", "5", "0", "q", "x", "0"):
        hers.keyboard.press(key)
    expect(hers.locator(".desk-count b")).to_have_text("6")
    hers.keyboard.press("z")  # there is nothing to undo here
    hers.keyboard.press("Control+Enter")
    expect(hers.get_by_role("heading", name="The machine, by this draft")).to_be_visible(timeout=30_000)
    assert Trial.objects.get().is_done
    axe(hers)
    shot(hers, "trial-result", whole=True)


def _comments_are_answered(office: Page, axe: Check, shot: Shot) -> None:
    office.goto(f"/forms/{FORM}/draft?open=criterion:greeting")
    expect(office.get_by_role("link", name="1 comment")).to_be_visible()
    office.locator("#id_title_en").fill("Greets and says “Happy Valley”")
    office.get_by_role("button", name="Save", exact=True).click()
    expect(office.get_by_role("link", name="Edit Greets and says “Happy Valley”")).to_be_visible()
    comment = Comment.objects.get()
    second = Comment.objects.get(pk=comment.pk)
    second.pk, second.criterion, second.text = None, "no_long_silence", "The system makes us wait"
    second.save(force_insert=True)
    office.get_by_role("link", name="Comments").click()
    expect(office.get_by_text("Changed since")).to_be_visible()
    axe(office)
    shot(office, "round-answers", whole=True)
    greeting = office.locator(f"#comment-{comment.pk}")
    greeting.get_by_text("Answer", exact=True).click()
    greeting.get_by_label("What the author reads").fill("It says which one now.")
    greeting.get_by_role("button", name="Taken up").click()
    expect(office.get_by_text("Kept. The author reads it.")).to_be_visible()
    office.get_by_role("link", name="Unanswered 1").click()
    expect(office.locator(".comment-said")).to_have_count(1)
    axe(office)


def test_a_disagreement_is_one_press(
    call: Call, bogdan: Person, celina: Person, page: Page, sign_in: SignIn, axe: Check
) -> None:
    draft_make(bogdan, "inbound_service")
    consultation_open(bogdan, "inbound_service", Terms(is_shared=True))
    sign_in(page, celina)
    page.goto("/reviews/")
    page.get_by_role("link", name="Comment on forms").click()
    page.locator(".round-card a").click()
    page.get_by_role("button", name="Robert Johnson").click()
    expect(page.locator(".judged.is-current")).to_be_focused()
    count = page.locator("[data-criterion]").count()
    for _ in range(count):
        page.keyboard.press("0")
    expect(page.locator(".desk-count b")).to_have_text(str(count), timeout=30_000)
    page.keyboard.press("Control+Enter")
    press = page.get_by_role("button", name="Make it a comment")
    expect(press.first).to_be_visible(timeout=30_000)  # the machine judges the call now
    axe(page)
    press.first.click()
    expect(page.get_by_text("It is a comment now.")).to_be_visible()
    expect(page.locator(".comment-said")).to_contain_text("I would mark 0 here")
    assert Comment.objects.get().author == celina


def test_without_scripts_and_on_a_phone(
    call: Call, bogdan: Person, aigerim: Person, open_page: OpenPage, sign_in: SignIn
) -> None:
    draft_make(bogdan, FORM)
    consultation_open(bogdan, FORM, Terms())
    page = open_page(java_script_enabled=False, viewport=PHONE)
    sign_in(page, aigerim)
    page.goto("/open-forms/")
    page.get_by_role("link", name="Service").click()
    page.locator("#whole-form summary").click()
    page.locator("#whole-form").get_by_label("An idea").check(force=True)
    page.locator("#whole-form").get_by_label("In your words").fill("Put the closing first")
    page.locator("#whole-form").get_by_role("button", name="Send").click()
    expect(page.locator("#whole-form .comment-said")).to_contain_text("Put the closing first")
    page.get_by_role("button", name="Robert Johnson").click()
    for item in page.locator("[data-criterion]").all():
        key = item.get_attribute("id")
        page.locator(f"#{key} [data-key='1']").check(force=True)
        page.locator(f"#{key}").get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Done: show the machine's").click()
    expect(page.get_by_role("heading", name="The machine, by this draft")).to_be_visible(timeout=30_000)


def test_what_was_typed_survives_an_edit_of_the_draft(
    call: Call, bogdan: Person, aigerim: Person, open_page: OpenPage, sign_in: SignIn, complaints: Complaints
) -> None:
    complaints.expect("answer: 409")
    draft_make(bogdan, FORM)
    consultation_open(bogdan, FORM, Terms())
    hers, office = open_page(), open_page()
    sign_in(hers, aigerim)
    hers.goto("/open-forms/")
    hers.get_by_role("link", name="Service").click()
    need = hers.locator("#part-need")
    need.locator("summary", has_text="Comment").click()
    need.get_by_label("Unfair or outside my control").check(force=True)
    need.get_by_label("In your words").fill("Customers do not tell it")
    sign_in(office, bogdan)
    office.goto(f"/forms/{FORM}/draft?open=criterion:need")
    office.locator("#id_title_en").fill("Asks what the customer needs")
    office.get_by_role("button", name="Save", exact=True).click()
    expect(office.locator("#id_title_en")).to_have_count(0)

    need.get_by_role("button", name="Send").click()
    expect(hers.get_by_role("alert").filter(has_text="wording_changed")).to_be_visible()
    expect(hers.get_by_role("heading", name="Asks what the customer needs")).to_be_visible()
    expect(need.get_by_label("In your words")).to_have_value("Customers do not tell it")
    need.get_by_role("button", name="Send").click()
    expect(need.locator(".comment-said")).to_contain_text("Customers do not tell it")
    assert Comment.objects.get().kind == "unfair"
