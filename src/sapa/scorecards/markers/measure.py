"""The measure marker: a value by a threshold on a measure of the call."""

from __future__ import annotations

from sapa.analytics.stretches import stretches_of, total_s
from sapa.calls.types import Party
from sapa.scorecards.markers import JudgedCall
from sapa.scorecards.types import Evidence, Mark, MarkState, MeasureSpec, Reason

NAME, VERSION = "measure", 1
MOST_EVIDENCE = 5
FULL_CONFIDENCE_S = 60.0  # speech from which a measure is as sure as it gets (our choice)


class MeasureMarker:
    name = NAME
    version = VERSION

    def mark(self, spec: MeasureSpec, call: JudgedCall) -> Mark:
        measures = call.analysis.measures
        value = measures.get(spec.measure)
        if not call.turns:
            return _abstain("no_speech")
        if not call.transcript.can_be_judged:
            return _abstain("language_not_heard", language=call.transcript.language)
        if value is None:
            if call.transcript.is_mono:
                return _abstain("recording_mono")
            unknown = any(turn.party is Party.UNKNOWN for turn in call.turns)
            return _abstain("parties_unknown") if unknown else _abstain("measure_missing", measure=spec.measure)
        talk_s = _talk_s(call)
        if talk_s < spec.needs_talk_s:
            return _abstain("too_little_talk", talk_s=round(talk_s, 1), needs_s=spec.needs_talk_s)
        mark, code = _value(spec, value)
        confidence = min(1.0, talk_s / FULL_CONFIDENCE_S)
        reason = Reason(code, {"measure": spec.measure, "value": value})
        evidence = _evidence(spec, call) if mark < 1.0 else ()  # an interruption is no proof of listening
        return Mark(mark, MarkState.MARKED, round(confidence, 3), _label(), reason, evidence)


def _talk_s(call: JudgedCall) -> float:
    """Speech of both channels; not the measures by party, which are None while nobody knows who is who."""
    channels = {turn.channel for turn in call.turns}
    return round(sum(total_s(stretches_of(call.turns, channel=channel)) for channel in channels), 3)


def _value(spec: MeasureSpec, value: float) -> tuple[float, str]:
    if spec.full.holds(value):
        return 1.0, "measure_in_full"
    if spec.half.holds(value):
        return 0.5, "measure_in_half"
    return 0.0, "measure_outside"


def _evidence(spec: MeasureSpec, call: JudgedCall) -> tuple[Evidence, ...]:
    """The tagged stretches behind the measure; those of the customer say nothing about the agent."""
    tags = [tag for tag in call.tags if tag.kind == spec.evidence_tag and tag.party is not Party.CUSTOMER]
    longest = sorted(tags, key=lambda tag: tag.start_s - tag.end_s)[:MOST_EVIDENCE]
    return tuple(Evidence(tag.start_s, tag.end_s, tag.evidence) for tag in sorted(longest, key=lambda tag: tag.start_s))


def _abstain(code: str, **facts: object) -> Mark:
    return Mark(None, MarkState.ABSTAINED, 0.0, _label(), Reason(code, dict(facts)))


def _label() -> str:
    return f"{NAME}/{VERSION}"
