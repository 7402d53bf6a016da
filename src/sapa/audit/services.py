"""Writing the audit trail. Called inside the transaction of the act it records."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from sapa.audit.models import AuditEntry
from sapa.core.clock import now_at

SAME_HEARING = timedelta(minutes=10)  # a longer break is another act of hearing
TOUCHING_S = 0.5


def audit_write(verb: str, *, subject: str, person: AbstractBaseUser | None = None, **details: Any) -> AuditEntry:
    at = now_at()
    return AuditEntry.objects.create(
        at=at, last_at=at, person_id=person.pk if person else None, verb=verb, subject=subject, details=details
    )


def audit_stretch(verb: str, *, subject: str, person: AbstractBaseUser, start_s: float, end_s: float) -> AuditEntry:
    """One row per person, subject and stretch: a stretch that touches a recent one extends it."""
    at = now_at()
    with transaction.atomic():
        touching = (
            AuditEntry.objects.select_for_update()
            .filter(verb=verb, subject=subject, person_id=person.pk, last_at__gte=at - SAME_HEARING)
            .filter(start_s__lte=end_s + TOUCHING_S, end_s__gte=start_s - TOUCHING_S)
            .order_by("-last_at")
            .first()
        )
        if touching is None:
            return AuditEntry.objects.create(
                at=at, last_at=at, person_id=person.pk, verb=verb, subject=subject, start_s=start_s, end_s=end_s
            )
        touching.start_s = min(start_s, touching.start_s if touching.start_s is not None else start_s)
        touching.end_s = max(end_s, touching.end_s if touching.end_s is not None else end_s)
        touching.last_at = at
        touching.save(update_fields=["start_s", "end_s", "last_at"])
        return touching
