"""What the phone system's records say of a recording: whose call it is, and which party's file (ADR 23)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, auto

from sapa.calls.connectors.asterisk.recorded import Leg, as_written, names_told
from sapa.calls.models import Call, PbxRecording
from sapa.calls.selectors import source_keys_of_channel
from sapa.calls.types import LONGEST_CALL_S

MOST_ALIKE = 50  # rows that announce one name, that are looked at
_CLOCKS_DIFFER_S = 60.0  # that of the phone system, and that of who keeps the files


class CallState(Enum):
    """What the records say of the call so far."""

    UNKNOWN = auto()
    GOING_ON = auto()
    OVER = auto()


@dataclass(frozen=True)
class FileFound:
    """A recording where it lies: `folder` is the last one of its path, `beside` all names in it, `written_at` when it
    was last written to, seconds since 1970; None where a name is all that is known."""

    name: str
    folder: str = ""
    beside: Collection[str] = ()
    written_at: float | None = None


@dataclass(frozen=True)
class ToldRecording:
    """`channel` names the call, as every channel of it does. `customer_file` and `agent_file` are set where each party
    has a file of its own; `is_announced` where a row told of both, which then begin in the same moment. Where all of
    `better` are there this file is not taken: they are the parties' own, or what this is a converted copy of."""

    channel: str
    state: CallState
    customer_file: str = ""
    agent_file: str = ""
    better: tuple[str, ...] = ()
    is_announced: bool = False


def recording_told(file: FileFound) -> ToldRecording | None:
    """None where no row says that it would be written."""
    row = _row_of(file)
    if row is None:
        return None
    told = dict(PbxRecording.objects.filter(row=row.row).values_list("leg", "name"))
    heard, played = (as_written(told.get(leg.value, ""), file.beside) for leg in (Leg.HEARD, Leg.PLAYED))
    call = call_of_channel(row.channel)
    state = _state_of(call) if call else CallState.GOING_ON  # its rows are here, and made into a call in a moment
    original = as_written(row.name, file.beside)
    copied = (original,) if original != file.name else ()
    if not (heard and played):
        return ToldRecording(row.channel, state, better=copied)
    customer_file, agent_file = (heard, played) if _is_customers(call, row.channel) else (played, heard)
    legs = (customer_file, agent_file)
    better = legs if row.leg == Leg.BOTH.value and all(leg in file.beside for leg in legs) else copied
    return ToldRecording(row.channel, state, customer_file, agent_file, better=better, is_announced=True)


def channel_told(channel: str) -> ToldRecording:
    """Where the file's name says which channel was recorded. Whose file it is such a name tells by itself."""
    return ToldRecording(channel, _state_of(call_of_channel(channel)))


def _row_of(file: FileFound) -> PbxRecording | None:
    """Of several that announce this name: one that names its folder, and the last that came before the file was
    written; else the first after, for clocks differ, by no more than the longest call."""
    alike = PbxRecording.objects.filter(name__in=names_told(file.name))
    if file.written_at is not None:
        alike = alike.filter(at__lt=file.written_at + LONGEST_CALL_S)
    rows = list(alike.filter(folder=file.folder).order_by("-at", "-row")[:MOST_ALIKE]) if file.folder else []
    rows = rows or list(alike.order_by("-at", "-row")[:MOST_ALIKE])
    if file.written_at is None:
        return rows[0] if rows else None
    before = [row for row in rows if row.at <= file.written_at + _CLOCKS_DIFFER_S]
    return before[0] if before else rows[-1] if rows else None


def call_of_channel(channel: str) -> Call | None:
    """The call that this channel took part in, as the phone system's records have it."""
    known = Call.objects.filter(source_key__in=source_keys_of_channel(channel), revision__gt=0)
    call = known.order_by("started_at").first()
    return call and (call.part_of or call)


def _is_customers(call: Call | None, channel: str) -> bool:
    """Whether this channel is the customer's. Of a call within the house, and of one that nothing is known of, the
    recorded channel is taken for the customer's: as a rule it is who called."""
    if call is None or not call.story.get("customer_channels"):
        return True
    return channel in call.story["customer_channels"]


def _state_of(call: Call | None) -> CallState:
    if call is None:
        return CallState.UNKNOWN
    return CallState.GOING_ON if call.ended_at is None else CallState.OVER
