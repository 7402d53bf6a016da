"""The log of calls page by page: every call once, forth and back, with ties, without values, while calls come in."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from django.db.models import Q
from pytest_django import DjangoAssertNumQueries

from sapa.accounts.models import Person
from sapa.calls import log_conditions, log_counting, log_page
from sapa.calls.log_conditions import (
    Condition,
    fact,
    fact_checked,
    log_calls,
    measured,
    nearest,
    numbered,
    period,
    undirected,
)  # fmt: skip
from sapa.calls.log_orders import Cursor, Order, by_measure, by_text, by_time, cursor_from
from sapa.calls.models import Call
from sapa.core.remembered import Remembered

pytestmark = pytest.mark.django_db
TWO = ["Aigerim", "Bogdan"]
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORDERS = [
    order
    for is_descending in (True, False)
    for order in (
        by_time(is_descending=is_descending),
        by_measure("talk", is_descending=is_descending),
        by_text("agent", "agent_name", is_descending=is_descending),
        by_text("customer", "customer_number", is_descending=is_descending),
    )
]
SINCE, UNTIL = AT + timedelta(minutes=2), AT + timedelta(minutes=10)
NAMED = pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.name)


def made(count: int, *, begin: int = 0) -> list[Call]:
    """Three share a moment, every second has no talk or an unknown one, agents and numbers repeat and are missing."""
    return Call.objects.bulk_create(
        Call(
            source_key=f"log:{place}",
            started_at=AT + timedelta(minutes=place // 3),
            created_at=AT,
            talk_s=(None, 0.0, 30.0, 30.0, float(place % 7), 0.1 + 0.2)[place % 6],
            wait_s=float(place),
            agent_name=("", "Aigerim", "Bogdan", "Żaneta")[place % 4],
            customer_number=("", "+77015550101", "+77015550102", "101", "anonymous")[place % 5],
            direction="" if place == 43 else ("inbound", "outbound", "internal")[place % 3],
            disposition=("answered", "abandoned")[place % 5 == 0],
        )
        for place in range(begin, begin + count)
    )


def some_minutes() -> Condition:
    asked = period(SINCE, UNTIL)
    assert asked is not None
    return asked


def in_parts() -> Condition:
    """Two names or who was abandoned, as whose calls they are is told: by two indexes, each for its part."""
    agents, rest = Q(agent_name__in=TWO), Q(disposition="abandoned")
    parts = (agents, rest & ~Q(agent_name_unled__in=TWO))
    rows = [log_calls().filter(part).values("pk") for part in parts]
    return Condition(log_conditions.unled(agents | rest), agents | rest, tuple(rows), parts)


@pytest.fixture(params=["gathered", "walked", "led at last", "at last"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Few calls make each of the ways in which a page is found."""
    if request.param != "gathered":
        monkeypatch.setattr(log_page, "LED_FROM", 1)
        monkeypatch.setattr(log_conditions.leading, "__kwdefaults__", {"most": 1, "wide_costs": 1, "is_far": False})
        monkeypatch.setattr(log_counting, "WALKED", 3 if request.param == "walked" else 1)
        monkeypatch.setattr(log_page, "LEAST_WALKED", 3 if request.param == "walked" else 1)
    if request.param == "at last":
        monkeypatch.setattr(log_page, "LED_AT_LAST", 1)
    if request.param in ("at last", "led at last"):
        monkeypatch.setattr(log_page, "MOST_WALKED", 1)
        monkeypatch.setattr(log_page, "MOST_WALKED_IN_TIME", 1)
    return str(request.param)


def page_of(conditions: Sequence[Condition], order: Order, cursor: Cursor | None, limit: int = 4) -> log_page.LogPage:
    return log_page.log_page(conditions, order, cursor, limit, counted=log_counting.log_count(conditions))


def turned_over(
    conditions: Sequence[Condition], order: Order, *, then: Callable[[], Any] = lambda: None
) -> list[log_page.LogPage]:
    """From the first page to the last, by the addresses that each gives; `then` happens between the pages."""
    pages = [page_of(conditions, order, None)]
    while pages[-1].older is not None:
        then()
        text = pages[-1].older.as_text()
        pages.append(page_of(conditions, order, cursor_from(text, order)))
    return pages


