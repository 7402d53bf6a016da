"""What the call list is asked for, as conditions of the log: facts of a call, and what stages to its right found."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import Exact, GreaterThanOrEqual, IsNull, LessThanOrEqual

from sapa.accounts.models import PbxName, Person
from sapa.calls.log_conditions import (
    Condition,
    Unled,
    fact,
    fact_checked,
    measured,
    nearest,
    numbered,
    period,
    undirected,
    unled,
)  # fmt: skip
from sapa.calls.models import UNHEARD, Call, Queue
from sapa.calls.projects import in_project
from sapa.calls.selectors import COMES_WITHIN
from sapa.core.clock import now_at
from sapa.desk.call_search import text_is_in
from sapa.desk.filters import NO_SOUND, SOUND_MISSING, CallFilter
from sapa.pipeline.models import StageRow, StageState
from sapa.reviews.selectors import evaluations_shown_to
from sapa.scorecards.models import EvaluationRecord

_BEFORE = {  # in which states a call is not, though a stage of it is in this one
    StageState.FAILED: (),
    StageState.RUNNING: (StageState.FAILED,),
    StageState.WAITING: (StageState.FAILED, StageState.RUNNING),
}


def conditions_of(
    person: Person, wanted: CallFilter, *, visible: Collection[Condition], is_small: bool
) -> list[Condition]:
    """With `visible`, which say what this person may see at all. Those that are quickly asked stand first, since SQLite
    asks them as they stand. `is_small`: whoever asks sees few enough calls for all of each to be searched."""
    found = [
        period(*wanted.between()),
        fact("agent_name", value=wanted.agent) if wanted.agent else None,
        fact("queue_id", lookup="in", value=_queue_ids(wanted.queue)) if wanted.queue else None,
        in_project(wanted.project) if wanted.project else None,
        fact("disposition", value=wanted.result) if wanted.result else None,
    ]
    if wanted.direction:
        is_known = wanted.direction != "unknown"
        found.append(fact_checked(direction=wanted.direction) if is_known else undirected())
    if wanted.ended_by:
        found.append(fact_checked(hung_up_by=wanted.ended_by))
    if wanted.moved:
        found.append(fact_checked(**{"transfer_count__gt" if wanted.moved == "yes" else "transfer_count": 0}))
    found += [measured(f"{one.name}_s", one.low, one.high) for one in wanted.ranges if one.name != "cqr"]
    found += [
        fact("agent_name", lookup="in", value=_team_names(wanted.team)) if wanted.team else None,
        numbered(wanted.number) if wanted.number else None,
        *visible,
        text_is_in(wanted.text, is_small=is_small) if wanted.text else None,
        _verdict_is(person, wanted.verdict) if wanted.verdict else None,
        *(_cqr_is(person, one.low, one.high) for one in wanted.ranges if one.name == "cqr"),
        _state_is(wanted.state) if wanted.state else None,
    ]
    return nearest([condition for condition in found if condition is not None])


def newest_evaluation(person: Person, *, of: str = "pk") -> QuerySet[EvaluationRecord]:
    """Of the call that is asked about, of those that this person is shown."""
    return evaluations_shown_to(person).filter(call=OuterRef(of)).order_by("-created_at", "-pk")


def _queue_ids(name: str) -> list[int]:
    return list(Queue.objects.filter(name=name).values_list("pk", flat=True))


def _team_names(team: str) -> list[str]:
    return list(PbxName.objects.filter(person__team__name=team).exclude(name="").values_list("name", flat=True))


def _verdict_is(person: Person, verdict: str) -> Condition:
    check = Q(Exact(Subquery(newest_evaluation(person).values("verdict")[:1]), verdict))
    such = EvaluationRecord.objects.filter(verdict=verdict)
    return Condition(check, Q(pk__in=such.values("call")) & check, (such.values("verdict"),), is_far=True)


def _cqr_is(person: Person, low: float | None, high: float | None) -> Condition:
    newest = Subquery(newest_evaluation(person).values("cqr_pct")[:1])
    check, such = Q(IsNull(newest, False)), EvaluationRecord.objects.filter(cqr_pct__isnull=False)
    if low is not None:
        check, such = check & Q(GreaterThanOrEqual(newest, low)), such.filter(cqr_pct__gte=low)
    if high is not None:
        check, such = check & Q(LessThanOrEqual(newest, high)), such.filter(cqr_pct__lte=high)
    return Condition(check, Q(pk__in=such.values("call")) & check, (such.values("cqr_pct"),), is_far=True)


def _state_is(state: str) -> Condition:
    stages = StageRow.objects.filter(call=OuterRef("pk"))
    if state == NO_SOUND:
        return Condition(Q(~Exists(stages)), is_far=True)
    if state == SOUND_MISSING:
        told = unled(Q(announced_count__gt=0, duration_s__isnull=True))
        late = Q(ended_at__lt=now_at() - COMES_WITHIN)
        check = told & late & Q(revision__gt=0) & Q(Exact(Unled(F("file_name")), "")) & Q(~Exists(stages))
        unheard = Call.objects.order_by().filter(UNHEARD & late)
        return Condition(check, UNHEARD & late & Q(~Exists(stages)), (unheard.values("ended_at"),))
    if state == StageState.DONE:
        return Condition(Q(Exists(stages)) & Q(~Exists(stages.exclude(state=StageState.DONE))), is_far=True)
    check = Q(Exists(stages.filter(Exact(Unled(F("state")), state))))
    for before in _BEFORE[StageState(state)]:
        check &= Q(~Exists(stages.filter(Exact(Unled(F("state")), before))))
    such = StageRow.objects.filter(state=state)
    return Condition(check, Q(pk__in=such.values("call")) & check, (such.values("state"),), is_far=True)
