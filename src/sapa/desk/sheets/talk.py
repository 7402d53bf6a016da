"""The talk of a call for the screen: turns with words, tags, measures, and what the waveform is drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from sapa.analytics.measures import DEFINITIONS, Definition
from sapa.analytics.models import CallTag, TagKindChoice
from sapa.calls.types import Party
from sapa.desk.sheets.parties import Parties, PartySheet
from sapa.desk.wording.left_out import left_out_words
from sapa.recordings.models import Recording
from sapa.transcripts.models import TranscriptRecord

UNSURE_WORD = 0.5  # below this the model itself held another word as likely
SPLIT_GAP_S = 2.0


@dataclass(frozen=True)
class WordSheet:
    text: str
    start_s: float
    end_s: float
    is_unsure: bool
    confidence_pct: float


@dataclass(frozen=True)
class TurnSheet:
    number: int
    speaker: PartySheet
    start_s: float
    end_s: float
    words: tuple[WordSheet, ...]


@dataclass(frozen=True)
class LeftOutSheet:
    """Words of the model that nobody said; they count nowhere."""

    speaker: PartySheet
    start_s: float
    text: str
    reason: str


@dataclass(frozen=True)
class TagSheet:
    kind: str
    title: str
    start_s: float
    end_s: float
    speaker: PartySheet | None
    evidence: str

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True)
class MeasureSheet:
    definition: Definition
    value: float | None


@dataclass(frozen=True)
class BarPart:
    """A part of the talk bar, in hundredths of its length."""

    side: str
    title: str
    at: float
    width: float


def turn_sheets(transcript: TranscriptRecord | None, parties: Parties) -> list[TurnSheet]:
    """The speaker is taken from the channel, so a corrected channel shows at once."""
    if transcript is None:
        return []
    return [
        TurnSheet(
            number,
            parties.on(turn.channel),
            turn.start_s,
            turn.end_s,
            tuple(
                WordSheet(str(text).strip(), start_s, end_s, confidence < UNSURE_WORD, confidence * 100)
                for text, start_s, end_s, confidence in turn.words
            ),
        )
        for number, turn in enumerate(transcript.turns.all())
    ]


def left_out_sheets(transcript: TranscriptRecord | None, parties: Parties) -> list[LeftOutSheet]:
    left_out = transcript.as_left_out() if transcript else ()
    return [
        LeftOutSheet(parties.on(one.channel), one.start_s, one.text, left_out_words(one.reason))
        for one in sorted(left_out, key=lambda one: one.start_s)
    ]


def tag_sheet(tags: Sequence[CallTag], parties: Parties) -> list[TagSheet]:
    titles = dict(TagKindChoice.choices)
    return [
        TagSheet(
            tag.kind,
            str(titles.get(tag.kind, tag.kind)),
            tag.start_s,
            tag.end_s,
            parties.named(tag.party),
            tag.evidence,
        )
        for tag in tags
    ]


def measure_sheet(values: dict[str, float | None]) -> list[MeasureSheet]:
    return [MeasureSheet(definition, values[key]) for key, definition in DEFINITIONS.items() if key in values]


def talk_bar(values: dict[str, float | None]) -> list[BarPart]:
    """Who spoke how much of the time between the first and the last word; empty when the parties are unknown."""
    agent, customer = values.get("talk_agent_s"), values.get("talk_customer_s")
    silence_share = values.get("silence_share")
    if agent is None or customer is None or silence_share is None or agent + customer <= 0:
        return []
    talk_pct = 100.0 * (1.0 - silence_share)
    agent_pct = talk_pct * agent / (agent + customer)
    parts = (("agent", _("Agent"), agent_pct), ("customer", _("Customer"), talk_pct - agent_pct))
    bar: list[BarPart] = []
    at = 0.0
    for side, title, width in (*parts, ("silence", _("Silence"), 100.0 * silence_share)):
        bar.append(BarPart(side, title, round(at, 2), round(width, 2)))
        at += width
    return bar


def waveform_data(
    recording: Recording, parties: Parties, turns: Sequence[TurnSheet], tags: Sequence[TagSheet]
) -> dict[str, Any]:
    """For the player: peaks by lane (the agent's first), tags by lane, and the stretches in which anybody speaks."""
    lanes = {lane.channel: place for place, lane in enumerate(parties.lanes)}
    peaks: list[list[int]] = recording.peaks
    return {
        "duration_s": recording.duration_s,
        "peaks": [peaks[lane.channel] for lane in parties.lanes if lane.channel < len(peaks)],
        "sides": [lane.side for lane in parties.lanes],
        "tags": [
            {
                "kind": tag.kind,
                "title": tag.title,
                "start_s": tag.start_s,
                "end_s": tag.end_s,
                "lane": lanes[tag.speaker.channel] if tag.speaker and tag.speaker.party != Party.UNKNOWN else None,
            }
            for tag in tags
        ],
        "speech": _speech(turns),
    }


def _speech(turns: Sequence[TurnSheet]) -> list[list[float]]:
    spans: list[list[float]] = []
    for word in sorted((word for turn in turns for word in turn.words), key=lambda word: word.start_s):
        if spans and word.start_s - spans[-1][1] < SPLIT_GAP_S:
            spans[-1][1] = max(spans[-1][1], word.end_s)
        else:
            spans.append([word.start_s, word.end_s])
    return spans