def turned_back(conditions: Sequence[Condition], order: Order, last: log_page.LogPage) -> list[log_page.LogPage]:
    pages = [last]
    while pages[-1].newer is not None:
        text = pages[-1].newer.as_text()
        pages.append(page_of(conditions, order, cursor_from(text, order, is_back=True)))
    return pages[::-1]


def ids(pages: Sequence[log_page.LogPage]) -> list[UUID]:
    return [call_id for page in pages for call_id in page.ids]


@NAMED
@pytest.mark.parametrize(
    "narrowed",
    [(), ("agent",), ("direction", "agents"), ("parts",), ("parts", "direction"), ("period", "parts", "agents")],
    ids="+".join,
)
def test_every_call_stands_on_one_page_forth_and_back(order: Order, narrowed: tuple[str, ...], way: str) -> None:
    calls = made(47)
    known: dict[str, tuple[Condition, Callable[[Call], bool]]] = {
        "agent": (fact("agent_name", value="Aigerim"), lambda call: call.agent_name == "Aigerim"),
        "agents": (fact("agent_name", lookup="in", value=TWO), lambda call: call.agent_name in TWO),
        "parts": (in_parts(), lambda call: call.agent_name in TWO or call.disposition == "abandoned"),
        "direction": (fact_checked(direction="inbound"), lambda call: call.direction == "inbound"),
        "period": (some_minutes(), lambda call: SINCE <= call.started_at < UNTIL),
    }  # fmt: skip
    conditions = nearest([known[name][0] for name in narrowed])
    wanted = {call.pk for call in calls if all(known[name][1](call) for name in narrowed)}
    pages = turned_over(conditions, order)
    assert set(ids(pages)) == wanted
    assert len(ids(pages)) == len(wanted)
    assert all(len(page.ids) == 4 for page in pages[:-1])
    assert [page.place for page in pages] == [4 * number for number in range(len(pages))]
    assert ids(turned_back(conditions, order, pages[-1])) == ids(pages)


@pytest.mark.parametrize("is_descending", [True, False])
def test_what_has_no_talk_comes_last_both_ways_and_ties_the_newest_first(is_descending: bool) -> None:
    made(47)
    order = by_measure("talk", is_descending=is_descending)
    calls = {call.pk: call for call in Call.objects.all()}
    listed = [calls[call_id] for call_id in ids(turned_over([], order))]
    talks = [call.talk_s or None for call in listed]
    known = [talk for talk in talks if talk]
    assert talks == [*sorted(known, reverse=is_descending), *[None] * (47 - len(known))]
    for one, other in pairwise(listed):
        if (one.talk_s or None) == (other.talk_s or None):
            assert one.started_at >= other.started_at


@NAMED
def test_calls_that_come_between_two_pages_move_none_of_the_others(order: Order) -> None:
    before = {call.pk for call in made(40)}
    coming = iter(range(1_000, 1_060, 5))  # by time upwards they are met at the end
    seen = ids(turned_over([], order, then=lambda: [made(5, begin=begin) for begin in [next(coming, 0)] if begin]))
    assert before <= set(seen)
    assert len(seen) == len(set(seen))


def test_a_call_that_a_cursor_was_made_of_may_go_away() -> None:
    made(20)
    order = by_measure("wait", is_descending=True)
    first = page_of([], order, None)
    rest = ids(turned_over([], order))[4:]
    Call.objects.filter(pk__in=first.ids).delete()
    assert first.older is not None
    assert page_of([], order, first.older).ids == rest[:4]


