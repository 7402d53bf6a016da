"""`sapa grade`: a file in, a graded call out, without the database. The stages use the same pure parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sapa.analytics.measures import analyse
from sapa.analytics.types import Analysis
from sapa.pipeline.ingest import name_as_text
from sapa.recordings.composing import AGENT_CHANNEL, call_in_one_file, call_in_two_files
from sapa.recordings.errors import FileUnreadable
from sapa.recordings.types import RecordedCall
from sapa.scorecards.evaluate import AUTO, evaluate
from sapa.scorecards.markers import JudgedCall
from sapa.scorecards.types import Evaluation, Scorecard
from sapa.transcripts.engines import SAMPLE_RATE_HZ, Engine
from sapa.transcripts.hear import HearingOptions, hear
from sapa.transcripts.types import LeftOut, Transcript


@dataclass(frozen=True)
class GradedCall:
    file: str
    recorded: RecordedCall
    transcript: Transcript
    analysis: Analysis
    card: Scorecard
    evaluation: Evaluation

    @property
    def duration_s(self) -> float:
        return self.recorded.audio.duration_s


@dataclass(frozen=True)
class GradeOptions:
    """With `agent_file` the graded file is the customer's alone; the agent's starts `agent_offset_s` later."""

    card: Scorecard
    call_type: str
    hearing: HearingOptions
    agent_file: Path | None = None
    agent_offset_s: float | None = None


def grade_file(
    path: Path, engine: Engine, options: GradeOptions, progress: Callable[[float], None] | None = None
) -> GradedCall:
    """Raises `FileUnreadable` and whatever decoding, hearing and grading raise, all `SapaError`."""
    recorded = _recorded(path, options)
    hearing = replace(options.hearing, agent_channel=AGENT_CHANNEL) if options.agent_file else options.hearing
    transcript = hear(recorded.audio.samples, engine, hearing, progress)
    analysis = analyse(transcript.turns, transcript.voice, channels=transcript.channels)
    judged = JudgedCall(transcript, analysis, hearing.company_names)
    evaluation = evaluate(options.card, judged, revision=1, call_type=options.call_type or AUTO)
    return GradedCall(name_as_text(str(path)), recorded, transcript, analysis, options.card, evaluation)


def _recorded(path: Path, options: GradeOptions) -> RecordedCall:
    try:
        with ExitStack() as opened:
            source = opened.enter_context(path.open("rb"))
            if options.agent_file is None:
                return call_in_one_file(source, sample_rate_hz=SAMPLE_RATE_HZ)
            agent = opened.enter_context(options.agent_file.open("rb"))
            return call_in_two_files(source, agent, told_s=options.agent_offset_s, sample_rate_hz=SAMPLE_RATE_HZ)
    except OSError as exc:
        raise FileUnreadable(name_as_text(str(exc.filename or path)), exc.strerror or str(exc)) from exc


def graded_as_json(graded: GradedCall) -> dict[str, Any]:
    """The shape promised in `graded_call.schema.json`; keys may be added there, never changed or taken away."""
    return {
        "file": graded.file,
        "duration_s": round(graded.duration_s, 3),
        "language": graded.transcript.language,
        "recording": recording_as_json(graded.recorded),
        "turns": turns_as_json(graded.transcript),
        "left_out": left_out_as_json(graded.transcript.left_out),
        "measures": graded.analysis.measures,
        "tags": tags_as_json(graded.analysis),
        "evaluation": evaluation_as_json(graded.evaluation),
    }


def recording_as_json(recorded: RecordedCall) -> dict[str, Any]:
    offset = recorded.offset
    return {
        "channels": recorded.audio.channels,
        "forms": list(recorded.forms),
        "is_truncated": recorded.audio.is_truncated,
        "agent_offset_s": round(offset.agent_s, 3) if offset else None,
        "agent_offset_source": offset.source.value if offset else None,
    }


def turns_as_json(transcript: Transcript) -> list[dict[str, Any]]:
    return [
        {
            "speaker": turn.party.value,
            "channel": turn.channel,
            "start_s": turn.start_s,
            "end_s": turn.end_s,
            "text": turn.text,
            "words": [
                {
                    "start_s": word.start_s,
                    "end_s": word.end_s,
                    "text": word.text,
                    "confidence": word.confidence,
                }
                for word in turn.words
            ],
        }
        for turn in transcript.turns
    ]


def left_out_as_json(left_out: Iterable[LeftOut]) -> list[dict[str, Any]]:
    return [
        {
            "channel": one.channel,
            "start_s": one.start_s,
            "end_s": one.end_s,
            "text": one.text,
            "reason": one.reason.value,
        }
        for one in left_out
    ]


def tags_as_json(analysis: Analysis) -> list[dict[str, Any]]:
    return [
        {
            "kind": tag.kind.value,
            "speaker": tag.party.value,
            "start_s": tag.start_s,
            "end_s": tag.end_s,
            "evidence": tag.evidence,
        }
        for tag in analysis.tags
    ]


def evaluation_as_json(evaluation: Evaluation) -> dict[str, Any]:
    score = evaluation.score
    return {
        "scorecard": evaluation.scorecard,
        "revision": evaluation.revision,
        "call_type": evaluation.call_type,
        "call_type_source": evaluation.call_type_source.value,
        "criteria": [
            {
                "key": graded.key,
                "weight": graded.weight,
                "critical": graded.critical,
                "value": graded.mark.value,
                "state": graded.mark.state.value,
                "confidence": graded.mark.confidence,
                "marker": graded.mark.marker,
                "reason": {"code": graded.mark.reason.code, "facts": graded.mark.reason.facts},
                "evidence": [
                    {"start_s": item.start_s, "end_s": item.end_s, "quote": item.quote} for item in graded.mark.evidence
                ],
            }
            for graded in evaluation.marks
        ],
        "cqr_pct": None if score.cqr_pct is None else round(score.cqr_pct, 4),
        "coverage_pct": round(score.coverage_pct, 4),
        "verdict": score.verdict.value,
    }
