"""The call list as a log: its pages by cursor, its filters, and who may ask for what."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from sapa.accounts.models import Person, Role
from sapa.accounts.services import (
    PersonChange,
    pbx_name_give,
    person_change,
    person_create,
    team_create,
    team_grant,
    team_grant_end,
)
from sapa.analytics.models import CallTag
from sapa.calls import log_conditions, log_counting, log_page
from sapa.calls.giving import calls_give
from sapa.calls.models import Call, PbxFile, Queue
from sapa.calls.projects import queue_project_set
from sapa.core.clock import now_at
from sapa.core.remembered import Remembered
from sapa.desk import call_orders, selectors
from sapa.desk.filters import SORT_KEYS
from sapa.desk.tests.test_call_list import add_calls, page
from sapa.pipeline.models import StageRow
from sapa.scorecards.models import EvaluationRecord, ScorecardRevision
from tests.fixtures.cast import SignedIn

ROW = re.compile(r'role="row" id="call-([0-9a-f-]{36})"')


def rows(client: Client, query: str = "") -> list[str]:
    return ROW.findall(page(client, query))


def linked(shown: str, rel: str) -> str:
    """The address behind "next" or "prev"; empty where there is none."""
    found = re.search(rf'rel="{rel}" href="([^"]+)"', shown)
    return found[1].replace("&amp;", "&") if found else ""


def grade(call: Call, cqr_pct: float | None, verdict: str = "successful") -> None:
    revisions, before = ScorecardRevision.objects.order_by("pk"), EvaluationRecord.objects.filter(call=call).count()
    EvaluationRecord.objects.create(
        call=call, revision=revisions[before],
        call_type="service", call_type_source="told", cqr_pct=cqr_pct, coverage_pct=80, verdict=verdict,
        created_at=now_at() + timedelta(seconds=EvaluationRecord.objects.count()),
    )  # fmt: skip


@pytest.fixture
def log(bogdan: Person) -> list[Call]:
    """A hundred and thirty calls, unlike in all that the list sorts by; a third of them graded."""
    calls = []
    cards = Queue.objects.create(name="cards")
    queue_project_set(None, cards.pk, "Retail", may_make=True)
    for place in range(13):
        calls += add_calls(
            10, agent_name=("Aigerim", "Erlan", "")[place % 3], customer_number=f"+7701555{place:04}", talk_s=place % 4,
            wait_s=float(place), hold_s=None, ring_s=2.5, duration_s=place * 10.0, disposition="answered", revision=1,
            direction=("inbound", "outbound", "")[place % 3], queue=(cards, None)[place % 2], hung_up_by="agent",
            transfer_count=place % 2, ended_at=now_at(),
        )  # fmt: skip
    for place, call in enumerate(calls):
        if place % 3 == 0:
            grade(call, (None, 50.0, 80.0)[place % 9 // 3], ("undecided", "unsuccessful", "successful")[place % 9 // 3])
            StageRow.objects.create(call=call, stage="grade", state=("done", "failed")[place % 2], opened_at=now_at())
    CallTag.objects.create(call=calls[7], kind="silence", party="unknown", start_s=1, end_s=2)
    return calls


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("key", SORT_KEYS)
def test_every_order_shows_every_call_once_forth_and_back(
    log: list[Call], bogdan: Person, signed_in: SignedIn, key: str, sign: str
) -> None:
    client = signed_in(bogdan)
    pages = [page(client, f"?sort={sign}{key}")]
    while address := linked(pages[-1], "next"):
        pages.append(page(client, address))
    there = [ROW.findall(shown) for shown in pages]
    assert [len(found) for found in there] == [50, 50, 30]
    assert {call_id for found in there for call_id in found} == {str(call.pk) for call in log}
    assert "130 calls · 101–130" in pages[-1]
    back = [pages[-1]]
    while address := linked(back[-1], "prev"):
        back.append(page(client, address))
    assert [ROW.findall(shown) for shown in back[::-1]] == there


def test_by_cqr_the_newest_evaluation_counts(log: list[Call], bogdan: Person, signed_in: SignedIn) -> None:
    grade(log[3], 99.0)
    grade(log[0], None)  # had none, has none
    client = signed_in(bogdan)
    assert rows(client, "?sort=-cqr")[0] == str(log[3].pk)
    assert str(log[3].pk) not in rows(client, "?verdict=unsuccessful")
    assert str(log[3].pk) in rows(client, "?cqr_from=90")
    assert rows(client, "?cqr_to=98").count(str(log[3].pk)) == 0


FILTERS = {
    "team=Cards": 50, "number=7701+555": 50, "number=%2B77015550003": 10, "ended_by=agent": 50, "ended_by=system": 0,
    "moved=yes": 50, "moved=no": 50, "talk_from=3": 30, "talk_to=0:01": 30, "talk_from=1&talk_to=2": 50,
    "wait_from=0:12": 10, "hold_from=1": 0, "ring_from=2&ring_to=3": 50, "duration_from=2:00": 10, "cqr_from=60": 14,
    "cqr_to=60": 15, "verdict=undecided": 15, "state=failed": 22, "state=done": 22, "state=none": 50, "team=Nobody": 0,
    "project=Retail": 50, "project=Retail&wait_from=0:12": 10, "project=Retail&wait_to=0:02": 10, "project=Nobody": 0,
    "queue=cards&direction=outbound&talk_from=0:03": 0, "talk_from=x&wait_to=-1&cqr_from=many": 50, "state=missing": 0,
}  # fmt: skip


@pytest.mark.parametrize(("query", "found"), FILTERS.items(), ids=FILTERS)
def test_a_filter_finds_what_it_says(
    log: list[Call], bogdan: Person, aigerim: Person, signed_in: SignedIn, query: str, found: int
) -> None:
    team_create(None, "Cards")
    person_change(None, "aigerim", PersonChange(team="Cards"))
    assert len(rows(signed_in(bogdan), f"?{query}")) == found


@pytest.mark.parametrize("query", FILTERS, ids=FILTERS)
def test_the_same_is_found_in_a_log_too_large_to_be_looked_through(
    log: list[Call], bogdan: Person, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    client = signed_in(bogdan)
    few, newest = set(rows(client, f"?{query}&sort=-wait")), rows(client, f"?{query}")
    monkeypatch.setattr(log_counting, "MOST_COUNTED", 20)
    monkeypatch.setattr(log_counting, "WALKED", 5)
    monkeypatch.setattr(log_conditions.leading, "__kwdefaults__", {"most": 1, "wide_costs": 1, "is_far": False})
    monkeypatch.setattr(call_orders, "MOST_SORTED", 20)
    for reached in ({}, {"MOST_WALKED": 1, "MOST_WALKED_IN_TIME": 1}, {"LED_FROM": 1, "LED_AT_LAST": 1}):
        for name, value in reached.items():
            monkeypatch.setattr(log_page, name, value)
        assert set(rows(client, f"?{query}&sort=-wait")) == few
        assert rows(client, f"?{query}") == newest


@pytest.mark.parametrize("query", ["verdict=undecided", "cqr_from=60", "state=failed", "state=done"])
@pytest.mark.parametrize("sort", ["", "-talk", "agent", "-cqr", "state"])
def test_what_another_table_tells_is_found_alike_whether_it_was_kept_from_counting_or_is_asked_again(
    log: list[Call], aigerim: Person, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch, query: str, sort: str
) -> None:
    pbx_name_give(aigerim, name="Aigerim")
    client, query = signed_in(aigerim), f"?{query}&sort={sort}"
    kept = rows(client, query)
    monkeypatch.setattr(selectors, "PAGE_ROWS", 2)
    for few in (500, 0):
        monkeypatch.setattr(log_counting, "FEW", few)
        pages = [page(client, query)]
        while address := linked(pages[-1], "next"):
            pages.append(page(client, address))
        back = [pages[-1]]
        while address := linked(back[-1], "prev"):
            back.append(page(client, address))
        assert len(pages) > 1
        assert [call_id for shown in pages for call_id in ROW.findall(shown)] == kept
        assert [call_id for shown in back[::-1] for call_id in ROW.findall(shown)] == kept


def test_a_recording_that_was_announced_and_has_not_come_is_found(bogdan: Person, signed_in: SignedIn) -> None:
    over = now_at() - timedelta(hours=1)
    missing, awaited = (
        add_calls(1, revision=1, announced_count=1, ended_at=ended_at)[0] for ended_at in (over, now_at())
    )
    found = rows(signed_in(bogdan), "?state=missing")
    assert (str(missing.pk) in found, str(awaited.pk) in found) == (True, False)


def test_each_filter_has_a_chip_that_takes_it_away(log: list[Call], bogdan: Person, signed_in: SignedIn) -> None:
    shown = page(signed_in(bogdan), "?talk_from=90&talk_to=5:00&cqr_to=60&ended_by=agent&moved=no&number=%2B7")
    for words in ("1:30–5:00", "≤\N{NO-BREAK SPACE}60\N{NO-BREAK SPACE}%", "Not transferred", "Agent", "+7"):
        assert words in shown
    assert "?number=%2B7&amp;ended_by=agent&amp;moved=no&amp;cqr_to=60" in shown  # without the talk


def test_a_log_too_large_to_be_sorted_by_a_value_says_so(
    log: list[Call], bogdan: Person, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "MOST_SORTED", 100)
    shown = page(signed_in(bogdan), "?sort=queue")
    assert "Sorted by time" in shown
    assert "aria-sort" not in shown
    assert len(ROW.findall(shown)) == 50


def test_a_count_that_is_not_exact_is_said_to_be_none(
    log: list[Call], bogdan: Person, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_counting, "MOST_COUNTED", 100)
    assert "Over 100 calls · 1–50" in page(signed_in(bogdan))


def test_what_stands_on_one_page_is_counted_however_far_back_it_lies(
    bogdan: Person, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_calls(20)
    long_ago = now_at() - timedelta(days=300)
    Call.objects.filter(pk__in=[call.pk for call in add_calls(3, hung_up_by="system")]).update(started_at=long_ago)
    monkeypatch.setattr(log_counting, "MOST_COUNTED", 10)
    monkeypatch.setattr(log_counting, "WALKED", 5)
    shown = page(signed_in(bogdan), "?ended_by=system")
    assert "3 calls" in shown
    assert "Over 3 calls" not in shown


HOSTILE = ["after=x", "before=%00", "after=WyJ4Il0", "after=" + "A" * 5_000, "after=%D1%91&before=%FF"]


@pytest.mark.parametrize("query", HOSTILE)
def test_a_hostile_cursor_is_the_first_page(log: list[Call], bogdan: Person, signed_in: SignedIn, query: str) -> None:
    client = signed_in(bogdan)
    assert rows(client, f"?{query}") == rows(client)


def test_behind_the_last_call_the_list_begins_anew(log: list[Call], bogdan: Person, signed_in: SignedIn) -> None:
    client = signed_in(bogdan)
    second = linked(page(client), "next")
    Call.objects.exclude(pk__in=rows(client)).delete()
    assert rows(client, second) == rows(client)


def test_a_cursor_of_another_order_is_the_first_page(log: list[Call], bogdan: Person, signed_in: SignedIn) -> None:
    client = signed_in(bogdan)
    cursor = linked(page(client), "next").rpartition("after=")[2]
    assert rows(client, f"?sort=-talk&after={cursor}") == rows(client, "?sort=-talk")


def test_who_sees_some_calls_pages_through_those(
    log: list[Call], bogdan: Person, aigerim: Person, signed_in: SignedIn
) -> None:
    team_create(None, "Cards")
    person_change(None, "aigerim", PersonChange(team="Cards"))
    team_grant(None, "bogdan", "Cards")
    own = {str(call.pk) for call in log if call.agent_name == "Aigerim"}
    for person in (bogdan, aigerim):
        client = signed_in(Person.objects.get(pk=person.pk))
        for query in ("", "?sort=-talk", "?sort=cqr", "?sort=agent", "?q=555", "?number=7701"):
            assert set(rows(client, query)) == own
        assert rows(client, "?agent=Erlan") == []


NAMING = ["agent=Aigerim", "team=Cards", "number=%2B77015550000", "q=555", "q=Aigerim", "sort=agent", "sort=-customer"]


@pytest.mark.parametrize("query", NAMING)
def test_names_that_are_kept_from_somebody_are_neither_sorted_nor_filtered_by(
    log: list[Call], bogdan: Person, aigerim: Person, farida: Person, signed_in: SignedIn, query: str
) -> None:
    team_create(None, "Cards")
    person_change(None, "aigerim", PersonChange(team="Cards"))
    calls_give(bogdan, farida, [call.pk for call in log[:40]], until_on=None)
    client = signed_in(farida)
    assert rows(client, f"?{query}") == rows(client)
    shown = page(client, f"?{query}")
    assert ">Aigerim<" not in shown
    assert 'name="team"' not in shown


def test_who_marks_blind_neither_sorts_nor_filters_by_the_machines_marks(
    log: list[Call], celina: Person, signed_in: SignedIn, settings: Any
) -> None:
    settings.SAPA_BLIND_REVIEWS = True
    client = signed_in(celina)
    assert rows(client, "?sort=-cqr") == rows(client, "?sort=cqr") == rows(client)
    for query in ("?verdict=successful", "?cqr_from=1", "?cqr_to=100"):
        assert rows(client, query) == []


def test_menus_name_only_what_one_sees(log: list[Call], bogdan: Person, signed_in: SignedIn) -> None:
    PbxFile.objects.create(kind=1, head_bytes=1, head_sha256="x", name="queue_log", seen_at=now_at())
    Queue.objects.create(name="empty")
    pbx_name_give(person_create("b", role=Role.AGENT), name="<b>")
    add_calls(1, agent_name="<b>")
    shown = page(signed_in(bogdan), "?agent=Erlan")
    assert '<option value="Erlan" selected>Erlan</option>' in shown
    assert '<option value="&lt;b&gt;">&lt;b&gt;</option>' in shown
    assert '<option value="cards">cards</option>' in shown
    assert ">empty</option>" not in shown


def test_a_menu_asks_for_a_name_to_the_letter(bogdan: Person, signed_in: SignedIn) -> None:
    """A browser would send the text of an option without its spaces."""
    odd = 'Ann  "O\'Neil" <1>'
    add_calls(2, agent_name=odd)
    add_calls(3, agent_name="Erlan")
    client = signed_in(bogdan)
    shown = page(client)
    menus = re.search(r'<select[^>]* name="agent".*?</select>', shown, re.S)
    hints = re.search(r"<datalist.*?</datalist>", shown, re.S)
    assert menus is not None
    assert hints is not None
    for found in (menus, hints):
        values = [unescape(value) for value in re.findall(r'<option value="([^"]*)"', found[0]) if value]
        assert values == [odd, "Erlan"]
    assert len(rows(client, f"?{urlencode({'agent': odd})}")) == 2


@pytest.mark.parametrize("query", ["", "?sort=-talk", "?sort=-cqr", "?agent=Aigerim&sort=hold&queue=cards", "?q=555"])
def test_a_page_asks_the_same_number_of_questions_whatever_there_is(
    log: list[Call], bogdan: Person, signed_in: SignedIn, query: str,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    client = signed_in(bogdan)
    page(client, query)
    with django_assert_max_num_queries(24):
        page(client, query)


def test_what_is_remembered_of_a_large_log_outlives_no_grant(
    log: list[Call], bogdan: Person, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_conditions, "REMEMBERED_FROM", 10)
    for name, value in (("REMEMBERED_FROM", 10), ("MOST_COUNTED", 10), ("WALKED", 20), ("FAR_WALKED", 20)):
        monkeypatch.setattr(log_counting, name, value)
    monkeypatch.setattr(log_counting, "leading", partial(log_conditions.leading, most=10))
    for module, name in ((log_counting, "_at_least"), (log_counting, "_newest_at"), (log_conditions, "_led_to")):
        monkeypatch.setattr(module, name, Remembered(60))
    for agent in ("Aigerim", "Erlan"):
        team_create(None, agent)
        pbx_name_give(person_create(f"of-{agent}", role=Role.AGENT), name=agent)
        person_change(None, f"of-{agent}", PersonChange(team=agent))
    theirs = {agent: {str(call.pk) for call in log if call.agent_name == agent} for agent in ("Aigerim", "Erlan")}
    team_grant(None, bogdan.username, "Aigerim")
    client = signed_in(bogdan)
    for _ in range(2):  # the second time of what is remembered
        assert set(rows(client)) <= theirs["Aigerim"]
        assert set(rows(client, "?sort=-talk")) <= theirs["Aigerim"]
    assert log_counting._at_least._kept
    team_grant(None, bogdan.username, "Erlan")
    team_grant_end(None, bogdan.username, "Aigerim")
    for query in ("", "?sort=-talk", "?sort=-cqr", "?agent=Aigerim"):
        assert set(rows(client, query)) <= theirs["Erlan"], query
    assert len(rows(client)) == min(len(theirs["Erlan"]), 50)
