"""Taking calls in: facts become a call, the same facts again are the same call."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from sapa.accounts.models import Person
from sapa.accounts.selectors import person_named
from sapa.accounts.services import administrator_require
from sapa.audit.services import audit_write
from sapa.calls.errors import CallConflict, QueueInvalid
from sapa.calls.models import Call, PbxCaughtUp, PbxRow, Queue, QueueGrant, RawEvent, WatchedFile, WatchedOutcome
from sapa.calls.selectors import source_keys_of_channel
from sapa.calls.taking_rows import stale_mark
from sapa.calls.types import LONGEST_QUEUE, CallFacts, hosted_key, source_key, told_id
from sapa.core.clock import now_at
from sapa.core.errors import SapaError
from sapa.core.storable import is_storable


def source_key_of(facts: CallFacts, *, sha256: str) -> str:
    """Identity of a call: the phone system's own name for it, else the content of its recording."""
    return source_key(facts.external_id) if facts.external_id else f"sha256:{sha256}"


@transaction.atomic
def call_create(facts: CallFacts, *, sha256: str, file_name: str, connector: str, payload: dict[str, Any]) -> Call:
    """A call that the phone system told of already is that one. Raises `CallConflict` when another has this identity
    and a recording."""
    at = now_at()
    call = _known(facts, sha256=sha256) or Call(source_key=source_key_of(facts, sha256=sha256), created_at=at)
    if not call.revision:
        call.external_id = told_id(facts.external_id)
        call.direction = facts.direction.value
        call.queue = Queue.objects.get_or_create(name=facts.queue)[0] if facts.queue else None
        call.agent_name = facts.agent_name
        call.customer_number = facts.customer_number
        call.started_at = facts.started_at or at
    call.customer_name = facts.customer_name or call.customer_name
    call.file_name = file_name or call.external_id
    call.call_type = facts.call_type
    call.outcome = facts.outcome
    call.language = facts.language
    call.save()
    if call.external_id and not call.revision:
        _told_meanwhile(hosted_key(call.external_id))
    RawEvent.objects.create(call=call, connector=connector, received_at=at, payload=payload)
    return call


def _told_meanwhile(key: str) -> None:
    """Its call may be made of events in this very moment, under the other name: made again, they are one (ADR 24)."""
    if PbxRow.objects.filter(key=key).exists():
        stale_mark([key])


def _known(facts: CallFacts, *, sha256: str) -> Call | None:
    """What the phone system told of this call. Its recording may be named by any of its channels."""
    own = source_key_of(facts, sha256=sha256)
    keys = source_keys_of_channel(facts.external_id) if facts.external_id else [own]
    known = Call.objects.select_for_update().filter(source_key__in=keys).order_by("started_at").first()
    if known is None:
        return None
    call = known.part_of or known
    if call.file_name or not call.revision:
        raise CallConflict(facts.external_id)
    return call


@transaction.atomic
def queue_grant(actor: Person | None, username: str, queue: str) -> None:
    """From now on this person controls the calls of that queue (and what else was granted), and no more all of them.

    A queue that had no call yet is made known by it. Raises `NotAdministrator`, `PersonMissing`, `QueueInvalid`.
    """
    administrator_require(actor)
    if not queue.strip() or len(queue) > LONGEST_QUEUE or not is_storable(queue):
        raise QueueInvalid(LONGEST_QUEUE)
    person, found = person_named(username), Queue.objects.get_or_create(name=queue)[0]
    if QueueGrant.objects.get_or_create(person=person, queue=found)[1]:
        audit_write("queue.granted", subject=f"person {username}"[:100], person=actor, queue=queue)


@transaction.atomic
def queue_grant_end(actor: Person | None, username: str, queue: str) -> None:
    """Raises `NotAdministrator`, `PersonMissing`."""
    administrator_require(actor)
    if QueueGrant.objects.filter(person=person_named(username), queue__name=queue).delete()[0]:
        audit_write("queue.grant_ended", subject=f"person {username}"[:100], person=actor, queue=queue)


def watched_file_keep(
    key: str,
    *,
    found: dict[str, Any],
    outcome: WatchedOutcome,
    call: Call | None = None,
    error: SapaError | None = None,
    metadata_mark: str = "",
) -> WatchedFile:
    """Remember what became of a file. `found`: folder, path, inode, size_bytes, mtime_ns."""
    kept = {
        **found,
        "outcome": outcome,
        "call": call,
        "error_code": error.code if error else "",
        "error_message": error.message if error else "",
        "metadata_mark": metadata_mark,
        "archived_as": "",
        "seen_at": now_at(),
    }
    return WatchedFile.objects.update_or_create(key=key, defaults=kept)[0]


def watched_file_archived(key: str, archived_as: str) -> None:
    WatchedFile.objects.filter(key=key).update(archived_as=archived_as)


def records_are_read(until: datetime) -> None:
    PbxCaughtUp.objects.update_or_create(pk=1, defaults={"until": until})


def call_duration_set(call_id: UUID, duration_s: float) -> None:
    Call.objects.filter(id=call_id).update(duration_s=duration_s)
