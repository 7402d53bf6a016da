"""A call on its way through the line: list and page follow it by themselves, and a failed step can be tried again."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Request, expect

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.calls.models import Call
from sapa.pipeline.models import StageRow, StageState
from tests.browser.conftest import Check, SignIn
from tests.browser.rows import Seen, calls_store

POLL_MS = 2_500  # a little more than the pages wait between two questions


def _stand(call: Call, stage: str, state: StageState, **more: object) -> None:
    StageRow.objects.update_or_create(
        call=call, stage=stage, defaults={"state": state, "opened_at": call.created_at, **more}
    )


def _questions(page: Page) -> list[str]:
    """The addresses that the page asks for by itself from now on."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if re.search(r"[?&](line|part)=", request.url):
            asked.append(request.url)

    page.on("request", note)
    return asked


def test_the_list_follows_a_call_until_it_is_done(bogdan: Person, page: Page, sign_in: SignIn, axe: Check) -> None:
    moving, _ = calls_store(
        [Seen("Moving", stage="transcribe", state=StageState.WAITING, verdict=""), Seen("Resting", hours_ago=2)]
    )
    sign_in(page, bogdan)
    page.clock.install()
    asked = _questions(page)
    page.goto("/calls/")
    row = page.locator(f"#call-{moving.pk}")
    expect(row).to_contain_text("Transcript · waiting")
    expect(page.locator("#line")).to_contain_text("1 call")
    axe(page)
    _stand(moving, "transcribe", StageState.RUNNING, progress_share=0.5)
    page.clock.run_for(POLL_MS)
    expect(row.get_by_role("progressbar")).to_have_attribute("value", "38")
    _stand(moving, "transcribe", StageState.DONE)
    for stage in ("analyse", "grade"):
        _stand(moving, stage, StageState.DONE)
    page.clock.run_for(POLL_MS)
    expect(row).to_contain_text("Done")
    expect(page.locator("#line")).to_have_text("")
    assert asked
    asked.clear()
    page.clock.run_for(10 * POLL_MS)
    assert not asked, "the list still asks although nothing moves"


def test_a_list_where_nothing_moves_asks_nothing(bogdan: Person, page: Page, sign_in: SignIn) -> None:
    calls_store([Seen("Resting")])
    sign_in(page, bogdan)
    page.clock.install()
    asked = _questions(page)
    page.goto("/calls/")
    expect(page.get_by_role("status")).to_have_text("1 call")
    page.clock.run_for(10 * POLL_MS)
    assert not asked


def test_the_call_page_shows_each_stage_and_then_the_findings(
    call: Call, bogdan: Person, page: Page, sign_in: SignIn, axe: Check
) -> None:
    StageRow.objects.filter(call=call, stage="grade").delete()
    _stand(call, "analyse", StageState.RUNNING, progress_share=0.25)
    sign_in(page, bogdan)
    page.clock.install()
    page.goto(f"/calls/{call.pk}/")
    line = page.get_by_role("region", name="Processing")
    expect(line.get_by_role("listitem")).to_have_text(
        [
            re.compile(r"Recording\s+Done"),
            re.compile(r"Transcript\s+Done"),
            re.compile(r"3\s+Measures\s+Running · 25.%"),
            re.compile(r"4\s+Marks\s+to come"),
        ]
    )
    expect(line.get_by_role("progressbar")).to_have_attribute("value", "56")
    axe(page)
    _stand(call, "analyse", StageState.RUNNING, progress_share=0.75)
    page.clock.run_for(POLL_MS)
    expect(line).to_contain_text(re.compile(r"Running · 75.%"))
    _stand(call, "analyse", StageState.DONE)
    _stand(call, "grade", StageState.DONE)
    with page.expect_navigation():
        page.clock.run_for(POLL_MS)
    expect(line).to_have_count(0)
    expect(page.get_by_role("region", name="Verdict")).to_be_visible()


def test_a_failed_step_says_why_and_is_tried_again(
    call: Call, bogdan: Person, page: Page, sign_in: SignIn, axe: Check
) -> None:
    _stand(call, "grade", StageState.FAILED, error_code="engine_failed", error_message="Out of memory.")
    sign_in(page, bogdan)
    page.goto(f"/calls/{call.pk}/")
    failure = page.get_by_role("alert").filter(has_text="Marks: this step failed.")
    expect(failure).to_contain_text("The speech engine failed. Try again; if it fails again, tell an administrator")
    expect(failure).to_contain_text("engine_failed")
    expect(failure).to_contain_text("Out of memory.")
    axe(page)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("region", name="Processing")).to_contain_text(re.compile(r"4\s+Marks\s+Waiting"))
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    assert AuditEntry.objects.get(verb="stage.retried").person == bogdan


def test_the_list_names_the_failed_step_and_its_code(bogdan: Person, page: Page, sign_in: SignIn, axe: Check) -> None:
    calls_store([Seen("Broken", stage="transcribe", state=StageState.FAILED, verdict="")])
    sign_in(page, bogdan)
    page.goto("/calls/")
    expect(page.locator("tbody tr")).to_contain_text(re.compile(r"Transcript: failed\s*engine_failed"))
    axe(page)
