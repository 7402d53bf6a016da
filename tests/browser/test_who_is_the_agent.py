"""Nobody knows who the agent is: the page asks, a person answers, and what rests on the answer is made again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.calls.models import Call
from sapa.pipeline.models import StageRow, StageState
from sapa.recordings.models import Recording
from sapa.transcripts.models import TurnRecord
from tests.browser.conftest import Check, Complaints, SignIn


@pytest.fixture
def unsure(call: Call) -> Call:
    """The finished call, but the talk did not show who is who."""
    Recording.objects.filter(call=call).update(
        agent_channel=None, agent_channel_source="unsure", agent_channel_confidence=0.5, agent_channel_reason=""
    )
    TurnRecord.objects.filter(transcript__call=call).update(party="unknown")
    return call


def test_a_person_says_who_it_is_and_the_marks_are_made_again(
    unsure: Call, bogdan: Person, page: Page, sign_in: SignIn, axe: Check
) -> None:
    sign_in(page, bogdan)
    page.goto(f"/calls/{unsure.pk}/")
    question = page.get_by_role("region", name="Who is the agent?")
    expect(question.get_by_role("button")).to_have_text(["Channel 1 is the agent", "Channel 2 is the agent"])
    expect(page.locator("#turn-0")).to_contain_text("Channel 2")
    axe(page)
    question.get_by_role("button", name="Channel 2 is the agent").click()
    expect(page.get_by_role("status").filter(has_text="Noted.")).to_be_visible()
    expect(question).to_have_count(0)
    expect(page.locator("#turn-0")).to_contain_text("Aigerim")
    expect(page.locator("[aria-current=step]")).to_contain_text("Measures")
    axe(page)
    states = dict(StageRow.objects.filter(call=unsure).values_list("stage", "state"))
    assert states == {"recording": "done", "transcribe": "done", "analyse": "waiting"}
    told = AuditEntry.objects.get(verb="recording.agent_channel_told")
    assert told.person == bogdan
    assert told.details == {"channel": 1}


def test_a_wrong_finding_is_swapped(call: Call, bogdan: Person, page: Page, sign_in: SignIn, axe: Check) -> None:
    sign_in(page, bogdan)
    page.goto(f"/calls/{call.pk}/")
    expect(page.locator("#turn-0")).to_contain_text("Aigerim")
    page.get_by_text("The agent is on channel 2").click()
    axe(page)
    page.get_by_role("button", name="Swap agent and customer").click()
    expect(page.get_by_text("The agent is on channel 1")).to_be_visible()
    expect(page.locator("#turn-0")).to_contain_text("Robert Johnson")
    assert StageRow.objects.get(call=call, stage="analyse").state == StageState.WAITING


def test_an_agent_reads_it_but_does_not_change_it(
    call: Call, aigerim: Person, page: Page, sign_in: SignIn, axe: Check
) -> None:
    sign_in(page, aigerim)
    page.goto(f"/calls/{call.pk}/")
    page.get_by_text("The agent is on channel 2").click()
    expect(page.get_by_role("button", name="Swap agent and customer")).to_have_count(0)
    axe(page)


def test_while_the_call_is_worked_on_the_answer_has_to_wait(
    unsure: Call, bogdan: Person, page: Page, sign_in: SignIn, axe: Check, complaints: Complaints
) -> None:
    sign_in(page, bogdan)
    page.goto(f"/calls/{unsure.pk}/")
    StageRow.objects.filter(call=unsure, stage="grade").update(state=StageState.RUNNING)
    complaints.expect("answer: 409")
    page.get_by_role("button", name="Channel 1 is the agent").click()
    expect(page.get_by_text("This call is being worked on. Try again when it is done.")).to_be_visible()
    axe(page)
