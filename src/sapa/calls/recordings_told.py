"""What the phone system's records say of a recording: whose call it is, and which party's file (ADR 23)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from sapa.calls.connectors.asterisk.recorded import Leg
from sapa.calls.models import Call, PbxLink, PbxRecording
from sapa.calls.types import source_key


class CallState(Enum):
    """What the records say of the call so far."""

    UNKNOWN = auto()
    GOING_ON = auto()
    OVER = auto()


@dataclass(frozen=True)
class ToldRecording:
    """`channel` names the call, as every channel of it does. `customer_file` and `agent_file` are set where each party
    has a file of its own; `is_mix` where this one holds both parties besides."""

    channel: str
    state: CallState
    customer_file: str = ""
    agent_file: str = ""
    is_mix: bool = False


def recording_told(name: str) -> ToldRecording | None:
    """By a file's name without its folder; None where no row says that it would be written."""
    row = PbxRecording.objects.filter(name=name).order_by("-row").first()
    if row is None:
        return None
    files = dict(PbxRecording.objects.filter(row=row.row).values_list("leg", "name"))
    heard, played = files.get(Leg.HEARD.value, ""), files.get(Leg.PLAYED.value, "")
    call = call_of_channel(row.channel)
    if not (heard and played):
        return ToldRecording(row.channel, _state_of(call))
    customer_file, agent_file = (heard, played) if is_customers(call, row.channel) else (played, heard)
    return ToldRecording(row.channel, _state_of(call), customer_file, agent_file, is_mix=row.leg == Leg.BOTH.value)


def channel_told(channel: str, *, heard: str = "", played: str = "") -> ToldRecording:
    """Where the file's name says which channel was recorded. `heard`: the name of the file of what came from it,
    `played` of what was sent to it, where there are two."""
    call = call_of_channel(channel)
    if not (heard and played):
        return ToldRecording(channel, _state_of(call))
    customer_file, agent_file = (heard, played) if is_customers(call, channel) else (played, heard)
    return ToldRecording(channel, _state_of(call), customer_file, agent_file)


def call_of_channel(channel: str) -> Call | None:
    """The call that this channel took part in, as the phone system's records have it."""
    keys = [channel, *PbxLink.objects.filter(channel=channel).values_list("key", flat=True)]
    known = Call.objects.filter(source_key__in=[source_key(key) for key in keys], revision__gt=0)
    call = known.order_by("started_at").first()
    return call and (call.part_of or call)


def is_customers(call: Call | None, channel: str) -> bool:
    """Whether this channel is the customer's. Of a call within the house, and of one that nothing is known of, the
    recorded channel is taken for the customer's: as a rule it is who called."""
    if call is None or not call.story.get("customer_channels"):
        return True
    return channel in call.story["customer_channels"]


def _state_of(call: Call | None) -> CallState:
    if call is None:
        return CallState.UNKNOWN
    return CallState.GOING_ON if call.ended_at is None else CallState.OVER
