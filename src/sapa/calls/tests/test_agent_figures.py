"""What a stretch of an agent's time amounts to."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sapa.calls.agent_figures import AgentFacts, Span, agent_figures
from sapa.calls.types import AgentShare, MissedOffer

SALES, HELP, DESK = ("Aigerim", "sales"), ("Aigerim", "help"), ("Aigerim", "")


def share(since: float, until: float, *, hold_s: float = 0.0) -> AgentShare:
    return AgentShare("Aigerim", "", "sales", since, until, 3.0, until - since - hold_s, hold_s)


def test_time_in_two_queues_at_once_counts_once() -> None:
    found = agent_figures(AgentFacts([Span(SALES, 100, 500), Span(HELP, 200, 700)]), 0, 1000)
    assert (found.logged_in_s, found.first_in_at, found.last_out_at, found.is_in) == (600, 100, 700, False)


def test_paused_is_who_is_available_nowhere() -> None:
    facts = AgentFacts(
        [Span(SALES, 0, 900), Span(HELP, 0, 500)], [Span(SALES, 100, 400, "Tea"), Span(HELP, 300, 500, "Lunch")]
    )
    found = agent_figures(facts, 0, 1000)
    assert (found.paused_s, found.partly_paused_s, found.pauses_s) == (100, 300, {"Lunch": 100})


def test_a_day_is_cut_at_its_edges_and_knows_who_stays_in() -> None:
    facts = AgentFacts([Span(SALES, -500, 1500)], [Span(SALES, 900, 1200, "Tea")], [share(-50, 50), share(950, 1100)])
    found = agent_figures(facts, 0, 1000)
    assert (found.logged_in_s, found.paused_s, found.on_calls_s) == (1000, 100, 100)
    assert (found.first_in_at, found.last_out_at, found.is_in) == (-500, None, True)
    assert (found.calls, found.talk_s) == (1, 150)  # of the call answered in it, whole


def test_occupancy_is_handling_to_handling_and_waiting() -> None:
    facts = AgentFacts([Span(SALES, 0, 1000)], [Span(SALES, 0, 200, "Tea")], [share(300, 700, hold_s=50)])
    found = agent_figures(facts, 0, 1000)
    assert found.occupancy_share == 0.5
    assert (found.talk_s, found.hold_s, found.ring_s) == (350, 50, 3)


def test_who_pauses_to_call_out_is_not_over_the_whole() -> None:
    found = agent_figures(AgentFacts([Span(SALES, 0, 100)], [Span(SALES, 0, 100, "Out")], [share(0, 90)]), 0, 1000)
    assert found.occupancy_share == 1.0


def test_what_no_record_tells_is_not_0() -> None:
    told = agent_figures(AgentFacts(shares=[share(0, 60)], missed=[MissedOffer("Aigerim", "sales", 5, 9)]), 0, 100)
    assert (told.logged_in_s, told.paused_s, told.occupancy_share, told.first_in_at) == (None, None, None, None)
    assert (told.on_calls_s, told.calls, told.missed_offers) == (60, 1, 1)
    begun_before = AgentFacts([Span(SALES, 50, 90, is_since_known=False)])
    assert agent_figures(begun_before, 0, 100).logged_in_s is None
    assert agent_figures(begun_before, 60, 100).logged_in_s == 30  # by then it had begun


def test_a_member_of_queues_conf_has_pauses_without_sessions() -> None:
    found = agent_figures(AgentFacts(pauses=[Span(SALES, 10, 40, "Tea")]), 0, 100)
    assert (found.logged_in_s, found.paused_s, found.pauses_s) == (None, 30, {"Tea": 30})


def test_a_pause_counts_for_who_is_logged_in_at_a_desk() -> None:
    found = agent_figures(AgentFacts([Span(DESK, 0, 100)], [Span(SALES, 20, 50, "Tea")]), 0, 100)
    assert (found.logged_in_s, found.paused_s) == (100, 30)


_spans = st.lists(
    st.tuples(st.sampled_from([SALES, HELP]), st.integers(0, 90), st.integers(1, 40), st.sampled_from(["Tea", ""])),
    max_size=6,
).map(lambda drawn: [Span(place, since, since + long, reason) for place, since, long, reason in drawn])


@settings(max_examples=200, deadline=None)
@given(_spans, _spans, st.lists(st.tuples(st.integers(0, 90), st.integers(1, 40)), max_size=5), st.integers(1, 129))
def test_parts_of_a_day_add_up_to_it(sessions: list[Span], pauses: list[Span], calls: list[tuple[int, int]],
                                     noon: int) -> None:  # fmt: skip
    facts = AgentFacts(sessions, pauses, [share(since, since + long) for since, long in calls])
    whole, *halves = (agent_figures(facts, *edges) for edges in ((0, 130), (0, noon), (noon, 130)))
    assert sum(one.logged_in_s or 0 for one in halves) == pytest.approx(whole.logged_in_s or 0)
    assert sum(one.on_calls_s for one in halves) == pytest.approx(whole.on_calls_s)
    assert sum(one.calls for one in halves) == whole.calls
    assert sum(whole.pauses_s.values()) == pytest.approx(whole.paused_s or 0)
    if sessions:
        assert whole.paused_s is not None
        assert whole.paused_s <= (whole.logged_in_s or 0)
        assert 0 <= (whole.occupancy_share or 0) <= 1
