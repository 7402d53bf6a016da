"""The measures of a call, each a pure function of its turns, with its definition written down.

Ground for all of them: a *stretch* is speech of one party without a pause over `STRETCH_GAP_S`. Times come
from the words, so they are as exact as the word times of the speech model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sapa.analytics.stretches import overlaps, stretches_of, total_s
from sapa.analytics.tags import interruptions_of, monologues_of, silences_of, tags_of
from sapa.analytics.types import Analysis
from sapa.calls.types import Party
from sapa.transcripts.types import Span, Turn, Voice

MIN_PACE_S = 10.0  # a pace over less speech says nothing (our choice)


@dataclass(frozen=True)
class Definition:
    """`unit`: share (0–1), s, count, per_min, wpm (words per minute)."""

    key: str
    unit: str
    title: Promise
    text: Promise


_ALL = (
    Definition("talk_agent_s", "s", _("Agent talks"), _("Seconds in which the agent speaks.")),
    Definition("talk_customer_s", "s", _("Customer talks"), _("Seconds in which the customer speaks.")),
    Definition(
        "talk_agent_share", "share", _("Agent's share of talk"),
        _("The agent's speech divided by the speech of both parties."),
    ),
    Definition(
        "silence_share", "share", _("Silence"),
        _("Time between the first and the last word in which nobody speaks, as a share of that time."),
    ),
    Definition(
        "longest_silence_s", "s", _("Longest silence"),
        _("The longest stretch between the first and the last word in which nobody speaks."),
    ),
    Definition(
        "overtalk_share", "share", _("Both talk"),
        _("Time in which both parties speak at once, as a share of the time in which anybody speaks."),
    ),
    Definition(
        "interruptions_by_agent", "count", _("Agent interrupts"),
        _("Times the agent starts while the customer has been speaking for a second or more, both then speak "
          "at once for half a second or more, and the agent says three words or more."),
    ),
    Definition(
        "interruptions_by_customer", "count", _("Customer interrupts"),
        _("The same, with the customer starting while the agent speaks."),
    ),
    Definition(
        "interruptions_by_agent_per_min", "per_min", _("Agent interrupts, per minute"),
        _("Interruptions by the agent for each minute in which the customer speaks."),
    ),
    Definition(
        "pace_agent_wpm", "wpm", _("Agent's pace"),
        _("Words of the agent for each minute of the agent's own speech; needs ten seconds of speech."),
    ),
    Definition(
        "pace_customer_wpm", "wpm", _("Customer's pace"),
        _("Words of the customer for each minute of the customer's own speech; needs ten seconds of speech."),
    ),
    Definition(
        "longest_monologue_agent_s", "s", _("Agent's longest monologue"),
        _("The longest time the agent goes on without three words or more from the customer, and without a "
          "silence of three seconds."),
    ),
    Definition(
        "longest_monologue_customer_s", "s", _("Customer's longest monologue"),
        _("The same for the customer."),
    ),
    Definition("turns_count", "count", _("Turns"), _("How many turns the conversation has.")),
    Definition(
        "first_agent_word_s", "s", _("Agent's first word"),
        _("Seconds from the start of the recording to the agent's first word."),
    ),
)  # fmt: skip
DEFINITIONS: dict[str, Definition] = {definition.key: definition for definition in _ALL}


def analyse(turns: Sequence[Turn], voice: Voice = (), *, channels: int = 2) -> Analysis:
    """Measures and tags of a call. Without known parties, measures that need them are None.

    On one channel (mono) neither who speaks is known nor when two do at once: silence is all that can be measured.
    `voice` is where somebody was heard, words or not: what has no words there is not silence.
    """
    if not turns:
        return Analysis(dict.fromkeys(DEFINITIONS), ())
    known = all(turn.party is not Party.UNKNOWN for turn in turns)
    values: dict[str, float | None] = dict.fromkeys(DEFINITIONS)
    values |= _silence_measures(turns, voice)
    if channels > 1:
        values |= _shared_measures(turns)
    if known:
        values |= _party_measures(turns)
    return Analysis({key: _rounded(value) for key, value in values.items()}, tags_of(turns, voice))


def _silence_measures(turns: Sequence[Turn], voice: Voice) -> dict[str, float | None]:
    span = Span(min(turn.start_s for turn in turns), max(turn.end_s for turn in turns))
    quiet = silences_of(turns, voice)
    return {
        "silence_share": total_s(quiet) / span.length_s if span.length_s else None,
        "longest_silence_s": max((gap.length_s for gap in quiet), default=0.0),
    }


def _shared_measures(turns: Sequence[Turn]) -> dict[str, float | None]:
    first, second = (stretches_of(turns, channel=channel) for channel in (0, 1))
    both = overlaps(first, second)
    speech_s = total_s(first) + total_s(second) - total_s(both)
    return {
        "overtalk_share": total_s(both) / speech_s if speech_s else None,
        "turns_count": float(len(turns)),
    }


def _party_measures(turns: Sequence[Turn]) -> dict[str, float | None]:
    agent, customer = (_of(turns, party) for party in (Party.AGENT, Party.CUSTOMER))
    talk_agent_s, talk_customer_s = total_s(stretches_of(agent)), total_s(stretches_of(customer))
    talk_s = talk_agent_s + talk_customer_s
    by_agent = len(interruptions_of(turns, Party.AGENT))
    return {
        "talk_agent_s": talk_agent_s,
        "talk_customer_s": talk_customer_s,
        "talk_agent_share": talk_agent_s / talk_s if talk_s else None,
        "interruptions_by_agent": float(by_agent),
        "interruptions_by_customer": float(len(interruptions_of(turns, Party.CUSTOMER))),
        "interruptions_by_agent_per_min": by_agent / (talk_customer_s / 60) if talk_customer_s else None,
        "pace_agent_wpm": _pace(agent, talk_agent_s),
        "pace_customer_wpm": _pace(customer, talk_customer_s),
        "longest_monologue_agent_s": _longest(monologues_of(turns, Party.AGENT)),
        "longest_monologue_customer_s": _longest(monologues_of(turns, Party.CUSTOMER)),
        "first_agent_word_s": agent[0].start_s if agent else None,
    }


def _of(turns: Sequence[Turn], party: Party) -> list[Turn]:
    return [turn for turn in turns if turn.party is party]


def _pace(turns: Sequence[Turn], talk_s: float) -> float | None:
    words = sum(len(turn.words) for turn in turns)
    return words / (talk_s / 60) if talk_s >= MIN_PACE_S else None


def _longest(spans: Sequence[Span]) -> float:
    return max((span.length_s for span in spans), default=0.0)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
