"""What the phone system's records say of a recording: whose call it is, and which party's file (ADR 23)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from sapa.calls.connectors.asterisk.recorded import Leg
from sapa.calls.models import Call, PbxRecording, PbxRow
from sapa.calls.selectors import source_keys_of_channel

MOST_ALIKE = 50  # files of one name, that are looked at


class CallState(Enum):
    """What the records say of the call so far."""

    UNKNOWN = auto()
    GOING_ON = auto()
    OVER = auto()


@dataclass(frozen=True)
class ToldRecording:
    """`channel` names the call, as every channel of it does. `customer_file` and `agent_file` are set where each party
    has a file of its own; `is_mix` where this one holds both parties besides; `is_announced` where a
    row told of both files, which then begin in the same moment."""

    channel: str
    state: CallState
    customer_file: str = ""
    agent_file: str = ""
    is_mix: bool = False
    is_announced: bool = False


def recording_told(name: str) -> ToldRecording | None:
    """By a file's name without its folder; None where no row says that it would be written."""
    row = _newest(list(PbxRecording.objects.filter(name=name).order_by("-row")[:MOST_ALIKE]))
    if row is None:
        return None
    files = dict(PbxRecording.objects.filter(row=row.row).values_list("leg", "name"))
    heard, played = files.get(Leg.HEARD.value, ""), files.get(Leg.PLAYED.value, "")
    call = call_of_channel(row.channel)
    state = _state_of(call) if call else CallState.GOING_ON  # its rows are here, and made into a call in a moment
    if not (heard and played):
        return ToldRecording(row.channel, state)
    customer_file, agent_file = (heard, played) if _is_customers(call, row.channel) else (played, heard)
    is_mix = row.leg == Leg.BOTH.value
    return ToldRecording(row.channel, state, customer_file, agent_file, is_mix=is_mix, is_announced=True)


def channel_told(channel: str) -> ToldRecording:
    """Where the file's name says which channel was recorded. Whose file it is such a name tells by itself."""
    return ToldRecording(channel, _state_of(call_of_channel(channel)))


def _newest(alike: list[PbxRecording]) -> PbxRecording | None:
    """By the time of its row: a file of an archive may be read after today's."""
    times = dict(PbxRow.objects.filter(pk__in=[one.row for one in alike]).values_list("pk", "at"))
    return max(alike, key=lambda one: (times.get(one.row, 0.0), one.row), default=None)


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
