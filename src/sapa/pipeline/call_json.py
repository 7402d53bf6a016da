"""A stored call in the shape of `sapa grade --json`."""

from __future__ import annotations

from typing import Any

from sapa.analytics.models import CallMeasures, CallTag
from sapa.analytics.types import Analysis, Tag, TagKind
from sapa.calls.models import Call
from sapa.calls.types import Party
from sapa.pipeline.grade import left_out_as_json, tags_as_json, turns_as_json
from sapa.pipeline.models import StageState
from sapa.pipeline.selectors import line_of
from sapa.recordings.selectors import recording_of
from sapa.recordings.types import UNSURE
from sapa.scorecards.models import EvaluationRecord
from sapa.transcripts.models import TranscriptRecord
from sapa.transcripts.types import HearingLevel, Transcript


def call_as_json(call: Call, *, with_evaluation: bool = True) -> dict[str, Any] | None:
    """None until the call has come through the whole line, and again while a part of it is done anew. Without an
    evaluation where nobody answered."""
    if line_of(call).state != StageState.DONE:
        return None
    evaluation = EvaluationRecord.objects.filter(call=call).order_by("-created_at", "-id").first()
    transcript = TranscriptRecord.objects.prefetch_related("turns").filter(call=call).first()
    measures = CallMeasures.objects.filter(call=call).first()
    if transcript is None or measures is None or (evaluation is None and not call.is_unanswered):
        return None
    heard = Transcript(
        transcript.language,
        transcript.language_confidence,
        HearingLevel(transcript.hearing),
        transcript.as_turns(),
        UNSURE,
        transcript.engine,
        transcript.model,
    )
    tags = tuple(
        Tag(TagKind(tag.kind), Party(tag.party), tag.start_s, tag.end_s, tag.evidence)
        for tag in CallTag.objects.filter(call=call)
    )
    return {
        "file": call.file_name,
        "duration_s": call.duration_s,
        "language": transcript.language,
        "recording": _recording_as_json(call),
        "turns": turns_as_json(heard),
        "left_out": left_out_as_json(transcript.as_left_out()),
        "measures": measures.values,
        "tags": tags_as_json(Analysis(measures.values, tags)),
        "evaluation": _evaluation_as_json(evaluation) if evaluation and with_evaluation else None,
    }


def _recording_as_json(call: Call) -> dict[str, Any] | None:
    recording = recording_of(call)
    if recording is None:
        return None
    parts = list(recording.parts.all())
    agent = parts[1] if len(parts) > 1 else None
    return {
        "channels": recording.channels,
        "forms": [part.form for part in parts],
        "is_truncated": recording.is_truncated,
        "agent_offset_s": round(agent.offset_s, 3) if agent and agent.offset_s is not None else None,
        "agent_offset_source": agent.offset_source if agent else None,
    }


def _evaluation_as_json(record: EvaluationRecord) -> dict[str, Any]:
    return {
        "scorecard": record.revision.scorecard.key,
        "revision": record.revision.number,
        "call_type": record.call_type,
        "call_type_source": record.call_type_source,
        "criteria": [
            {
                "key": mark.criterion,
                "weight": mark.weight,
                "critical": mark.critical,
                "value": mark.value,
                "state": mark.state,
                "confidence": mark.confidence,
                "marker": mark.marker,
                "reason": mark.reason,
                "evidence": mark.evidence,
            }
            for mark in record.marks.all()
        ],
        "cqr_pct": None if record.cqr_pct is None else round(record.cqr_pct, 4),
        "coverage_pct": round(record.coverage_pct, 4),
        "verdict": record.verdict,
    }
