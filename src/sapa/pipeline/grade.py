"""`sapa grade`: a file in, a graded call out, without the database. The stages use the same pure parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sapa.analytics.measures import analyse
from sapa.analytics.types import Analysis
from sapa.pipeline.ingest import name_as_text
from sapa.recordings.errors import FileUnreadable
from sapa.recordings.services import audio_of_two_parties
from sapa.scorecards.evaluate import AUTO, evaluate
from sapa.scorecards.markers import JudgedCall
from sapa.scorecards.types import Evaluation, Scorecard
from sapa.transcripts.engines import SAMPLE_RATE_HZ, Engine
from sapa.transcripts.hear import HearingOptions, hear
from sapa.transcripts.types import Transcript


@dataclass(frozen=True)
class GradedCall:
    file: str
    duration_s: float
    transcript: Transcript
    analysis: Analysis
    card: Scorecard
    evaluation: Evaluation


@dataclass(frozen=True)
class GradeOptions:
    card: Scorecard
    call_type: str
    hearing: HearingOptions


def grade_file(
    path: Path, engine: Engine, options: GradeOptions, progress: Callable[[float], None] | None = None
) -> GradedCall:
    """Raises `FileUnreadable` and whatever decoding, hearing and grading raise, all `SapaError`."""
    try:
        with path.open("rb") as source:
            audio = audio_of_two_parties(source, sample_rate_hz=SAMPLE_RATE_HZ)
    except OSError as exc:
        raise FileUnreadable(name_as_text(str(path)), exc.strerror or str(exc)) from exc
    transcript = hear(audio.samples, engine, options.hearing, progress)
    analysis = analyse(transcript.turns, transcript.voice)
    judged = JudgedCall(transcript, analysis, options.hearing.company_names)
    evaluation = evaluate(options.card, judged, revision=1, call_type=options.call_type or AUTO)
    return GradedCall(name_as_text(str(path)), audio.duration_s, transcript, analysis, options.card, evaluation)


def graded_as_json(graded: GradedCall) -> dict[str, Any]:
    """The shape promised in `graded_call.schema.json`; keys may be added there, never changed or taken away."""
    return {
        "file": graded.file,
        "duration_s": round(graded.duration_s, 3),
        "language": graded.transcript.language,
        "turns": turns_as_json(graded.transcript),
        "measures": graded.analysis.measures,
        "tags": tags_as_json(graded.analysis),
        "evaluation": evaluation_as_json(graded.evaluation),
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
