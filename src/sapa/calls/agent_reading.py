"""Agents' days as somebody may see them: who was in, paused and on calls (ADR 25)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Max, QuerySet
from django.utils import timezone

from sapa.accounts.models import PbxName, Person, Role
from sapa.calls.agent_figures import AgentFacts, AgentFigures, Span, agent_figures
from sapa.calls.agents_within import spans_within
from sapa.calls.errors import AgentDaysTooMany
from sapa.calls.models import AgentPause, AgentSession, Call, PbxFile
from sapa.calls.selectors import is_scoped
from sapa.calls.types import LONGEST_CALL_S, AgentShare, MissedOffer
from sapa.core.clock import now_at

MOST_DAYS = 31
_CALLS_AT_ONCE = 2_000


@dataclass(frozen=True)
class Who:
    """An agent: a person here, or, where the name stands for nobody, the name itself (`person_id` None)."""

    name: str
    person_id: int | None = None
    team: str = ""
    pbx_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class AgentOnDay:
    who: Who
    on: date
    figures: AgentFigures


def sees_agents(person: Person) -> bool:
    """Those who control quality see agents' days, and an agent the own; nobody else."""
    return person.controls_quality or (person.is_active and person.role == Role.AGENT)


def agent_days(person: Person, since_on: date, until_on: date) -> list[AgentOnDay]:
    """Of all agents that this person may see, those days of `since_on` to `until_on` on which anything is told of them;
    by day and name. Days are those of the installation's time zone. Raises `AgentDaysTooMany`."""
    if (until_on - since_on).days >= MOST_DAYS:
        raise AgentDaysTooMany(MOST_DAYS)
    if until_on < since_on or not sees_agents(person):
        return []
    days = [since_on + timedelta(days=number) for number in range((until_on - since_on).days + 1)]
    bounds = [(on, day_begins(on), day_begins(on + timedelta(days=1))) for on in days]
    known = _whose(person)
    facts: dict[Who, AgentFacts] = defaultdict(AgentFacts)
    for agent, kind, one in _told(bounds[0][1], bounds[-1][2]):
        who = known.get(agent) or (Who(agent, pbx_names=(agent,)) if _sees_unknown(person) else None)
        if who is not None:
            getattr(facts[who], kind).append(one)
    found = [
        AgentOnDay(who, on, figures)
        for on, began_at, ends_at in bounds
        for who, told in facts.items()
        if not (figures := agent_figures(told, began_at.timestamp(), ends_at.timestamp())).is_empty
    ]
    return sorted(found, key=lambda one: (one.on, one.who.name.casefold(), one.who.person_id or 0))


def records_until() -> datetime | None:
    """The newest row of any log: what is open is known to be so up to there, and not beyond."""
    newest = PbxFile.objects.aggregate(newest=Max("newest"))["newest"]
    return None if newest is None else min(datetime.fromtimestamp(newest, UTC), now_at())


def day_begins(on: date) -> datetime:
    """Its midnight in the installation's time zone."""
    return timezone.make_aware(datetime.combine(on, time.min))


def _sees_unknown(person: Person) -> bool:
    """Names that stand for nobody are in no team, so who sees teams only does not see them."""
    return person.controls_quality and not is_scoped(person)


def _whose(person: Person) -> dict[str, Who]:
    """Names in the phone system → the agents that this person may see."""
    names: QuerySet[PbxName] = PbxName.objects.select_related("person__team").order_by("name")
    if not person.controls_quality:
        names = names.filter(person=person)
    elif is_scoped(person):
        names = names.filter(person__team__grants__person=person)
    mine: dict[int, list[PbxName]] = defaultdict(list)
    for name in names.exclude(name=""):
        mine[name.person_id].append(name)
    whose: dict[str, Who] = {}
    for person_id, theirs in mine.items():
        one = theirs[0].person
        told = tuple(name.name for name in theirs)
        who = Who(str(one), person_id, one.team.name if one.team else "", told)
        whose |= dict.fromkeys(told, who)
    return whose


def _told(since: datetime, until: datetime) -> Iterator[tuple[str, str, Span | AgentShare | MissedOffer]]:
    """All that is told of agents in that time: whose, of which of the facts, and what."""
    ends_at = records_until() or now_at()
    for session in spans_within(AgentSession, since, until):
        span = _span(session, ends_at)._replace(is_since_known=session.is_began_known)
        yield session.agent, "sessions", span
    for pause in spans_within(AgentPause, since, until):
        yield pause.agent, "pauses", _span(pause, ends_at)._replace(reason=pause.reason)
    earliest = since - timedelta(seconds=LONGEST_CALL_S)
    calls = Call.objects.filter(started_at__gte=earliest, started_at__lt=until, revision__gt=0, part_of=None)
    for story in calls.order_by().values_list("story", flat=True).iterator(chunk_size=_CALLS_AT_ONCE):
        for share in story.get("agents", ()):
            yield share["agent"], "shares", AgentShare(**share)
        for offer in story.get("missed", ()):
            yield offer["agent"], "missed", MissedOffer(**offer)


def _span(one: AgentSession | AgentPause, ends_at: datetime) -> Span:
    until = one.ended_at or max(ends_at, one.began_at)
    return Span((one.agent, one.queue), one.began_at.timestamp(), until.timestamp(), is_open=one.ended_at is None)
