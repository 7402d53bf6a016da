"""From the sound of a call to its transcript: words, turns, who is who, and how far to trust it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sapa.recordings.types import UNSURE, AgentChannel, ChannelSource, Samples
from sapa.transcripts.engines import Engine
from sapa.transcripts.hearing import MOST_WRONG_PCT, hearing_of
from sapa.transcripts.made_up import cleaned
from sapa.transcripts.measured import measured_words
from sapa.transcripts.parties import agent_channel_found
from sapa.transcripts.turns import turns_from_words
from sapa.transcripts.types import Transcript, with_parties


@dataclass(frozen=True)
class HearingOptions:
    """`language` and `agent_channel` when known from outside; `trusted_languages` are those the model hears,
    unless over `most_wrong_pct` of their words were wrong when it was measured."""

    language: str | None = None
    agent_channel: int | None = None
    trusted_languages: frozenset[str] = field(default_factory=frozenset)
    company_names: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    most_wrong_pct: float = MOST_WRONG_PCT


def hear(
    samples: Samples, engine: Engine, options: HearingOptions, progress: Callable[[float], None] | None = None
) -> Transcript:
    """`samples`: `(channels, samples)` float32 in −1…1 at 16 kHz. Raises what the engine raises."""
    heard = engine.transcribe(samples, language=options.language, hints=options.hints, progress=progress)
    channels, left_out = cleaned(heard.channels, heard.language)
    turns = turns_from_words(channels)
    if len(samples) == 1:
        agent = UNSURE  # whoever told a channel did not know that there is only one
    elif options.agent_channel is not None:
        agent = AgentChannel(options.agent_channel, ChannelSource.TOLD, 1.0)
    else:
        agent = agent_channel_found(
            turns, language=heard.language, channels=len(samples), company_names=options.company_names
        )
    return Transcript(
        language=heard.language,
        language_confidence=heard.language_confidence,
        hearing=hearing_of(
            heard.language,
            heard.language_confidence,
            options.trusted_languages,
            measured=measured_words(heard.model, heard.language),
            most_wrong_pct=options.most_wrong_pct,
        ),
        turns=with_parties(turns, agent.channel, len(samples)),
        agent_channel=agent,
        engine=heard.engine,
        model=heard.model,
        voice=heard.voice,
        channels=len(samples),
        left_out=tuple(sorted(heard.left_out + left_out, key=lambda one: (one.start_s, one.channel))),
    )
