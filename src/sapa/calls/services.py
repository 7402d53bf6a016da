"""Taking calls in: facts become a call, the same facts again are the same call."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from sapa.calls.errors import CallConflict
from sapa.calls.models import Call, Queue, RawEvent
from sapa.calls.types import CallFacts
from sapa.core.clock import now_at


def source_key_of(facts: CallFacts, *, sha256: str) -> str:
    """Identity of a call: the phone system's own name for it, else the content of its recording."""
    return f"id:{facts.external_id}" if facts.external_id else f"sha256:{sha256}"


@transaction.atomic
def call_create(facts: CallFacts, *, sha256: str, file_name: str, connector: str, payload: dict[str, Any]) -> Call:
    """Raises `CallConflict` when another call already has this identity."""
    key = source_key_of(facts, sha256=sha256)
    if Call.objects.filter(source_key=key).exists():
        raise CallConflict(facts.external_id)
    queue = Queue.objects.get_or_create(name=facts.queue)[0] if facts.queue else None
    at = now_at()
    call = Call.objects.create(
        source_key=key,
        external_id=facts.external_id,
        file_name=file_name,
        direction=facts.direction.value,
        queue=queue,
        agent_name=facts.agent_name,
        customer_number=facts.customer_number,
        customer_name=facts.customer_name,
        started_at=facts.started_at or at,
        call_type=facts.call_type,
        outcome=facts.outcome,
        language=facts.language,
        created_at=at,
    )
    RawEvent.objects.create(call=call, connector=connector, received_at=at, payload=payload)
    return call


def call_duration_set(call_id: UUID, duration_s: float) -> None:
    Call.objects.filter(id=call_id).update(duration_s=duration_s)
