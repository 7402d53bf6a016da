from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sapa.analytics.stretches import STRETCH_GAP_S, gaps, joined, overlaps, stretches_of, total_s
from sapa.transcripts.tests.talk import agent, customer
from sapa.transcripts.types import Span

# Whole milliseconds, so that sums can be compared without the noise of binary fractions.
TIMES = st.integers(0, 60_000).map(lambda ms: ms / 1000)
SPANS = st.lists(st.tuples(TIMES, TIMES).map(lambda pair: Span(min(pair), max(pair))), max_size=12)
DAY = Span(0.0, 60.0)


def test_a_pause_inside_speech_belongs_to_it() -> None:
    inside = agent("one", 0.0), agent("two", 0.3 + STRETCH_GAP_S)
    apart = agent("one", 0.0), agent("two", 0.31 + STRETCH_GAP_S)
    assert [span.length_s for span in stretches_of(inside)] == [pytest.approx(1.1)]
    assert [span.length_s for span in stretches_of(apart)] == [pytest.approx(0.3)] * 2


def test_a_channel_is_measured_alone() -> None:
    talk = [agent("one"), customer("two")]
    assert stretches_of(talk, channel=1) == [Span(0.0, 0.3)]
    assert stretches_of(talk, channel=2) == []


def test_a_span_inside_another_does_not_shorten_it() -> None:
    assert joined([Span(0, 10), Span(2, 3)]) == [Span(0, 10)]


def test_what_touches_does_not_overlap() -> None:
    assert overlaps([Span(0, 1)], [Span(1, 2)]) == []
    assert overlaps([Span(0, 5)], [Span(1, 2), Span(4, 9)]) == [Span(1, 2), Span(4, 5)]


def test_gaps_stay_within() -> None:
    assert gaps([Span(-5, 1), Span(3, 20)], Span(0, 10)) == [Span(1, 3)]
    assert gaps([], Span(0, 10)) == [Span(0, 10)]
    assert gaps([Span(12, 14)], Span(0, 10)) == [Span(0, 10)]
    assert gaps([Span(0, 12), Span(20, 30)], Span(0, 10)) == []


@settings(deadline=None)
@given(SPANS)
def test_gaps_and_speech_together_are_the_whole(spans: list[Span]) -> None:
    speech, quiet = joined(spans), gaps(spans, DAY)
    assert total_s(speech) + total_s(quiet) == pytest.approx(DAY.length_s)
    assert overlaps(speech, quiet) == []


@settings(deadline=None)
@given(SPANS)
def test_joined_spans_stand_apart_and_in_order(spans: list[Span]) -> None:
    result = joined(spans)
    assert all(before.end_s < after.start_s for before, after in pairwise(result))
    assert joined(result) == result


@settings(deadline=None)
@given(SPANS, SPANS)
def test_overlap_is_the_same_from_both_sides(first: list[Span], second: list[Span]) -> None:
    one, other = joined(first), joined(second)
    both = overlaps(one, other)
    assert both == overlaps(other, one)
    assert total_s(both) == pytest.approx(total_s(one) + total_s(other) - total_s(joined([*one, *other])))


@settings(deadline=None)
@given(SPANS, st.integers(0, 3000).map(lambda ms: ms / 1000))
def test_joining_over_pauses_never_takes_speech_away(spans: list[Span], gap_s: float) -> None:
    assert total_s(joined(spans, gap_s=gap_s)) >= total_s(joined(spans)) - 1e-9