def hostile() -> list[str]:
    good = Cursor("-talk", True, (30.0, AT, UUID(int=1)), 4).as_text()
    forged = [
        ["-talk", 1, 0, "30", AT.isoformat(), "1" * 32], ["-talk", 1, 0, 30.0, "yesterday", "1" * 32],
        ["-talk", 1, 0, 30.0, "0001-01-01T00:00:00+00:00", "1" * 32], ["-talk", 1, 0, 30.0, "2026-01-01", "1" * 32],
        ["-talk", 1, 0, float("nan"), AT.isoformat(), "1" * 32], ["-talk", 1, 0, 10**400, AT.isoformat(), "1" * 32],
        ["-talk", 1, 0, 30.0, AT.isoformat(), "x"], ["-talk", 1, -1, 30.0, AT.isoformat(), "1" * 32],
        ["-talk", 1, 10**30, 30.0, AT.isoformat(), "1" * 32], ["-talk", 2, 0, 30.0, AT.isoformat(), "1" * 32],
        ["-talk", True, 0, True, AT.isoformat(), "1" * 32], ["talk", 1, 0, 30.0, AT.isoformat(), "1" * 32],
        ["-talk", 1, 0], ["-talk"], [], {}, 5, None, "-talk", [[]] * 6,
    ]  # fmt: skip
    texts = [base64.urlsafe_b64encode(json.dumps(one).encode()).decode() for one in forged]
    return [
        *texts,
        good[:-5],
        good + "AAAA",
        "!",
        "=",
        "ё",
        "%00",
        "A" * 5_000,
        base64.b64encode(b"[" * 2_000).decode(),
    ]


@pytest.mark.parametrize("text", hostile())
def test_what_was_never_given_here_is_no_cursor(text: str) -> None:
    assert cursor_from(text, by_measure("talk", is_descending=True)) is None


@pytest.mark.parametrize("value", ["\0", "\ud800", "x" * 300])
def test_a_name_that_no_column_holds_is_no_cursor(value: str) -> None:
    told = ["agent", 1, 0, value, AT.isoformat(), "1" * 32]
    text = base64.urlsafe_b64encode(json.dumps(told).encode()).decode()
    assert cursor_from(text, by_text("agent", "agent_name", is_descending=False)) is None


def test_a_count_is_exact_or_what_there_is_more_of(monkeypatch: pytest.MonkeyPatch) -> None:
    made(47)
    inbound = [fact_checked(direction="inbound")]
    assert log_counting.log_count([]) == log_counting.Counted(47, is_exact=True)
    assert log_counting.log_count(inbound) == log_counting.Counted(16, is_exact=True)
    monkeypatch.setattr(log_counting, "MOST_COUNTED", 10)
    assert log_counting.log_count([]) == log_counting.Counted(10, is_exact=False)
    monkeypatch.setattr(log_counting, "WALKED", 8)  # the nine newest, and who shares the last one's moment
    least = log_counting.log_count(inbound)
    assert (least.number, least.is_exact) == (4, False)


