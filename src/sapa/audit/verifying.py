"""Verifying: every sealed row read again and hashed, in batches by number, so that memory does not grow with the trail.

Nothing is locked and nothing written; what is sealed while it reads comes after the end it set out for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Max

from sapa.audit.chain import BEFORE_THE_FIRST, FIELDS, Anchor, key_id_of, seal_of, signature_of
from sapa.audit.keeping import has_triggers
from sapa.audit.models import AuditEntry, AuditSeal
from sapa.audit.sealing import CLOCKS_APART, chain_key, entries_due
from sapa.audit.services import SAME_HEARING
from sapa.core.clock import now_at

BATCH = 5000
MOST_TOLD = 1000
SEALED_WITHIN = timedelta(minutes=15)
"""What is due and was not sealed for so long is told: no worker runs, or somebody keeps it from the chain."""
_LATE_AFTER = SAME_HEARING + CLOCKS_APART + SEALED_WITHIN


@dataclass(frozen=True)
class Finding:
    """`number` is the place in the chain, `entry_id` the row in the table, where either is known."""

    kind: str
    message: str
    number: int | None = None
    entry_id: int | None = None


@dataclass
class Verified:
    """`problems` beyond the first thousand are only counted; `notices` are worth knowing and prove nothing."""

    head: Anchor | None = None
    rows: int = 0
    seals: int = 0
    signed: int = 0
    problems: list[Finding] = field(default_factory=list)
    notices: list[Finding] = field(default_factory=list)
    count: int = 0

    @property
    def is_whole(self) -> bool:
        return not self.count

    def problem(self, kind: str, message: str, number: int | None = None, entry_id: int | None = None) -> None:
        self.count += 1
        if len(self.problems) < MOST_TOLD:
            self.problems.append(Finding(kind, message, number, entry_id))

    def notice(self, kind: str, message: str, number: int | None = None, entry_id: int | None = None) -> None:
        if len(self.notices) < MOST_TOLD:
            self.notices.append(Finding(kind, message, number, entry_id))


def chain_verify(*, anchors: Sequence[Anchor] = (), since: Anchor | None = None) -> Verified:
    """`anchors` must be in the chain; `since`: what is up to that one was verified when it was taken."""
    found = Verified()
    last = AuditEntry.objects.aggregate(last=Max("number"))["last"] or 0  # before the head, which may go on
    head = AuditSeal.objects.order_by("-number").first()
    end = head.number if head else 0
    if last > end:
        told = f"Row {last} has a place in the chain beyond row {end}, the last that Sapa sealed."
        found.problem("unsigned", told, last)
    if head:
        found.head = Anchor(head.number, head.seal)
    wanted = [*anchors, *([since] if since else [])]
    end = max(last, end)
    for anchor in wanted:
        if anchor.number > end:
            told = f"The chain ends at row {end} and the anchor is of row {anchor.number}: the end was cut off."
            found.problem("cut_off", told, anchor.number)
    if since is None or since.number <= end:
        _Walk(found, wanted, since).to(end)
    if head and head.key_id != key_id_of(chain_key()):
        told = "The end of the chain was signed with another key than the one here. After a restore: sapa audit seal"
        found.problem("other_key", told, head.number)
    _unsealed_look(found)
    if not has_triggers():
        found.notice("unprotected", "The database does not refuse changes of sealed rows. Run: sapa migrate")
    return found


class _Walk:
    """Along the rows and the seals together."""

    def __init__(self, found: Verified, anchors: Sequence[Anchor], since: Anchor | None) -> None:
        self.found = found
        self.anchors = {anchor.number: anchor for anchor in anchors if anchor.number}
        self.since = since
        self.place = since.number if since else 0
        # A row may hang on the seal that stands at the one before or on the one that should stand there: only the row
        # that was changed is told, not its neighbour too.
        self.before: tuple[str, ...] = (since.seal if since else BEFORE_THE_FIRST,)
        self.seals = self._seals()
        self.seal = next(self.seals, None)
        self.key = chain_key()
        self.key_id = key_id_of(self.key)
        self.key_id_before = ""
        self.all_sealed_at: datetime | None = None

    def to(self, end: int) -> None:
        if self.since and self.since.number:
            self._anchor_row(self.since)
        for number, seal, *values in self._rows(end):
            if number > self.place + 1:
                self._missing(self.place + 1, number - 1)
            self._row(number, seal, values)
            self.place = number
        if self.place < end:
            self._missing(self.place + 1, end)

    def _rows(self, end: int) -> Iterator[tuple[Any, ...]]:
        done = self.place
        entries = AuditEntry.objects.order_by("number").values_list("number", "seal", *FIELDS)
        while batch := list(entries.filter(number__gt=done, number__lte=end)[:BATCH]):
            yield from batch
            done = batch[-1][0]

    def _seals(self) -> Iterator[AuditSeal]:
        done = self.place
        while batch := list(AuditSeal.objects.filter(number__gt=done).order_by("number")[:BATCH]):
            yield from batch
            done = batch[-1].number

    def _anchor_row(self, anchor: Anchor) -> None:
        """That of `since`, which is not read again but must be there."""
        stored = AuditEntry.objects.filter(number=anchor.number).values_list("seal", flat=True).first()
        if stored != anchor.seal:
            self.found.problem("anchor", f"Row {anchor.number} is not the one of the anchor.", anchor.number)
        self.anchors.pop(anchor.number, None)

    def _row(self, number: int, seal: str, values: list[Any]) -> None:
        self.found.rows += 1
        computed = [seal_of(number, before, values) for before in self.before]
        if self.before and seal not in computed:
            told = f"Row {number} (id {values[0]}, {values[4]}, {values[5]}) is not as it was sealed."
            self.found.problem("changed", told, number, values[0])
        self.before = tuple(dict.fromkeys([seal, *computed]))
        anchor = self.anchors.pop(number, None)
        if anchor and anchor.seal not in self.before:
            self.found.problem("anchor", f"Row {number} is not the one of the anchor.", number, values[0])
        if self.all_sealed_at and values[2] + _LATE_AFTER < self.all_sealed_at:
            told = f"Row {number} (id {values[0]}) is of {_time(values[1])}, and came after that time was sealed."
            self.found.notice("late", told, number, values[0])
        while self.seal and self.seal.number <= number:
            if self.seal.seal not in self.before:
                told = f"The seal at row {self.seal.number} is of another row."
                self.found.problem("seal", told, self.seal.number)
            self._signature(self.seal)
            self.seal = next(self.seals, None)

    def _signature(self, seal: AuditSeal) -> None:
        self.found.seals += 1
        if seal.key_id == self.key_id:
            self.found.signed += 1
            signed = signature_of(self.key, seal.number, seal.seal, seal.sealed_at, is_all=seal.is_all)
            if signed != seal.signature:
                told = f"The signature of the seal at row {seal.number} is false."
                self.found.problem("signature", told, seal.number)
        if self.key_id_before and seal.key_id != self.key_id_before:
            told = f"The seal at row {seal.number} ({_time(seal.sealed_at)}) is the first by another key."
            self.found.notice("key_changed", told, seal.number)
        self.key_id_before = seal.key_id
        if seal.is_all:
            self.all_sealed_at = seal.sealed_at

    def _missing(self, first: int, last: int) -> None:
        rows = f"Row {first} is" if first == last else f"Rows {first} to {last} are"
        self.found.problem("missing", f"{rows} not there any more. Row {last + 1} after it hangs in the air.", first)
        self.before = ()
        for number in [number for number in self.anchors if first <= number <= last]:
            del self.anchors[number]
        while self.seal and self.seal.number <= last:
            self._signature(self.seal)
            self.before = (self.seal.seal,) if self.seal.number == last else ()
            self.seal = next(self.seals, None)


def _unsealed_look(found: Verified) -> None:
    waiting = entries_due(now_at()).filter(last_at__lt=now_at() - _LATE_AFTER)
    if oldest := waiting.order_by("id").first():
        told = (
            f"{waiting.count()} rows should be sealed and are not, the oldest of {_time(oldest.at)} (id {oldest.pk}). "
            "Let a worker run, or: sapa audit seal"
        )
        found.problem("unsealed", told, None, oldest.pk)


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
