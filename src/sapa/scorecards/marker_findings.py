"""What is wrong with phrases, measures and limits: those that could never give a value. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sapa.analytics.measures import DEFINITIONS
from sapa.analytics.types import TagKind
from sapa.scorecards.finding_words import Finding, error
from sapa.scorecards.types import Limit, MeasureSpec, PhraseSpec


def spec_findings(where: str, specs: Sequence[PhraseSpec | MeasureSpec | None]) -> Iterator[Finding]:
    for spec in specs:
        if isinstance(spec, PhraseSpec):
            yield from _phrase(where, spec)
        elif isinstance(spec, MeasureSpec):
            yield from _measure(where, spec)


def limit_findings(where: str, limit: Limit) -> Iterator[Finding]:
    if limit.at_least is None and limit.at_most is None:
        yield error("limit_open", where)
    elif limit.at_least is not None and limit.at_most is not None and limit.at_least > limit.at_most:
        yield error("limit_reversed", where, at_least=limit.at_least, at_most=limit.at_most)


def _phrase(where: str, spec: PhraseSpec) -> Iterator[Finding]:
    keys = [element.key for element in spec.elements]
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield error("element_twice", where, element=key)
    for element in spec.elements:
        if not any(element.said.values()) and not any(element.like.values()):
            yield error("element_silent", where, element=element.key)
    whole = [element for element in spec.elements if not element.partial]
    if not whole:
        yield error("all_partial", where)
    elif spec.full_at is not None and spec.full_at > len(whole):
        yield error("full_at_high", where, number=spec.full_at)
    if spec.half_at > len(spec.elements):
        yield error("half_at_high", where, number=spec.half_at)


def _measure(where: str, spec: MeasureSpec) -> Iterator[Finding]:
    if spec.measure not in DEFINITIONS:
        yield error("measure_unknown", where, measure=spec.measure)
    if spec.evidence_tag is not None and spec.evidence_tag not in set(TagKind):
        yield error("tag_unknown", where, tag=spec.evidence_tag)
    for limit in (spec.full, spec.half):
        if limit.at_least is not None or limit.at_most is not None:
            yield from limit_findings(where, limit)