def test_of_one_whose_index_tells_every_fact_no_more_is_asked_than_whether_it_leads_to_few(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made(47)
    with django_assert_num_queries(1):
        few = log_counting.log_count([fact("agent_name", lookup="in", value=TWO)])
    assert few == log_counting.Counted(24, is_exact=True)
    monkeypatch.setattr(log_counting, "MOST_COUNTED", 10)
    with django_assert_num_queries(1):
        over = log_counting.log_size([fact("agent_name", lookup="in", value=TWO)])
    assert over == log_counting.Counted(10, is_exact=False)
    monkeypatch.setattr(log_counting, "MOST_COUNTED", 24)
    assert log_counting.log_size([fact("agent_name", lookup="in", value=TWO)]) == few


def test_of_a_large_log_what_pages_are_planned_by_is_remembered_and_no_figure_that_is_said_to_be_exact(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for name, value in (("MOST_COUNTED", 10), ("REMEMBERED_FROM", 10), ("WALKED", 20), ("FAR_WALKED", 20)):
        monkeypatch.setattr(log_counting, name, value)
    monkeypatch.setattr(log_conditions, "REMEMBERED_FROM", 10)
    for module, name in ((log_counting, "_at_least"), (log_counting, "_newest_at"), (log_conditions, "_led_to")):
        monkeypatch.setattr(module, name, Remembered(60))
    made(47)
    over, inbound = log_counting.Counted(10, is_exact=False), [fact_checked(direction="inbound")]
    assert (log_counting.log_size([]), log_counting.log_count(inbound).number) == (over, 8)
    with django_assert_num_queries(1):
        assert (log_counting.log_size([]), log_counting.log_count(inbound).number) == (over, 8)
    assert log_counting.log_size([fact("agent_name", value="nobody")]) == log_counting.Counted(0, is_exact=True)
    made(3, begin=60)
    assert log_counting.log_count(inbound).number == 9  # counted anew, from the moment that is remembered


def test_that_an_index_leads_to_many_is_remembered_and_what_it_leads_to_if_they_are_few_is_counted_anew(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(log_conditions, "REMEMBERED_FROM", 10)
    monkeypatch.setattr(log_conditions, "_led_to", Remembered(60))
    made(48)

    def sizes(most: int) -> tuple[int, int]:
        return fact("agent_name", lookup="in", value=TWO).size(most), fact("agent_name", value="Aigerim").size(most)

    assert sizes(20) == (20, 12)
    with django_assert_num_queries(1):
        assert sizes(20) == (20, 12)
    with django_assert_num_queries(1):
        assert sizes(10) == (10, 10)
    with django_assert_num_queries(2):
        assert sizes(30) == (24, 12)  # it was known of twenty alone
    Call.objects.filter(agent_name="Aigerim").delete()
    assert sizes(15) == (15, 0)  # a minute old


@pytest.mark.parametrize(("number", "about"), [(10_000, 10_000), (5_231, 5_000), (51, 50), (7, 7)])
def test_what_is_not_exact_is_said_in_round_figures(number: int, about: int) -> None:
    assert log_counting.Counted(number, is_exact=False).about == about


@pytest.mark.parametrize(
    ("typed", "found"),
    [("+7 (701) 555", 2), ("77015550102", 1), ("7701", 2), ("101", 1), ("anon", 1), ("555", 0), ("+101", 0)],
)
def test_a_number_is_found_by_how_it_begins_as_people_type_it(typed: str, found: int) -> None:
    made(5)
    condition = numbered(typed)
    for asked in (condition.lead, condition.check):
        assert asked is not None
        assert log_conditions.log_calls().filter(asked).count() == found


def test_both_forms_of_a_condition_mean_the_same() -> None:
    made(47)
    conditions = [
        fact("agent_name", value="Aigerim"), measured("talk_s", 1.0, None), measured("talk_s", None, 30.0),
        measured("wait_s", 5.0, 9.0), period(AT, AT + timedelta(minutes=4)), period(None, AT + timedelta(minutes=1)),
        numbered("+7701"), undirected(), in_parts(),
    ]  # fmt: skip
    for condition in conditions:
        assert condition is not None
        assert condition.lead is not None
        led, checked = (log_conditions.log_calls().filter(asked) for asked in (condition.lead, condition.check))
        assert set(led) == set(checked)
        assert condition.size(1_000) >= led.count() > 0
        found = [call for part in condition.parts for call in log_calls().filter(part)]
        assert not condition.parts or (set(found) == set(led) and len(found) == len(set(found)))
        assert not condition.parts or condition.size(1_000) == len(found)


def test_an_index_in_the_order_of_time_leads_to_those_of_the_period_alone() -> None:
    calls = made(47)
    then, agents = some_minutes(), fact("agent_name", lookup="in", value=TWO)
    inbound = fact_checked(direction="inbound")
    within = [call for call in calls[6:30] if call.agent_name in TWO]
    asked, narrowed, rest = nearest([then, agents, inbound])
    assert narrowed.size(1_000) == len(within) < agents.size(1_000)
    assert log_conditions.leading([asked, narrowed, rest]) is narrowed
    assert asked.lead == then.lead  # the newest are still counted within it
    assert nearest([then, inbound]) == [then, inbound]
    assert nearest([agents, inbound]) == [agents, inbound]


def test_who_would_have_to_count_as_many_as_it_reads_counts_fewer() -> None:
    """Ten times as many are read at once of an index that tells every fact."""
    made(48)
    some, fewer, few = (fact("agent_name", lookup="in", value=names) for names in (TWO, ["Aigerim"], ["nobody"]))
    leading = partial(log_conditions.leading, most=100, wide_costs=0.1)
    assert leading([some, fewer]) is some  # 12 of 24: to know it costs as much as it saves
    assert leading([some, few]) is few
    assert leading([some, fewer], is_far=True) is fewer
    assert leading([some, fewer, Condition(Q(), is_far=True)]) is fewer


@pytest.mark.parametrize("count", [20, 120])
def test_a_page_takes_the_same_questions_however_many_calls_there_are(
    count: int, bogdan: Person, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    made(count)
    with django_assert_max_num_queries(6):
        page_of([fact("agent_name", value="Aigerim")], by_measure("talk", is_descending=True), None)
