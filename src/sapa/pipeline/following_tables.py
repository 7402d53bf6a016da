"""Reading on in tables of the phone system's database: what is away is said, left for a while, and asked again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from sapa.calls.connectors.asterisk.table_place import TablePlace
from sapa.calls.errors import TableTrouble
from sapa.calls.table_source import Source
from sapa.calls.taking_tables import LOOK_BACK, LOOK_FAR_BACK, source_of, table_take
from sapa.pipeline.troubles import FIRST_PAUSE_S, LONGEST_PAUSE_S, Troubles

log = logging.getLogger("sapa.pbx")
LOOK_FAR_EVERY_S = 60.0


@dataclass
class _Followed:
    """`due_s`: not asked before; `pause_s`: how long it is left after the next fault."""

    source: Source
    due_s: float = 0.0
    pause_s: float = FIRST_PAUSE_S
    far_due_s: float = 0.0
    is_read: bool = False


class TablesFollower:
    def __init__(
        self, places: Sequence[TablePlace], zone: tzinfo, troubles: Troubles, *, clock: Callable[[], float]
    ) -> None:
        self._zone, self._troubles, self._clock = zone, troubles, clock
        self._tables = {place.label: _Followed(source_of(place)) for place in places}

    @property
    def labels(self) -> list[str]:
        return list(self._tables)

    @property
    def are_read(self) -> bool:
        """All to their end, at the last look."""
        return all(one.is_read for one in self._tables.values())

    def close(self) -> None:
        for one in self._tables.values():
            one.source.close()

    def take(self, label: str, go_on: Callable[[], bool]) -> bool:
        """False while there is more in it to read now."""
        one, now_s = self._tables[label], self._clock()
        if now_s < one.due_s:
            return True
        if not go_on():
            return False
        one.is_read = False
        is_far = now_s >= one.far_due_s
        try:
            taken = table_take(one.source, self._zone, look_back=LOOK_FAR_BACK if is_far else LOOK_BACK, go_on=go_on)
        except TableTrouble as exc:
            one.source.close()
            one.due_s, one.pause_s = self._clock() + one.pause_s, min(LONGEST_PAUSE_S, one.pause_s * 2)
            self._troubles.begin(label, exc.code, f"{exc.code}: {exc.message}")
            return True
        one.pause_s = FIRST_PAUSE_S
        if is_far:
            one.far_due_s = now_s + LOOK_FAR_EVERY_S
        self._troubles.end(label, f"{label}: can be read")
        if taken.rejected:
            log.warning("%s: %d rows of it are none; they are kept, with the reason", label, taken.rejected)
        one.is_read = taken.is_all
        return taken.is_all
