"""Stretches of time: what they cover together, alone, and for how long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Span = tuple[float, float]


def merged(spans: Iterable[Span]) -> list[Span]:
    """In order; those that touch are one, those of no length are none."""
    whole: list[Span] = []
    for since, until in sorted(span for span in spans if span[0] < span[1]):
        if whole and since <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], until))
        else:
            whole.append((since, until))
    return whole


def within(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """What both cover."""
    return merged((max(a, c), min(b, d)) for a, b in spans for c, d in others)


def without(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """What the first cover and the others do not."""
    left = list(spans)
    for since, until in others:
        left = [
            piece
            for low, high in left
            for piece in ((low, min(high, since)), (max(low, until), high))
            if piece[0] < piece[1]
        ]
    return merged(left)


def length_s(spans: Iterable[Span]) -> float:
    return sum(until - since for since, until in spans)
