"""From the sound of a call to its transcript: words, turns, who is who, and how far to trust it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from sapa.recordings.types import UNSURE, AgentChannel, ChannelSource, Samples
from sapa.transcripts.engines import SAMPLE_RATE_HZ, Engine
from sapa.transcripts.hearing import MOST_WRONG_PCT, SURE_LANGUAGE, hearing_of
from sapa.transcripts.made_up import cleaned
from sapa.transcripts.measured import measured_words
from sapa.transcripts.parties import agent_channel_found
from sapa.transcripts.plans import HearingPlan, Rule, depends_on_language, plan_for, plan_when_found
from sapa.transcripts.turns import turns_from_words
from sapa.transcripts.types import Transcript, with_parties

OPENING_S = 60.0
MOST_OPENINGS = 3


@dataclass(frozen=True)
class HearingOptions:
    """`language` and `agent_channel` when known from outside; `trusted_languages` are those the model hears,
    unless over `most_wrong_pct` of their words were wrong when it was measured.

    `language_confidence`: of a language that was found before and is told now, how sure that was.
    """

    language: str | None = None
    language_confidence: float = 1.0
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
    confidence = min(heard.language_confidence, options.language_confidence)
    return Transcript(
        language=heard.language,
        language_confidence=confidence,
        hearing=hearing_of(
            heard.language,
            confidence,
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


def hear_by_rules(
    samples: Samples,
    rules: Sequence[Rule],
    engine_of: Callable[[HearingPlan], Engine],
    options: HearingOptions,
    *,
    queue: str,
    progress: Callable[[float], None] | None = None,
) -> Transcript:
    """As the rules for calls of this queue say.

    Where nobody told the language and a rule asks for it, it is found first, by whoever hears calls of which nothing
    is known. That costs a hearing of the first minute in which somebody speaks (see `language_found`), and nothing
    where no rule asks for a language.
    """
    plan, confidence = plan_for(rules, queue=queue, language=options.language or ""), 1.0
    if not plan.language and depends_on_language(rules, queue=queue):
        found, sure = language_found(samples, engine_of(plan))
        if found:
            plan = plan_when_found(rules, queue=queue, found=found)
            confidence = sure if plan.language == found else 1.0  # a rule that tells another is sure of it
    told = replace(options, language=plan.language or None, language_confidence=confidence, hints=plan.hints)
    return hear(samples, engine_of(plan), told, progress)


def language_found(samples: Samples, engine: Engine) -> tuple[str, float]:
    """The language of a call and how sure it is; ("", 0.0) where nobody speaks.

    A minute is heard after the other until the engine is sure; of three in which somebody speaks the surest counts.
    Silence costs no hearing, so that music and waiting at the beginning are passed over cheaply.
    """
    length = round(OPENING_S * SAMPLE_RATE_HZ)
    found: list[tuple[float, str]] = []
    for start in range(0, samples.shape[1], length):
        heard = engine.transcribe(samples[:, start : start + length])
        if heard.language:
            found.append((heard.language_confidence, heard.language))
            if heard.language_confidence >= SURE_LANGUAGE or len(found) == MOST_OPENINGS:
                break
    confidence, language = max(found, default=(0.0, ""))
    return language, confidence
