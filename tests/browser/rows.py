"""Calls stored as bare rows: enough for the list to show, without sound or words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sapa.analytics.models import CallTag
from sapa.calls.models import Call, Queue
from sapa.core.clock import now_at
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.stages import STAGE_KEYS
from sapa.scorecards.models import EvaluationRecord, ScorecardRevision
from sapa.scorecards.types import CallTypeSource


@dataclass(frozen=True)
class Seen:
    """What one line of the list shows. `stage` is the one that the call stands at, in `state`."""

    customer: str
    hours_ago: float = 1.0
    direction: str = "inbound"
    agent: str = "Aigerim"
    number: str = "+77015550101"
    queue: str = "cards"
    duration_s: float = 60.0
    language: str = "en"
    stage: str = "grade"
    state: StageState = StageState.DONE
    cqr_pct: float | None = 80.0
    verdict: str = "successful"
    tags: int = 0


def calls_store(seen: Sequence[Seen]) -> list[Call]:
    at = now_at()
    queues = {name: Queue.objects.get_or_create(name=name)[0] for name in {line.queue for line in seen} if name}
    calls = Call.objects.bulk_create(_call_of(line, queues, at) for line in seen)
    pairs = list(zip(calls, seen, strict=True))
    StageRow.objects.bulk_create(row for call, line in pairs for row in _stage_rows(call, line, at))
    revision = ScorecardRevision.objects.order_by("pk")[0]
    EvaluationRecord.objects.bulk_create(
        EvaluationRecord(
            call=call, revision=revision, call_type="service", call_type_source=CallTypeSource.TOLD,
            cqr_pct=line.cqr_pct, coverage_pct=75.0, verdict=line.verdict, created_at=at,
        )
        for call, line in pairs if line.verdict and line.state == StageState.DONE
    )  # fmt: skip
    CallTag.objects.bulk_create(
        CallTag(call=call, kind="silence", party="unknown", start_s=place, end_s=place + 1)
        for call, line in pairs
        for place in range(line.tags)
    )
    return calls


def _call_of(line: Seen, queues: dict[str, Queue], at: datetime) -> Call:
    return Call(
        source_key=f"id:{line.customer}",
        direction=line.direction,
        queue=queues.get(line.queue),
        agent_name=line.agent,
        customer_number=line.number,
        customer_name=line.customer,
        started_at=at - timedelta(hours=line.hours_ago),
        duration_s=line.duration_s,
        language=line.language,
        created_at=at,
    )


def _stage_rows(call: Call, line: Seen, at: datetime) -> list[StageRow]:
    """Done up to the stage the call stands at; the later ones have no row yet, as in the real line."""
    reached = STAGE_KEYS[: STAGE_KEYS.index(line.stage) + 1]
    error = ("engine_failed", "The engine stopped.") if line.state == StageState.FAILED else ("", "")
    return [
        StageRow(
            call=call, stage=stage, state=line.state if stage == line.stage else StageState.DONE, attempt=1,
            progress_share=0.4 if line.state == StageState.RUNNING and stage == line.stage else 1.0, opened_at=at,
            error_code=error[0] if stage == line.stage else "", error_message=error[1] if stage == line.stage else "",
        )
        for stage in reached
    ]  # fmt: skip
