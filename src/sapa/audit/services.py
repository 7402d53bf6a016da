"""Writing the audit trail. Called inside the transaction of the act it records."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
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


@transaction.atomic
def audit_stretch(verb: str, *, subject: str, person: AbstractBaseUser, start_s: float, end_s: float) -> AuditEntry:
    """One row per person, subject and stretch: all recent rows that the new stretch touches become one.

    The earliest of them grows, the others are deleted; those that the sealer took meanwhile stay as they are.
    The person's own row is the lock: two first chunks at once have no row of the trail to wait for each other on.
    """
    list(get_user_model().objects.select_for_update(no_key=True).filter(pk=person.pk).values_list("pk"))
    at = now_at()
    touching = list(
        AuditEntry.objects.filter(verb=verb, subject=subject, person_id=person.pk, last_at__gte=at - SAME_HEARING)
        .filter(start_s__lte=end_s + TOUCHING_S, end_s__gte=start_s - TOUCHING_S, number=None)
        .select_for_update(no_key=True)
        .order_by("at", "id")
    )
    if not touching:
        return AuditEntry.objects.create(
            at=at, last_at=at, person_id=person.pk, verb=verb, subject=subject, start_s=start_s, end_s=end_s
        )
    kept, *others = touching
    kept.start_s = min([start_s, *(row.start_s for row in touching if row.start_s is not None)])
    kept.end_s = max([end_s, *(row.end_s for row in touching if row.end_s is not None)])
    kept.last_at = at
    kept.save(update_fields=["start_s", "end_s", "last_at"])
    if others:
        AuditEntry.objects.filter(pk__in=[row.pk for row in others]).delete()
    return kept
