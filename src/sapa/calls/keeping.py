"""Derived calls into the database: a new one is made, a known one told what is new about it, each revision counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from sapa.calls.agent_days import agent_days_derive
from sapa.calls.agent_rows_old import agent_rows_rekey
from sapa.calls.connectors.asterisk.site import Site
from sapa.calls.copying import objects_make
from sapa.calls.deriving import AT_ONCE, MOST_VALUES, calls_of_keys, pieces, stale_keys
from sapa.calls.models import Call, CallTurned, PbxStale, Queue
from sapa.calls.recorded_before import taken_alone
from sapa.calls.telling import ToldCall
from sapa.calls.types import is_hosted, source_key, told_id
from sapa.core.beside import HERE, Doing
from sapa.core.clock import now_at
from sapa.core.garbage import circles_left

TOLD = (
    "source_key",
    "external_id",
    "direction",
    "queue",
    "agent_name",
    "customer_number",
    "customer_name",
    "started_at",
    "dialled",
    "disposition",
    "hung_up_by",
    "answered_at",
    "ended_at",
    "ring_s",
    "wait_s",
    "talk_s",
    "hold_s",
    "story",
    "transfer_count",
    "announced_count",
)
"""What the phone system's records say of a call, as columns. A call that came as a file under the name of another of
its channels gets the name that the phone system has for all of it."""


def rows_derive(site: Site, *, limit: int = AT_ONCE, doing: Doing = HERE) -> int:
    """A turn at all that rows are made into: calls, then agents' sessions, then old rows that lack their keys. Gives
    how many keys or rows it dealt with; 0 when nothing is left."""
    return calls_derive(site, limit=limit, doing=doing) + agent_days_derive() + agent_rows_rekey()


def calls_derive(site: Site, *, limit: int = AT_ONCE, doing: Doing = HERE) -> int:
    """Make the calls of up to so many keys whose rows are new. Gives how many keys; 0 when nothing is left."""
    try:
        return _calls_derive(site, limit, doing)
    except IntegrityError:  # the recording of one of them was taken in this instant: now that call is known
        return _calls_derive(site, limit, doing)


def _calls_derive(site: Site, limit: int, doing: Doing) -> int:
    with transaction.atomic(), circles_left():
        keys = stale_keys(limit=limit)
        if not keys:
            return 0
        for calls in calls_of_keys(keys, site, doing):
            _keep(calls)
        for some in pieces(keys, MOST_VALUES):
            PbxStale.objects.filter(key__in=some).delete()
    return len(keys)


def _keep(calls: Sequence[ToldCall]) -> None:
    queues = _queues_of(calls)
    names = (source_key(name) for call in calls for name in (*call.keys, *_told_ids(call)))
    known = {call.source_key: call for call in _known(names)}
    alone = taken_alone(calls)
    at = now_at()
    made, changed, joined, turned = [], [], [], []
    for call in calls:
        told = call.told | {"queue_id": queues.get(call.queue)}
        here = [known[key] for name in call.keys if (key := source_key(name)) in known]
        came = [known[key] for name in _told_ids(call) if (key := source_key(name)) in known]
        here += [one for one in came if not one.revision]
        here += alone.get(call.key, ())
        if not here:
            made.append(Call(created_at=at, revision=1, **told))
            continue
        kept, *others = sorted(here, key=lambda one: not one.file_name)  # one with a recording, else the oldest name
        before = _decides_marks(kept)
        if _is_news(kept, told):
            kept.revision += 1
            changed.append(kept)
            if kept.file_name and _decides_marks(kept) != before:
                turned.append(CallTurned(call=kept))
        for other in others:
            if not other.file_name:
                joined.append(other.pk)
            elif other.part_of_id != kept.pk:
                other.part_of = kept
                changed.append(other)
    Call.objects.filter(pk__in=joined).delete()
    objects_make(made)
    if changed:
        Call.objects.bulk_update(changed, [*TOLD, "revision", "part_of"])
        CallTurned.objects.bulk_create(turned)


def _told_ids(call: ToldCall) -> list[str]:
    """Under which a recording may have come before anything was told of its call: by what a hosted phone system calls
    it. A call of that name that another phone system told of is another call."""
    return [told_id(name) for name in call.keys if is_hosted(name)]


def _known(keys: Iterable[str]) -> list[Call]:
    wanted = sorted(set(keys))
    return [
        call
        for start in range(0, len(wanted), AT_ONCE)
        for call in Call.objects.select_for_update().filter(source_key__in=wanted[start : start + AT_ONCE])
    ]


def _is_news(kept: Call, told: dict[str, Any]) -> bool:
    """Sets what differs. What the records leave empty stays as somebody else told it."""
    is_news = False
    for name, value in told.items():
        if value in ("", None) and name in ("direction", "queue_id", "agent_name", "customer_number", "customer_name"):
            continue
        if getattr(kept, name) != value:
            setattr(kept, name, value)
            is_news = True
    return is_news


def _decides_marks(call: Call) -> tuple[Any, ...]:
    """Whether a form is applied to it, and which: see `scorecards.choosing`; an agent stands for a team."""
    return call.is_unanswered, call.direction, call.queue_id, call.agent_name


def _queues_of(calls: Sequence[ToldCall]) -> dict[str, int]:
    names = {name for call in calls for name in call.queues}
    known = dict(Queue.objects.filter(name__in=names).values_list("name", "pk"))
    for name in sorted(names - known.keys()):
        known[name] = Queue.objects.get_or_create(name=name)[0].pk
    return known
