"""Recordings that were taken as calls of their own before the phone system's records were read (ADR 23)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sapa.calls.connectors.asterisk.recorded import name_written
from sapa.calls.deriving import MOST_VALUES, pieces
from sapa.calls.models import Call
from sapa.calls.telling import ToldCall

_CLOCKS_DIFFER_S = 60.0
_WRITTEN_WITHIN_S = 3600.0  # of the end: what MixMonitor runs on a file may take its time


def taken_alone(derived: Iterable[ToldCall]) -> Mapping[str, Sequence[Call]]:
    """Key of a call → the calls that are its announced files, by their names and when they were written. Nothing else
    is known of such a call: a name that says which call it is of was believed when it was taken."""
    announced: dict[str, list[ToldCall]] = defaultdict(list)
    for call in derived:
        for name in call.recordings:
            announced[name_written(name)].append(call)
    found: dict[str, list[Call]] = defaultdict(list)
    for some in pieces(sorted(announced), MOST_VALUES):
        alone = Call.objects.select_for_update().filter(revision=0, external_id="", file_name__in=some)
        for one in alone.order_by("created_at", "pk").prefetch_related("watched_files"):
            times = [file.mtime_ns / 1e9 for file in one.watched_files.all()]
            for call in announced[one.file_name]:
                if any(_is_of(call, written_at) for written_at in times):
                    found[call.key].append(one)
                    break
    return found


def _is_of(call: ToldCall, written_at: float) -> bool:
    since, until = call.started_at - _CLOCKS_DIFFER_S, (call.ended_at or call.started_at) + _WRITTEN_WITHIN_S
    return since <= written_at <= until
