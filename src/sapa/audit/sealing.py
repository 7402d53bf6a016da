"""Sealing: rows that will not change any more get their place in the chain, a batch at a time.

Who acts writes an ordinary row and waits for nobody; the sealer comes afterwards, in a transaction of its own, so the
chain is no lock that everybody queues at. One sealer works at a time, another one goes home.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from sapa.audit.chain import BEFORE_THE_FIRST, FIELDS, key_id_of, key_of, seal_of, signature_of
from sapa.audit.errors import ChainBroken
from sapa.audit.models import AuditEntry, AuditSeal
from sapa.audit.services import SAME_HEARING, audit_write
from sapa.core.clock import now_at

AT_ONCE = 500
CLOCKS_APART = timedelta(minutes=1)  # between machines that write stretches and the one that seals
_LOCK = 0x5A9A_A0D1  # any number that nothing else here locks by


def audit_seal(*, budget_s: float | None = None) -> int:
    """How many rows were sealed: all that are due, or what can be done in that time. Raises `ChainBroken`."""
    over_s = None if budget_s is None else time.monotonic() + budget_s
    sealed = 0
    while entries_due(now_at()).exists():
        count = _batch_seal()
        sealed += count
        if count < AT_ONCE or (over_s is not None and time.monotonic() >= over_s):
            break
    return sealed


def entries_due(at: datetime) -> QuerySet[AuditEntry]:
    """Not sealed, and never to change again: stretches are due when nothing can join them any more."""
    settled = Q(start_s=None) | Q(last_at__lt=at - SAME_HEARING - CLOCKS_APART)
    return AuditEntry.objects.filter(settled, number=None)


def chain_end_check() -> None:
    """The cheap part of verifying. Raises `ChainBroken`."""
    _head_check(chain_key())


def chain_key() -> bytes:
    return key_of(settings.SECRET_KEY)


@transaction.atomic
def _batch_seal() -> int:
    at = now_at()
    if not _is_alone():
        return 0
    # A stretch that is growing at this moment is left: its writer holds the row.
    rows = list(entries_due(at).select_for_update(skip_locked=True).order_by("id")[:AT_ONCE])
    if not rows:
        return 0
    is_all = len(rows) < AT_ONCE
    key = chain_key()
    key_id = key_id_of(key)
    head = _head_check(key)
    if head is not None and head.key_id != key_id:
        rows.append(audit_write("audit.key_changed", subject="audit", key_before=head.key_id, key=key_id))
    number, seal = (head.number, head.seal) if head else (0, BEFORE_THE_FIRST)
    places: list[tuple[int, str, int]] = []
    for row in _as_stored(rows):
        number += 1
        seal = seal_of(number, seal, row)
        places.append((number, seal, row[0]))
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE audit_auditentry SET number = %s, seal = %s WHERE id = %s", places)
    signature = signature_of(key, number, seal, at, is_all=is_all)
    AuditSeal.objects.create(number=number, seal=seal, sealed_at=at, is_all=is_all, key_id=key_id, signature=signature)
    return len(places)


def _as_stored(rows: list[AuditEntry]) -> list[tuple[int, ...]]:
    """The values as whoever verifies will read them, and not as somebody wrote them."""
    return list(AuditEntry.objects.filter(pk__in=[row.pk for row in rows]).order_by("id").values_list(*FIELDS))


def _is_alone() -> bool:
    """SQLite lets one writer in at a time anyway."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _head_check(key: bytes) -> AuditSeal | None:
    """Before each batch: the next signature must not bless what was forged. One statement, so one moment."""
    numbered = AuditEntry.objects.exclude(number=None).order_by("-number")
    head = AuditSeal.objects.annotate(
        last=Subquery(numbered.values("number")[:1]),
        stored=Subquery(numbered.filter(number=OuterRef("number")).values("seal")[:1]),
    )
    newest = head.order_by("-number").first()
    if newest is None:
        last = numbered.values_list("number", flat=True).first()
        if last and not AuditSeal.objects.exists():
            raise ChainBroken(last, f"row {last} has a place in the chain, and no seal of Sapa's is there")
        return None
    if newest.last != newest.number:
        told = f"the chain was sealed up to row {newest.number}, and its last row is {newest.last}"
        raise ChainBroken(newest.number, told)
    if newest.stored != newest.seal:
        raise ChainBroken(newest.number, f"row {newest.number} is not the one that was sealed")
    signed = signature_of(key, newest.number, newest.seal, newest.sealed_at, is_all=newest.is_all)
    if newest.key_id == key_id_of(key) and newest.signature != signed:
        raise ChainBroken(newest.number, f"the signature of the seal at row {newest.number} is false")
    return newest
