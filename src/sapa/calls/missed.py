"""Calls that came in and that nobody took: who spoke with that customer afterwards, and how soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.calls.selectors import calls_visible_to, sees_whole_line
from sapa.calls.types import Direction, Disposition

LOOKED_FOR = timedelta(days=7)
"""After the call was missed. Who is spoken with later than that is spoken with about something else."""
_MISSED = {one.value for one in (Disposition.ABANDONED, Disposition.TIMED_OUT, Disposition.BUSY, Disposition.FAILED,
                                 Disposition.VOICEMAIL)}  # fmt: skip


@dataclass(frozen=True)
class Reached:
    """The first talk with the customer of a missed call since then. `after_s` runs from the end of the missed call to
    the beginning of this one; `call` is None where there was none yet."""

    call: Call | None
    after_s: float = 0.0

    @property
    def is_called_back(self) -> bool:
        """Else the customer called again, and was answered."""
        return self.call is not None and self.call.direction == Direction.OUTBOUND


def is_missed(call: Call) -> bool:
    return call.direction == Direction.INBOUND and call.disposition in _MISSED and bool(call.customer_number)


def reached_after(person: Person, call: Call) -> Reached | None:
    """None where the call was not missed, where this person is not to know whose it was, and where the answer may lie
    in calls that they do not see."""
    if not is_missed(call) or person.hides_names:
        return None
    over_at = call.ended_at or call.started_at
    later = calls_visible_to(person).filter(
        customer_number=call.customer_number,
        disposition=Disposition.ANSWERED.value,
        started_at__gte=over_at,
        started_at__lt=over_at + LOOKED_FOR,
    )
    found = later.order_by("started_at", "pk").first()
    if found is not None:
        return Reached(found, (found.started_at - over_at).total_seconds())
    return Reached(None) if sees_whole_line(person) else None
