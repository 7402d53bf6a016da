"""Small conversations written by hand: words of equal length, one after another, from a given second."""

from __future__ import annotations

from collections.abc import Iterable

from sapa.calls.types import Party
from sapa.recordings.types import UNSURE, AgentChannel
from sapa.transcripts.phrases import Token, tokens_of
from sapa.transcripts.types import HearingLevel, Transcript, Turn, Word

WORD_S = 0.3
CHANNELS = {Party.AGENT: 0, Party.CUSTOMER: 1, Party.UNKNOWN: 0}


def words(text: str, at_s: float = 0.0, *, word_s: float = WORD_S, confidence: float = 0.9) -> tuple[Word, ...]:
    return tuple(
        Word(word, round(at_s + place * word_s, 3), round(at_s + (place + 1) * word_s, 3), confidence)
        for place, word in enumerate(text.split())
    )


def agent(text: str, at_s: float = 0.0, *, word_s: float = WORD_S, confidence: float = 0.9) -> Turn:
    return Turn(0, Party.AGENT, words(text, at_s, word_s=word_s, confidence=confidence))


def customer(text: str, at_s: float = 0.0, *, word_s: float = WORD_S, confidence: float = 0.9) -> Turn:
    return Turn(1, Party.CUSTOMER, words(text, at_s, word_s=word_s, confidence=confidence))


def nobody(text: str, at_s: float = 0.0, *, channel: int = 0) -> Turn:
    """A turn of a party that is not known."""
    return Turn(channel, Party.UNKNOWN, words(text, at_s))


def tokens(text: str, language: str = "en") -> list[Token]:
    return tokens_of([agent(text)], language)


def transcript(
    turns: Iterable[Turn],
    *,
    language: str = "en",
    hearing: HearingLevel = HearingLevel.FAIR,
    agent_channel: AgentChannel = UNSURE,
    channels: int = 2,
) -> Transcript:
    return Transcript(language, 0.97, hearing, tuple(turns), agent_channel, "by hand", "none", channels=channels)
