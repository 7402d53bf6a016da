"""Reading calls, always as somebody: who may see which call is decided here and nowhere else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, CharField, Count, Exists, Max, OuterRef, Q, QuerySet, Value
from django.utils.timezone import localdate

from sapa.accounts.models import PbxName, Person, Role, Team
from sapa.accounts.selectors import pbx_names_of
from sapa.calls.agent_names import agent_names
from sapa.calls.errors import CallMissing
from sapa.calls.log_conditions import Condition, fact, log_calls
from sapa.calls.models import (
    Call,
    GivenCall,
    PbxCaughtUp,
    PbxFile,
    PbxLink,
    PbxRowKind,
    PbxStale,
    Project,
    Queue,
    QueueGrant,
    WatchedFile,
    WatchedOutcome,
)
from sapa.calls.types import LONGEST_CALL_S, SoundState, hosted_key, source_key
from sapa.core.clock import now_at

COMES_WITHIN = timedelta(minutes=15)  # of the end of a call its recording
_NO_NAME, _NO_QUEUE = Value(None, output_field=CharField()), Value(None, output_field=BigIntegerField())
NAMING = ("agent_name", "customer_name", "customer_number", "dialled", "external_id", "file_name")
"""What names somebody; a file's often holds a number."""


def calls_visible_to(person: Person) -> QuerySet[Call]:
    """For those who control quality every call, or those of the teams and queues that were granted to them; for an
    agent own calls; for an outside reviewer those that were given; nothing for anybody else (ADR 13, 18)."""
    if sees_all_calls(person):
        return Call.objects.all()
    if person.controls_quality:
        return Call.objects.filter(_granted_to(*_granted(person)))
    lead = _visible_condition(person).lead
    return Call.objects.none() if lead is None else Call.objects.filter(lead)


def sees_all_calls(person: Person) -> bool:
    return person.controls_quality and not is_scoped(person)


def visible_conditions(person: Person) -> list[Condition]:
    """The same for a log of calls: none for who sees all, else one."""
    return [] if sees_all_calls(person) else [_visible_condition(person)]


def _visible_condition(person: Person) -> Condition:
    if person.controls_quality:
        return _granted_condition(person)
    if person.is_active and person.role == Role.AGENT:
        names = _own_names(person)
        return fact("agent_name", value=names[0]) if len(names) == 1 else fact("agent_name", lookup="in", value=names)
    if person.is_outside:
        given = given_now(person).values("call")
        return Condition(Q(pk__in=given), Q(pk__in=given), (given,))
    return Condition(Q(pk__in=[]))


def _granted_condition(person: Person) -> Condition:
    """With values and not subqueries, for which PostgreSQL goes to no index. Of a call that is met it is asked so that
    it does not go to them: all that are theirs would be fetched for a page of few."""
    agents, queues = _granted_now(person)
    met = Q(agent_name_met__in=agents) | Q(queue_id_met__in=queues)
    parts = (Q(agent_name__in=agents), Q(queue_id__in=queues) & ~Q(agent_name_met__in=agents))
    entries = tuple(log_calls().filter(part).values("started_at") for part in parts)
    return Condition(met, _granted_to(agents, queues), entries, parts)


def _own_names(person: Person) -> list[str]:
    return sorted(name for name in pbx_names_of(person) if name)


def given_now(person: Person) -> QuerySet[GivenCall]:
    """What was given to this person and has not run out."""
    today = localdate(now_at())
    return GivenCall.objects.filter(Q(until_on=None) | Q(until_on__gte=today), person=person)


def veiled(person: Person, call: Call) -> Call:
    """The call as this person may be shown it: without names where they are kept from them."""
    if not person.hides_names:
        return call
    shown = copy(call)
    shown.is_veiled = True
    for field in NAMING:
        setattr(shown, field, "")
    shown.story = {}
    return shown


