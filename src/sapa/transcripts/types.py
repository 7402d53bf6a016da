"""Words and turns: what was said, by whom, when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from sapa.calls.types import Party
from sapa.recordings.types import AgentChannel


@dataclass(frozen=True)
class Word:
    """Times are seconds from the first sample; `confidence` is the model's probability, 0–1."""

    text: str
    start_s: float
    end_s: float
    confidence: float


@dataclass(frozen=True)
class Span:
    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        return max(0.0, self.end_s - self.start_s)


class LeftOutReason(StrEnum):
    """Why something that the model gave is not in the transcript."""

    REPEATS = "repeats"  # it says the same again and again
    NOISE = "noise"  # the model itself thinks that nobody speaks, and is unsure of the words
    PHANTOM = "phantom"  # a sentence that models are known to make up in this language where nothing is said
    NO_VOICE = "no_voice"  # it lies where nobody is heard: music, tones, ring-back


@dataclass(frozen=True)
class LeftOut:
    channel: int
    start_s: float
    end_s: float
    text: str
    reason: LeftOutReason


Voice = tuple[tuple[Span, ...], ...]  # for every channel the stretches in which somebody is heard, words or not


@dataclass(frozen=True)
class Turn:
    """A run of one channel's words with no long gap and nobody else starting in between."""

    channel: int
    party: Party
    words: tuple[Word, ...]

    @property
    def start_s(self) -> float:
        return self.words[0].start_s

    @property
    def end_s(self) -> float:
        return self.words[-1].end_s

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def confidence(self) -> float:
        return sum(word.confidence for word in self.words) / len(self.words)


class HearingLevel(StrEnum):
    """How well the model hears a language; by the figures of `measured_words.yaml`."""

    FAIR = "fair"
    SO_SO = "so_so"
    NONE = "none"
    UNMEASURED = "unmeasured"


@dataclass(frozen=True)
class HeardSpeech:
    """What an engine gives: for every channel its words in time order. Finished, never lazy.

    `voice` may know of speech that gave no words (mumbling, a lost phrase), so that it is not taken for silence.
    """

    language: str
    language_confidence: float
    channels: tuple[tuple[Word, ...], ...]
    engine: str
    model: str
    voice: Voice = ()
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class Transcript:
    """`channels` of the recording: with one of them nobody knows who speaks."""

    language: str
    language_confidence: float
    hearing: HearingLevel
    turns: tuple[Turn, ...]
    agent_channel: AgentChannel
    engine: str
    model: str
    voice: Voice = ()
    channels: int = 2
    left_out: tuple[LeftOut, ...] = ()

    @property
    def is_mono(self) -> bool:
        return self.channels == 1

    @property
    def can_be_judged(self) -> bool:
        """False when the model cannot hear this language: every mark that rests on words abstains."""
        return self.hearing in {HearingLevel.FAIR, HearingLevel.SO_SO}


def with_parties(turns: tuple[Turn, ...], agent_channel: int | None, channels: int) -> tuple[Turn, ...]:
    """Name the speaker of each turn; in a call of two channels the other one is the customer."""

    def party(turn: Turn) -> Party:
        if agent_channel is None or channels != 2:
            return Party.UNKNOWN
        return Party.AGENT if turn.channel == agent_channel else Party.CUSTOMER

    return tuple(replace(turn, party=party(turn)) for turn in turns)
