"""Rows that were taken when agents' comings, goings and pauses had no key of their own get it, some thousands at a time
(ADR 25). Each turn is one transaction that also notes how far it came, so it may be killed at any moment."""

from __future__ import annotations

from collections import defaultdict

from django.db import transaction

from sapa.calls.connectors.asterisk import queue_log
from sapa.calls.connectors.asterisk.rows import RowRejected
from sapa.calls.connectors.asterisk.shifts import agent_key
from sapa.calls.models import Call, PbxFile, PbxRow
from sapa.calls.taking_rows import agents_stale
from sapa.calls.types import PLACES, source_key
from sapa.core.garbage import circles_left

AT_ONCE = 20_000
_VALUES = 900  # a database takes no more in one question


def agent_rows_rekey(*, limit: int = AT_ONCE) -> int:
    """Look at up to so many old rows, the newest first. Gives how many were looked at; 0 when none is left."""
    with transaction.atomic(), circles_left():
        file = PbxFile.objects.select_for_update().filter(old_to__gt=0).order_by("-pk").first()
        if file is None:
            return 0
        base = file.pk * PLACES
        old = PbxRow.objects.filter(pk__gte=base, pk__lt=base + file.old_to).order_by("-pk")
        rows = list(old.values_list("id", "key", "raw")[:limit])
        moved: dict[str, list[int]] = defaultdict(list)
        left: set[str] = set()
        for id_, key, raw in rows:
            try:
                new = agent_key(queue_log.row_of(bytes(raw)))
            except RowRejected:
                continue
            if new and new != key:
                moved[new].append(id_)
                left.add(key)
        for new, ids in moved.items():
            for start in range(0, len(ids), _VALUES):
                PbxRow.objects.filter(pk__in=ids[start : start + _VALUES]).update(key=new)
        agents_stale(moved)
        _calls_of_nothing(sorted(left - {""}))
        file.old_to = rows[-1][0] - base if len(rows) == limit else 0
        file.save(update_fields=["old_to"])
    return max(1, len(rows))


def _calls_of_nothing(keys: list[str]) -> None:
    """An agent who dialled into a queue was a call where `queue_log` is all there is; without those rows it is none."""
    for start in range(0, len(keys), _VALUES):
        some = keys[start : start + _VALUES]
        empty = set(some) - set(PbxRow.objects.filter(key__in=some).values_list("key", flat=True).distinct())
        names = [source_key(key) for key in empty]
        Call.objects.filter(source_key__in=names, file_name="", revision__gt=0).delete()