def source_keys_of_channel(channel: str) -> list[str]:
    """Of the calls that it took part in, by the phone system's records; its own is one as a rule. Or of the call that a
    hosted phone system calls so."""
    links = PbxLink.objects.filter(channel=channel).values_list("key", flat=True)
    return [source_key(key) for key in (channel, hosted_key(channel), *links)]


@dataclass(frozen=True)
class PhoneSystem:
    """`read_at`: when a log of it last held something new. `to_make`: names whose rows are not made into calls yet."""

    read_at: datetime
    to_make: int


def phone_system() -> PhoneSystem | None:
    read_at = PbxFile.objects.aggregate(read_at=Max("seen_at"))["read_at"]
    return None if read_at is None else PhoneSystem(read_at, PbxStale.objects.count())


def records_read_until() -> datetime | None:
    """What the logs that are followed held then is here, and made into calls."""
    return PbxCaughtUp.objects.values_list("until", flat=True).first()


def events_last_at() -> datetime | None:
    """When a hosted phone system last sent something new."""
    return PbxFile.objects.filter(kind=PbxRowKind.EVENT).values_list("seen_at", flat=True).first()


def has_phone_system() -> bool:
    """Whether records of one were ever read here."""
    return PbxFile.objects.exists()


def sound_state(
    *, has_file: bool, announced: Sequence[str], started_at: datetime, ended_at: datetime | None
) -> SoundState:
    """Of a call that the phone system told of. `announced`: the names of the files that it said it writes."""
    at = now_at()
    if has_file:
        return SoundState.HERE
    if ended_at is None:
        return SoundState.GOING_ON if (at - started_at).total_seconds() < LONGEST_CALL_S else SoundState.NONE
    if announced:
        return SoundState.AWAITED if at - ended_at < COMES_WITHIN else SoundState.MISSING
    return SoundState.NONE


def sound_of(call: Call) -> SoundState:
    return sound_state(
        has_file=bool(call.file_name) or not call.revision,
        announced=call.story.get("recordings", ()),
        started_at=call.started_at,
        ended_at=call.ended_at,
    )


def is_scoped(person: Person) -> bool:
    """Whether teams or queues were granted to this person, so that the others' calls are not theirs to see."""
    if person.role == Role.ADMINISTRATOR:
        return False
    if person.is_scoped is None:
        _grants_read(person)
    return bool(person.is_scoped)


def sees_whole_line(person: Person) -> bool:
    """What tells about all calls at once is for those who may see each of them."""
    return person.may_manage and not is_scoped(person)


def _granted_to(names: Iterable[Any], queues: Iterable[Any]) -> Q:
    return Q(agent_name__in=names) | Q(queue_id__in=queues)


def _granted(person: Person) -> tuple[QuerySet[Any, Any], QuerySet[Any, Any]]:
    """Names of agents in granted teams, and granted queues."""
    names = PbxName.objects.filter(person__team__grants__person=person).exclude(name="")
    return names.values("name"), QueueGrant.objects.filter(person=person).values("queue")


def _granted_now(person: Person) -> tuple[list[str], list[int]]:
    return person.granted or _grants_read(person)


def _grants_read(person: Person) -> tuple[list[str], list[int]]:
    """The same in one question. A team without names was granted all the same."""
    teams = person.team_grants.order_by().values_list("team__people__pbx_names__name", _NO_QUEUE)
    queues = person.queue_grants.order_by().values_list(_NO_NAME, "queue")
    rows = list(teams.union(queues, all=True))
    person.is_scoped = bool(rows)
    person.granted = sorted({name for name, _ in rows if name}), sorted({queue for _, queue in rows if queue})
    return person.granted


@dataclass(frozen=True)
class UnmappedName:
    """An agent's name in the records of the phone system that stands for nobody here."""

    name: str
    calls: int
    last_at: datetime


