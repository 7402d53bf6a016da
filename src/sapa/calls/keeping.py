"""Derived calls into the database: a new one is made, a known one told what is new about it, each revision counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, transaction

from sapa.calls.agent_days import agent_days_derive
from sapa.calls.agent_rows_old import agent_rows_rekey
from sapa.calls.connectors.asterisk.site import Site
from sapa.calls.copying import objects_make
from sapa.calls.deriving import AT_ONCE, Gathered, derived_of, stale_keys
from sapa.calls.models import Call, PbxStale, Queue
from sapa.calls.recorded_before import taken_alone
from sapa.calls.types import LONGEST_QUEUE, DerivedCall, QueueVisit, VisitOutcome, is_hosted, source_key, told_id
from sapa.core.clock import now_at
from sapa.core.garbage import circles_left
from sapa.core.storable import storable_part

MOST_COUNTED = 32_767  # what the column holds
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


def rows_derive(site: Site) -> int:
    """A turn at all that rows are made into: calls, then agents' sessions, then old rows that lack their keys. Gives
    how many keys or rows it dealt with; 0 when nothing is left."""
    return calls_derive(site) + agent_days_derive() + agent_rows_rekey()


def calls_derive(site: Site, *, limit: int = AT_ONCE) -> int:
    """Make the calls of up to so many keys whose rows are new. Gives how many keys; 0 when nothing is left."""
    try:
        return _calls_derive(site, limit)
    except IntegrityError:  # the recording of one of them was taken in this instant: now that call is known
        return _calls_derive(site, limit)


def _calls_derive(site: Site, limit: int) -> int:
    with transaction.atomic(), circles_left():
        keys = stale_keys(limit=limit)
        if not keys:
            return 0
        found = list(derived_of(keys, site))
        _keep([(gathered, call) for gathered, call in found if call is not None])
        PbxStale.objects.filter(key__in=keys).delete()
    return len(keys)


def _keep(derived: Sequence[tuple[Gathered, DerivedCall]]) -> None:
    queues = _queues_of(call for _, call in derived)
    names = (source_key(name) for gathered, _ in derived for name in (*gathered.keys, *_told_ids(gathered)))
    known = {call.source_key: call for call in _known(names)}
    alone = taken_alone([call for _, call in derived])
    at = now_at()
    made, changed, joined = [], [], []
    for gathered, call in derived:
        told = _told(call, queues) | {"source_key": source_key(call.key), "external_id": told_id(call.key)}
        here = [known[key] for name in gathered.keys if (key := source_key(name)) in known]
        came = [known[key] for name in _told_ids(gathered) if (key := source_key(name)) in known]
        here += [one for one in came if not one.revision]
        here += alone.get(call.key, ())
        if not here:
            made.append(Call(created_at=at, revision=1, **told))
            continue
        kept, *others = sorted(here, key=lambda one: not one.file_name)  # one with a recording, else the oldest name
        if _is_news(kept, told):
            kept.revision += 1
            changed.append(kept)
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


def _told_ids(gathered: Gathered) -> list[str]:
    """Under which a recording may have come before anything was told of its call: by what a hosted phone system calls
    it. A call of that name that another phone system told of is another call."""
    return [told_id(name) for name in gathered.keys if is_hosted(name)]


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


def _queues_of(calls: Iterable[DerivedCall]) -> dict[str, int]:
    names = {_queue_name(visit) for call in calls for visit in call.queues if visit.queue}
    known = dict(Queue.objects.filter(name__in=names).values_list("name", "pk"))
    for name in sorted(names - known.keys()):
        known[name] = Queue.objects.get_or_create(name=name)[0].pk
    return known


def _queue_name(visit: QueueVisit) -> str:
    return storable_part(visit.queue)[:LONGEST_QUEUE]


def _told(call: DerivedCall, queues: dict[str, int]) -> dict[str, Any]:
    taken = [visit for visit in call.queues if visit.outcome is VisitOutcome.ANSWERED] or list(call.queues)
    queue = _queue_name(taken[-1]) if taken else ""
    return {
        "direction": call.direction.value,
        "queue_id": queues.get(queue),
        "agent_name": storable_part(call.agents[0].agent)[:100] if call.agents else "",
        "customer_number": storable_part(call.customer)[:40],
        "customer_name": storable_part(call.customer_name)[:100],
        "started_at": _at(call.started_at),
        "dialled": storable_part(call.dialled)[:40],
        "disposition": call.disposition.value,
        "hung_up_by": call.hung_up_by.value,
        "answered_at": _at(call.answered_at),
        "ended_at": _at(call.ended_at),
        "ring_s": round(call.ring_s, 3),
        "wait_s": round(call.wait_s, 3),
        "talk_s": round(call.talk_s, 3),
        "hold_s": round(call.hold_s, 3),
        "story": story_of(call),
        "transfer_count": min(len(call.transfers), MOST_COUNTED),
        "announced_count": min(len(call.recordings), MOST_COUNTED),
    }


def story_of(call: DerivedCall) -> dict[str, Any]:
    """As JSON: what happened in its order; times are seconds since 1970."""
    return {
        name: [_plain(asdict(item)) for item in getattr(call, name)]
        for name in ("queues", "agents", "missed", "transfers")
    } | {
        "unrecorded": [[round(since, 3), round(until, 3)] for since, until in call.unrecorded],
        "recordings": [_fit(name) for name in call.recordings],
        "customer_channels": list(call.customer_channels),
    }


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    return {name: _fit(value) for name, value in item.items()}


def _fit(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 3)
    return storable_part(str(value)) if isinstance(value, str) else value


def _at(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
