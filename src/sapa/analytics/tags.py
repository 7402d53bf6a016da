"""Tags: the stretches of a call that a listener would point at, found by the definitions below."""

from __future__ import annotations

from collections.abc import Sequence

from sapa.analytics.stretches import gaps, overlaps, stretches_of
from sapa.analytics.types import Tag, TagKind
from sapa.calls.types import Party
from sapa.transcripts.types import Span, Turn, Voice

OTHER_SPOKE_S = 1.0  # who had just begun is not interrupted
OVERLAP_S = 0.5  # shorter overlaps are the ordinary change of speakers
INTERRUPTING_WORDS = 3  # fewer are listening noises ("uh-huh", "yes, right")
OVERTALK_S = 1.0
SILENCE_S = 5.0
MONOLOGUE_S = 45.0
MONOLOGUE_PAUSE_S = 3.0


def tags_of(turns: Sequence[Turn], voice: Voice = ()) -> tuple[Tag, ...]:
    """All tags in order of time. Without known parties only silence and overtalk are found."""
    tags = _silences(turns, voice) + _overtalk(turns)
    for party in (Party.AGENT, Party.CUSTOMER):
        tags += [
            Tag(TagKind.INTERRUPTION, party, turn.start_s, turn.end_s, turn.text)
            for turn in interruptions_of(turns, party)
        ]
        tags += [
            Tag(TagKind.MONOLOGUE, party, span.start_s, span.end_s, "")
            for span in monologues_of(turns, party)
            if span.length_s >= MONOLOGUE_S
        ]
    return tuple(sorted(tags, key=lambda tag: (tag.start_s, tag.kind)))


def interruptions_of(turns: Sequence[Turn], party: Party) -> list[Turn]:
    """Turns by which `party` breaks into the other's speech.

    It starts at least `OTHER_SPOKE_S` after the other's stretch began, both speak for at least `OVERLAP_S`,
    and it has `INTERRUPTING_WORDS` or more.
    """
    other = stretches_of(turn for turn in turns if turn.party not in {party, Party.UNKNOWN})
    return [
        turn
        for turn in turns
        if turn.party is party and len(turn.words) >= INTERRUPTING_WORDS and _breaks_into(turn, other)
    ]


def _breaks_into(turn: Turn, other: Sequence[Span]) -> bool:
    own = stretches_of([turn])[:1]
    return any(
        span.start_s + OTHER_SPOKE_S <= turn.start_s < span.end_s
        and sum(part.length_s for part in overlaps(own, [span])) >= OVERLAP_S
        for span in other
    )


def monologues_of(turns: Sequence[Turn], party: Party) -> list[Span]:
    """Spans in which only `party` speaks, but for listening noises, with no silence of `MONOLOGUE_PAUSE_S`.

    Word by word: who talks on while the other says something has two monologues, not one, though it is one turn.
    """
    breaks_s = [turn.start_s for turn in turns if turn.party is not party and len(turn.words) >= INTERRUPTING_WORDS]
    words = sorted(
        (word for turn in turns if turn.party is party for word in turn.words), key=lambda word: word.start_s
    )
    spans: list[Span] = []
    last_start_s = 0.0
    for word in words:
        goes_on = bool(spans) and word.start_s - spans[-1].end_s < MONOLOGUE_PAUSE_S
        if goes_on and not any(last_start_s < break_s <= word.start_s for break_s in breaks_s):
            spans[-1] = Span(spans[-1].start_s, max(spans[-1].end_s, word.end_s))
        else:
            spans.append(Span(word.start_s, word.end_s))
        last_start_s = word.start_s
    return spans


def silences_of(turns: Sequence[Turn], voice: Voice = ()) -> list[Span]:
    """Between the first and the last word: where there are no words, and nobody is heard without any."""
    if not turns:
        return []
    span = Span(min(turn.start_s for turn in turns), max(turn.end_s for turn in turns))
    heard = [piece for channel in voice for piece in channel]
    return gaps([*stretches_of(turns), *heard], span)


def _silences(turns: Sequence[Turn], voice: Voice) -> list[Tag]:
    quiet = [gap for gap in silences_of(turns, voice) if gap.length_s >= SILENCE_S]
    return [Tag(TagKind.SILENCE, Party.UNKNOWN, gap.start_s, gap.end_s, "") for gap in quiet]


def _overtalk(turns: Sequence[Turn]) -> list[Tag]:
    both = overlaps(stretches_of(turns, channel=0), stretches_of(turns, channel=1))
    return [
        Tag(TagKind.OVERTALK, Party.UNKNOWN, span.start_s, span.end_s, "")
        for span in both
        if span.length_s >= OVERTALK_S
    ]
