"""Too many wrong passwords lock the door for a while: how the counter is set up, and what is written down of it.

django-axes counts, per name and address; this is its only seam. Counting by name alone would let anybody lock out
anybody, and by address alone one forgetful person a whole office.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db import transaction
from django.db.models import Max, Sum
from django.http import HttpRequest

from sapa.accounts.models import Person
from sapa.accounts.selectors import person_named
from sapa.accounts.services import administrator_require
from sapa.audit.services import audit_write
from sapa.core.clock import now_at

LONGEST_NAME = 150


class Handler(AxesDatabaseHandler):  # type: ignore[misc]  # the vendor gives no types
    """Writes the moment of locking into the audit trail; what is refused afterwards is not worth a row each."""

    def user_login_failed(self, sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any) -> None:
        was_locked = bool(getattr(request, "axes_locked_out", False))
        super().user_login_failed(sender, credentials, request, **kwargs)
        if request is not None and request.axes_locked_out and not was_locked:
            name = counted_name(request, credentials)
            person = Person.objects.filter(username__iexact=name).first()
            subject = f"person {person.username if person else name}"[:100]
            audit_write("sign_in.locked", subject=subject, person=person, address=request.axes_ip_address)


def counted_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Under which name a try is counted: capitals make no new name, and no length breaks the table."""
    given = (credentials or {}).get("username") or request.POST.get("username") or ""
    return str(given).strip().lower().replace("\0", "")[:LONGEST_NAME]


def cool_off(request: HttpRequest | None = None) -> timedelta:
    return timedelta(minutes=settings.SAPA_LOCK_OUT_MINUTES)


def locked_until(username: str, address: str = "") -> datetime | None:
    """When somebody of this name may try again (from that address); None: now."""
    tries = AccessAttempt.objects.filter(username=username.lower(), attempt_time__gte=now_at() - cool_off())
    if address:
        tries = tries.filter(ip_address=address)
    counted = tries.values("ip_address").annotate(wrong=Sum("failures_since_start"), last=Max("attempt_time"))
    locked = [row["last"] for row in counted if row["wrong"] >= settings.SAPA_LOCK_OUT_AFTER]
    return max(locked) + cool_off() if locked else None


@transaction.atomic
def lock_lift(actor: Person | None, username: str) -> int:
    """How many counters were cleared. Raises `NotAdministrator`, `PersonMissing`."""
    administrator_require(actor)
    person = person_named(username)
    count: int = AccessAttempt.objects.filter(username=person.username.lower()).delete()[0]
    if count:
        audit_write("sign_in.unlocked", subject=f"person {person.username}"[:100], person=actor)
    return count
