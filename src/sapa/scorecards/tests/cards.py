"""Scorecards, specs and judged calls made by hand, with as little as each test is about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sapa.analytics.measures import analyse
from sapa.analytics.types import Analysis, Tag
from sapa.scorecards.markers import JudgedCall
from sapa.scorecards.types import CriterionMark, Element, Mark, MarkState, PhraseSpec, Reason, Scorecard
from sapa.transcripts.tests.talk import transcript
from sapa.transcripts.types import HearingLevel, Turn

ANCHORS = {"1": {"en": "all"}, "0.5": {"en": "part"}, "0": {"en": "none"}}


def criterion(key: str = "greeting", **more: Any) -> dict[str, Any]:
    return {"key": key, "title": {"en": key}, "weights": {"service": 1}, "anchors": ANCHORS} | more


def card_content(*criteria: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A scorecard as it is written, with one section and the call type `service`."""
    return {
        "key": "test_form",
        "title": {"en": "Test"},
        "call_types": [{"key": "service", "title": {"en": "Service"}}],
        "sections": [{"key": "all", "title": {"en": "All"}, "criteria": list(criteria or [criterion()])}],
    } | more


def card(*criteria: dict[str, Any], **more: Any) -> Scorecard:
    return Scorecard.model_validate(card_content(*criteria, **more))


def element(key: str, *said: str, language: str = "en", **more: Any) -> Element:
    return Element.model_validate({"key": key, "said": {language: list(said)}} | more)


def phrase(*elements: Element, **more: Any) -> PhraseSpec:
    return PhraseSpec.model_validate({"elements": [item.model_dump(exclude_unset=True) for item in elements]} | more)


def judged(
    *turns: Turn,
    language: str = "en",
    hearing: HearingLevel = HearingLevel.FAIR,
    company_names: tuple[str, ...] = (),
    measures: dict[str, float | None] | None = None,
    tags: Iterable[Tag] | None = None,
    channels: int = 2,
) -> JudgedCall:
    """A call of these turns, analysed as the line would unless measures or tags are given."""
    analysis = analyse(turns, channels=channels)
    kept = Analysis(
        analysis.measures if measures is None else analysis.measures | measures,
        analysis.tags if tags is None else tuple(tags),
    )
    return JudgedCall(transcript(turns, language=language, hearing=hearing, channels=channels), kept, company_names)


def marked(value: float, *, confidence: float = 0.9) -> Mark:
    return Mark(value, MarkState.MARKED, confidence, "hand/1", Reason("by_hand", {}))


def abstained(code: str = "by_hand") -> Mark:
    return Mark(None, MarkState.ABSTAINED, 0.0, "hand/1", Reason(code, {}))


def not_applicable() -> Mark:
    return Mark(None, MarkState.NOT_APPLICABLE, 0.9, "hand/1", Reason("by_hand", {}))


def graded(mark: Mark | float, weight: float = 1.0, *, key: str = "any", critical: bool = False) -> CriterionMark:
    return CriterionMark(key, weight, critical, marked(mark) if isinstance(mark, float) else mark)