def pbx_names_unmapped() -> list[UnmappedName]:
    """Those with the most calls first."""
    unknown = Call.objects.exclude(agent_name="").exclude(agent_name__in=PbxName.objects.values("name"))
    counted = unknown.order_by().values("agent_name").annotate(count=Count("pk"), last_at=Max("started_at"))
    rows = counted.order_by("-count", "agent_name")
    return [UnmappedName(row["agent_name"], row["count"], row["last_at"]) for row in rows]


def call_visible_to(person: Person, call_id: UUID) -> Call:
    """Raises `CallMissing` alike for a call that is not there and one that is not theirs to see."""
    call = calls_visible_to(person).select_related("queue__project").filter(pk=call_id).first()
    if call is None:
        raise CallMissing
    return call


def agent_names_visible_to(person: Person) -> list[str]:
    if person.hides_names:
        return []
    if sees_all_calls(person):
        return agent_names()
    if person.controls_quality:
        granted, queues = _granted_now(person)
        names = set(granted) & set(agent_names()) if granted else set()
        for queue in queues:
            names.update(agent_names(in_queue=queue))
        return sorted(names)
    if person.role == Role.AGENT:
        return [name for name in _own_names(person) if Call.objects.filter(agent_name=name).exists()]
    own = calls_visible_to(person).exclude(agent_name="").order_by("agent_name")
    return list(own.values_list("agent_name", flat=True).distinct())


def queue_and_project_names_visible_to(person: Person) -> tuple[list[str], list[str]]:
    """Queues with calls that this person sees, and the projects that own them; for who sees all calls all projects."""
    found = _queues_visible_to(person).order_by("name").values_list("name", "project")
    rows = list(found)
    projects = Project.objects.order_by("folded").values_list("name", flat=True)
    if not sees_all_calls(person):
        projects = projects.filter(pk__in={project for _, project in rows if project})
    return [name for name, _ in rows], list(projects)


def _queues_visible_to(person: Person) -> QuerySet[Queue]:
    """Those with calls that this person sees."""
    calls = Call.objects.order_by().filter(queue=OuterRef("pk"))
    if sees_all_calls(person):
        used = Q(Exists(calls))
    elif person.controls_quality:  # of names that are told one by one the index of queue and agent is asked
        names, queues = _granted_now(person)
        used = Q(Exists(calls.filter(agent_name__in=names))) | Q(pk__in=queues) & Q(Exists(calls))
    else:
        used = Q(Exists(calls_visible_to(person).order_by().filter(queue=OuterRef("pk"))))
    return Queue.objects.filter(used)


def team_names_visible_to(person: Person) -> list[str]:
    """Teams that one may ask for by name: who sees their own calls alone has none to choose between."""
    if not person.controls_quality:
        return []
    teams = Team.objects.filter(grants__person=person) if is_scoped(person) else Team.objects.all()
    return list(teams.order_by("name").values_list("name", flat=True))


def watched_files_by_key(keys: Sequence[str]) -> dict[str, WatchedFile]:
    """Not more than some hundred at once: a database takes no more values in one question."""
    return {row.key: row for row in WatchedFile.objects.filter(key__in=keys)}


def watched_calls_like(size_bytes: int, mtime_ns: int) -> set[UUID]:
    """Calls of files that had this size and time: where a file was renamed, its call is among them."""
    alike = Call.objects.filter(watched_files__size_bytes=size_bytes, watched_files__mtime_ns=mtime_ns)
    return set(alike.values_list("pk", flat=True)[:20])


def watched_files_refused() -> QuerySet[WatchedFile]:
    return WatchedFile.objects.filter(outcome=WatchedOutcome.REFUSED).order_by("-seen_at")


def team_names_of(agent_names: Collection[str]) -> dict[str, str]:
    """Agent's name in the phone system → name of the team, for those whose person is in one."""
    known = PbxName.objects.filter(name__in=[name for name in agent_names if name], person__team__isnull=False)
    return dict(known.values_list("name", "person__team__name"))
