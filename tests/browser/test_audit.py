"""An administrator sees who listened to a call, narrows it down, turns the page and takes a table away."""

from __future__ import annotations

import csv

from playwright.sync_api import Page, expect

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.audit.sealing import audit_seal
from sapa.audit.services import audit_stretch, audit_write
from sapa.calls.models import Call
from sapa.desk.sheets.audit import PAGE_ROWS
from tests.browser.conftest import PHONE, Check, OpenPage, Shot, SignIn


def written(call: Call, bogdan: Person, celina: Person) -> None:
    """More than a page of it, two stretches of listening the newest."""
    subject = f"call {call.pk}"
    for place in range(PAGE_ROWS):
        audit_write("call.taken", subject=f"call {place}", file_name=f"in-{place}.wav")
    audit_write("person.changed", subject="person celina", person=bogdan, role="reviewer", team="Cards")
    audit_write("recording.downloaded", subject=subject, person=celina, file="harper.wav")
    audit_stretch("recording.heard", subject=subject, person=bogdan, start_s=12.0, end_s=75.0)
    audit_stretch("recording.heard", subject=subject, person=celina, start_s=0.0, end_s=30.0)
    audit_seal()


def test_who_listened_to_this_call(
    page: Page, call: Call, administrator: Person, bogdan: Person, celina: Person, sign_in: SignIn, axe: Check,
    shot: Shot,
) -> None:  # fmt: skip
    written(call, bogdan, celina)
    sign_in(page, administrator)
    page.goto("/calls/")
    page.get_by_role("link", name="Audit").click()
    expect(page.get_by_role("heading", name="Every row is kept in a sealed chain")).to_be_visible()
    axe(page)
    shot(page, "audit-page")
    page.get_by_label("What was done").select_option(label="Listened to a recording")
    page.get_by_label("On what").fill(f"{page.url.removesuffix('/audit/')}/calls/{call.pk}/")
    page.get_by_label("On what").press("Enter")
    rows = page.get_by_role("row")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("Celina")
    expect(rows.nth(2)).to_contain_text("0:12–1:15")
    page.get_by_label("Who").select_option(label="Bogdan")
    page.get_by_role("button", name="Show").click()
    expect(rows).to_have_count(2)
    with page.expect_download() as started:
        page.get_by_role("button", name="Export these as CSV").click()
    with started.value.path().open(newline="") as table:
        assert [row["person"] for row in csv.DictReader(table)] == ["bogdan"]
    assert AuditEntry.objects.get(verb="audit.exported").person == administrator
    page.get_by_role("link", name="Robert Johnson").click()
    expect(page).to_have_url(page.url.partition("/calls/")[0] + f"/calls/{call.pk}/")


def test_turning_the_page_there_and_back_by_the_keyboard(
    page: Page, call: Call, administrator: Person, bogdan: Person, celina: Person, sign_in: SignIn
) -> None:
    written(call, bogdan, celina)
    sign_in(page, administrator)
    page.goto("/audit/")
    page.get_by_role("link", name="Older").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("in-0.wav")).to_be_visible()
    page.get_by_role("link", name="Newer").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Cards")).to_be_visible()


def test_nothing_found_says_what_to_do(page: Page, administrator: Person, sign_in: SignIn, axe: Check) -> None:
    sign_in(page, administrator)
    page.goto("/audit/?verb=listening&from=2020-01-01&to=2020-01-02")
    expect(page.get_by_role("heading", name="Nothing of the kind was done")).to_be_visible()
    axe(page)
    page.locator("section.empty").get_by_role("link", name="Reset all").click()
    expect(page.get_by_role("row").first).to_be_visible()


def test_on_a_phone_in_the_dark(
    open_page: OpenPage, call: Call, administrator: Person, bogdan: Person, celina: Person, sign_in: SignIn,
    axe: Check, shot: Shot,
) -> None:  # fmt: skip
    written(call, bogdan, celina)
    page = open_page(viewport={**PHONE, "width": 375}, locale="ru", color_scheme="dark")
    sign_in(page, administrator)
    page.goto("/audit/")
    expect(page.get_by_role("heading", name="Каждая строка хранится в опечатанной цепочке")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    axe(page)
    shot(page, "audit-phone-dark-ru")
