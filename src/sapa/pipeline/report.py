"""A graded call as text for a person at a terminal."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any

from sapa.pipeline.grade import GradedCall
from sapa.recordings.types import ChannelSource, OffsetSource
from sapa.scorecards.types import CriterionMark, MarkState, Scorecard, text_in

WIDTH = 100
VALUES = {1.0: "1  ", 0.5: "0.5", 0.0: "0  "}
MARKLESS = {MarkState.ABSTAINED: "  ?", MarkState.NOT_APPLICABLE: "n.a"}
OFFSETS = {
    OffsetSource.TOLD: "told",
    OffsetSource.SAME_LENGTH: "equally long",
    OffsetSource.SOUND: "found by the sound",
    OffsetSource.ASSUMED: "assumed",
}
REASONS = {
    "phrases_all_said": "said: {elements}",
    "phrases_some_said": "said: {found}; not heard: {missing}",
    "phrases_missing": "not said: {missing}",
    "phrases_uncertain": "cannot tell whether it was said",
    "phrases_forbidden_said": "said, though it must not be: {found}",
    "phrases_forbidden_none": "nothing of the kind was said",
    "measure_in_full": "{measure} = {value}",
    "measure_in_half": "{measure} = {value}, near the limit",
    "measure_outside": "{measure} = {value}, outside the limit",
    "measure_missing": "{measure} could not be taken",
    "too_little_talk": "too little talk to judge ({talk_s} s)",
    "condition_absent": "does not apply to this call",
    "condition_uncertain": "cannot tell whether it applies",
    "language_not_heard": "the model does not hear this language ({language})",
    "parties_unknown": "nobody knows which channel is the agent's",
    "recording_mono": "the recording is mono: who speaks is not known",
    "no_marker": "left to a person",
    "heard_too_poorly": "heard too poorly",
    "no_speech": "no speech",
}


def call_report(graded: GradedCall) -> str:
    """Header, talk, marks with their evidence, result."""
    transcript, evaluation = graded.transcript, graded.evaluation
    language = f"language {transcript.language or 'unknown'} ({transcript.hearing.value.replace('_', '-')})"
    lines = [graded.file, f"  {clock(graded.duration_s)}  {language}  {_parties(graded)}", *_warnings(graded), ""]
    for turn in transcript.turns:
        head = f"  {clock(turn.start_s)} {turn.party.value:<9}"
        lines += textwrap.wrap(turn.text, WIDTH, initial_indent=head, subsequent_indent=" " * len(head))
    lines += ["", f"  {text_in(graded.card.title, 'en')}, call type {evaluation.call_type}"]
    for mark in evaluation.marks:
        lines += _mark_lines(graded.card, mark)
    lines += ["", f"  {result_line(graded)}", ""]
    return "\n".join(lines)


def result_line(graded: GradedCall) -> str:
    score = graded.evaluation.score
    cqr = "no CQR" if score.cqr_pct is None else f"CQR {whole(score.cqr_pct)}"
    return f"{cqr}  coverage {whole(score.coverage_pct)} %  {score.verdict.value}"


def whole(value_pct: float) -> int:
    """Cut off, not rounded: 79.9 under a band of 80 must not read as 80."""
    return math.floor(value_pct + 1e-9)


def clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def table(rows: Sequence[Sequence[str]], *, head: Sequence[str]) -> str:
    """Columns as wide as their widest cell."""
    every = [head, *rows]
    widths = [max(len(row[column]) for row in every) for column in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in every]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(line.rstrip() for line in lines)


def _warnings(graded: GradedCall) -> list[str]:
    recorded = graded.recorded
    told = []
    if recorded.audio.is_truncated:
        told.append("  cut short: the file promises more sound than it holds; what is there was graded")
    if recorded.offset and recorded.offset.source is OffsetSource.ASSUMED:
        told.append(
            "  the two files are taken to start together, nothing shows by how much the agent's is later "
            "(say it with --agent-offset)"
        )
    return told


def _parties(graded: GradedCall) -> str:
    if graded.recorded.is_mono:
        return "mono: who speaks is not known"
    if offset := graded.recorded.offset:
        return f"one file per party, the agent's starts {offset.agent_s:+g} s ({OFFSETS[offset.source]})"
    agent = graded.transcript.agent_channel
    if agent.channel is None:
        return "which channel is the agent's: unsure (say it with --agent-channel 0 or 1)"
    how = "told" if agent.source is ChannelSource.TOLD else f"found by “{agent.reason}”"
    return f"agent on channel {agent.channel} ({how})"


def _mark_lines(card: Scorecard, graded: CriterionMark) -> list[str]:
    mark = graded.mark
    value = MARKLESS[mark.state] if mark.value is None else VALUES[mark.value]
    criterion = next(item for item in card.criteria if item.key == graded.key)
    title = text_in(criterion.title, "en")
    lines = [f"  {value}  ×{graded.weight:<4g} {title} — {reason_text(mark.reason.code, mark.reason.facts)}"]
    for item in mark.evidence:
        quote = f"“{item.quote}”" if item.quote else f"until {clock(item.end_s)}"
        head = f"              {clock(item.start_s)} "
        lines += textwrap.wrap(quote, WIDTH, initial_indent=head, subsequent_indent=" " * len(head))
    return lines


def reason_text(code: str, facts: dict[str, Any]) -> str:
    shown = {key: ", ".join(value) if isinstance(value, list) else value for key, value in facts.items()}
    return REASONS.get(code, code).format_map(shown).replace("_", " ")
