"""Who sits on which channel of a call, by what name, and how it is known."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from sapa.calls.models import Call
from sapa.calls.types import Party
from sapa.desk.wording.figures import in_unit
from sapa.recordings.models import Recording
from sapa.recordings.types import ChannelSource, OffsetSource


@dataclass(frozen=True)
class PartySheet:
    """`side` picks the colour: agent, customer; first and second while nobody knows who is who; both for mono."""

    channel: int
    party: Party
    side: str
    role: str
    name: str

    @property
    def label(self) -> str:
        return self.name or self.role


@dataclass(frozen=True)
class Parties:
    """`lanes`: in drawing order, the agent on top; one alone when the recording is mono."""

    lanes: tuple[PartySheet, ...]
    source: str
    confidence: float
    reason: str

    @property
    def is_mono(self) -> bool:
        return len(self.lanes) == 1

    @property
    def is_unsure(self) -> bool:
        return not self.is_mono and self.source == ChannelSource.UNSURE

    @property
    def confidence_pct(self) -> float:
        return self.confidence * 100

    @property
    def other_channel(self) -> int:
        """The channel that the agent would be on if it were the other way round."""
        return self.lanes[-1].channel

    def on(self, channel: int) -> PartySheet:
        return next((lane for lane in self.lanes if lane.channel == channel), self.lanes[0])

    def named(self, party: str) -> PartySheet | None:
        return next((lane for lane in self.lanes if lane.party == party and party != Party.UNKNOWN), None)


def parties_of(call: Call, recording: Recording | None) -> Parties:
    if recording is not None and recording.is_mono:
        return Parties(
            (PartySheet(0, Party.UNKNOWN, "both", _("Speaker not known"), ""),), ChannelSource.UNSURE, 0.0, ""
        )
    agent_channel = recording.agent_channel if recording else None
    if recording is None or agent_channel not in {0, 1}:
        lanes = (_unknown(0), _unknown(1))
        return Parties(lanes, ChannelSource.UNSURE, 0.0, recording.agent_channel_reason if recording else "")
    agent = PartySheet(agent_channel or 0, Party.AGENT, "agent", _("Agent"), call.agent_name)
    customer_name = call.customer_name or call.customer_number
    customer = PartySheet(1 - agent.channel, Party.CUSTOMER, "customer", _("Customer"), customer_name)
    return Parties(
        (agent, customer),
        recording.agent_channel_source,
        recording.agent_channel_confidence,
        recording.agent_channel_reason.replace("|", " / "),
    )


def _unknown(channel: int) -> PartySheet:
    role = _("Channel %(number)s") % {"number": channel + 1}
    return PartySheet(channel, Party.UNKNOWN, "second" if channel else "first", role, "")


@dataclass(frozen=True)
class TwoFiles:
    """A call with a file for each party: how they stand to each other on the clock, in words."""

    is_assumed: bool
    start_words: str


def two_files_of(recording: Recording | None) -> TwoFiles | None:
    parts = list(recording.parts.all()) if recording else []
    if len(parts) != 2 or parts[1].offset_s is None:
        return None
    offset_s, source = parts[1].offset_s, OffsetSource(parts[1].offset_source)
    facts = {"seconds": in_unit(abs(offset_s), "s"), "how": parts[1].get_offset_source_display()}
    if offset_s > 0:
        words = _("The agent's starts %(seconds)s after the customer's (%(how)s).") % facts
    elif offset_s < 0:
        words = _("The agent's starts %(seconds)s before the customer's (%(how)s).") % facts
    else:
        words = _("Both start together (%(how)s).") % facts
    return TwoFiles(source is OffsetSource.ASSUMED, words)
