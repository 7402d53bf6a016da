from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from sapa.calls.types import Party
from sapa.recordings.types import ChannelSource, Samples
from sapa.transcripts.hear import HearingOptions, hear
from sapa.transcripts.model_files import PACKAGED
from sapa.transcripts.tests.talk import words
from sapa.transcripts.types import HeardSpeech, HearingLevel, Word

SOUND = np.zeros((2, 16_000), dtype=np.float32)


class EngineByHand:
    """An engine whose words are given; it keeps which language it was told."""

    name = "by hand"
    model = "none"
    languages = frozenset({"en", "ru", "pl", "kk"})

    def __init__(self, *channels: tuple[Word, ...], language: str = "en") -> None:
        self.channels, self.language = channels, language
        self.told: str | None = "never asked"

    def transcribe(
        self,
        samples: Samples,
        *,
        language: str | None = None,
        hints: Sequence[str] = (),
        progress: Callable[[float], None] | None = None,
    ) -> HeardSpeech:
        self.told, self.hints = language, tuple(hints)
        return HeardSpeech(language or self.language, 0.9, self.channels, self.name, self.model)


def test_a_told_channel_names_the_parties() -> None:
    engine = EngineByHand(words("hi there"), words("hello", 1.0))
    heard = hear(SOUND, engine, HearingOptions(agent_channel=1, trusted_languages=frozenset({"en"})))
    assert [turn.party for turn in heard.turns] == [Party.CUSTOMER, Party.AGENT]
    assert (heard.agent_channel.channel, heard.agent_channel.source) == (1, ChannelSource.TOLD)


def test_a_language_is_heard_as_well_as_was_measured_with_the_model() -> None:
    engine = EngineByHand(words("hi there"), ())
    trusting = HearingOptions(trusted_languages=frozenset({"en", "kk"}))
    assert hear(SOUND, engine, trusting).hearing is HearingLevel.SO_SO
    engine.model = PACKAGED
    assert hear(SOUND, engine, trusting).hearing is HearingLevel.FAIR
    assert hear(SOUND, engine, replace(trusting, language="kk")).hearing is HearingLevel.NONE
    assert hear(SOUND, engine, replace(trusting, most_wrong_pct=1.0)).hearing is HearingLevel.NONE


def test_without_a_greeting_nobody_is_named() -> None:
    engine = EngineByHand(words("seven"), words("eight", 1.0))
    heard = hear(SOUND, engine, HearingOptions())
    assert {turn.party for turn in heard.turns} == {Party.UNKNOWN}
    assert heard.agent_channel.source is ChannelSource.UNSURE


def test_a_known_language_is_told_to_the_engine() -> None:
    engine = EngineByHand(words("witam"), ())
    heard = hear(SOUND, engine, HearingOptions(language="pl", trusted_languages=frozenset({"en"})))
    assert engine.told == "pl"
    assert heard.hearing is HearingLevel.NONE


def test_a_silent_call_has_no_turns_and_no_language() -> None:
    heard = hear(SOUND, EngineByHand((), (), language=""), HearingOptions(trusted_languages=frozenset({"en"})))
    assert heard.turns == ()
    assert not heard.can_be_judged


def test_on_one_channel_nobody_is_the_agent_whatever_was_told() -> None:
    engine = EngineByHand(words("hello this is the bank how can I help you"))
    heard = hear(SOUND[:1], engine, HearingOptions(agent_channel=0, trusted_languages=frozenset({"en"})))
    assert {turn.party for turn in heard.turns} == {Party.UNKNOWN}
    assert (heard.is_mono, heard.agent_channel.channel, heard.agent_channel.source) == (
        True, None, ChannelSource.UNSURE,
    )  # fmt: skip
