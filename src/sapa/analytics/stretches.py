"""Time spans of speech and of silence: the arithmetic under the measures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sapa.transcripts.types import Span, Turn

STRETCH_GAP_S = 0.5  # pauses inside speech shorter than this belong to it (our choice)


def stretches_of(turns: Iterable[Turn], *, channel: int | None = None) -> list[Span]:
    """Speech in these turns (of one channel when given), joined over pauses up to `STRETCH_GAP_S`."""
    words = [word for turn in turns if channel is None or turn.channel == channel for word in turn.words]
    return joined([Span(word.start_s, word.end_s) for word in words], gap_s=STRETCH_GAP_S)


def joined(spans: Iterable[Span], *, gap_s: float = 0.0) -> list[Span]:
    result: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start_s):
        if result and span.start_s - result[-1].end_s <= gap_s:
            result[-1] = Span(result[-1].start_s, max(result[-1].end_s, span.end_s))
        else:
            result.append(span)
    return result


def overlaps(first: Sequence[Span], second: Sequence[Span]) -> list[Span]:
    """Where both are; each list must be sorted and without overlaps of its own."""
    result, i, j = [], 0, 0
    while i < len(first) and j < len(second):
        start_s = max(first[i].start_s, second[j].start_s)
        end_s = min(first[i].end_s, second[j].end_s)
        if start_s < end_s:
            result.append(Span(start_s, end_s))
        if first[i].end_s <= second[j].end_s:
            i += 1
        else:
            j += 1
    return result


def gaps(spans: Iterable[Span], within: Span) -> list[Span]:
    """What is left of `within` when the spans are taken out."""
    result, at_s = [], within.start_s
    for span in joined(spans):
        until_s = min(span.start_s, within.end_s)
        if until_s > at_s:
            result.append(Span(at_s, until_s))
        at_s = max(at_s, span.end_s)
    if at_s < within.end_s:
        result.append(Span(at_s, within.end_s))
    return result


def total_s(spans: Iterable[Span]) -> float:
    return sum(span.length_s for span in spans)
