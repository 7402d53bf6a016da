"""Reading evaluations and the scorecards they were made with."""

from __future__ import annotations

from sapa.calls.models import Call
from sapa.scorecards.models import EvaluationRecord, ScorecardRevision
from sapa.scorecards.types import Scorecard


def evaluations_of(call: Call) -> list[EvaluationRecord]:
    """The newest first, one for each scorecard: an older revision's marks give way to a newer one's."""
    rows = (
        EvaluationRecord.objects.filter(call=call)
        .select_related("revision__scorecard")
        .prefetch_related("marks")
        .order_by("-created_at", "-pk")
    )
    newest: dict[str, EvaluationRecord] = {}
    for row in rows:
        newest.setdefault(row.revision.scorecard.key, row)
    return list(newest.values())


def scorecard_of(revision: ScorecardRevision) -> Scorecard:
    return Scorecard.model_validate(revision.content)


def scorecards_newest() -> dict[str, Scorecard]:
    """By key, the content of the newest revision."""
    newest: dict[str, ScorecardRevision] = {}
    for revision in ScorecardRevision.objects.select_related("scorecard").order_by("number"):
        newest[revision.scorecard.key] = revision
    return {key: scorecard_of(revision) for key, revision in sorted(newest.items())}
