"""Channels and the queue's story together: who the customer was, who talked with whom for how long, who ended it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sapa.calls.connectors.asterisk.channels import (
    Bridges,
    Channel,
    channels_of,
    extra_of,
)
from sapa.calls.connectors.asterisk.queue_story import QueueStory
from sapa.calls.connectors.asterisk.recorded import announced_in
from sapa.calls.connectors.asterisk.rows import CelRow, QueueRow
from sapa.calls.connectors.asterisk.site import Site
from sapa.calls.spans import Span, length_s, merged, within, without
from sapa.calls.types import (
    AgentShare,
    DerivedCall,
    Direction,
    Disposition,
    HungUpBy,
    MissedOffer,
    QueueVisit,
    Transfer,
    TransferKind,
    VisitOutcome,
)

_RUNG = ("", "s")  # what a channel dialled that the exchange itself made
_VOICEMAIL = {"VoiceMail", "MiniVM", "MinivmRecord"}
_DIALLED = {
    "BUSY": Disposition.BUSY,
    "NOANSWER": Disposition.TIMED_OUT,
    "CANCEL": Disposition.ABANDONED,
    "CONGESTION": Disposition.FAILED,
    "CHANUNAVAIL": Disposition.FAILED,
    "INVALIDARGS": Disposition.FAILED,
    "DONTCALL": Disposition.FAILED,
    "TORTURE": Disposition.FAILED,
}
_LEFT = {
    VisitOutcome.ABANDONED: Disposition.ABANDONED,
    VisitOutcome.TIMED_OUT: Disposition.TIMED_OUT,
    VisitOutcome.NO_AGENTS: Disposition.TIMED_OUT,
    VisitOutcome.WITHDRAWN: Disposition.FAILED,
}
_TALKED_S = 0.001  # who was in a bridge when the phone system was lost talked, even where nothing tells how long
_HOLDS = {"HOLD": True, "UNHOLD": False}
_PAUSES = {"RECORDING_PAUSED": True, "RECORDING_RESUMED": False}


@dataclass(frozen=True)
class _Sides:
    """Channels by what they are to the call. In an internal one all telephones are agents'."""

    first: Channel
    customers: list[Channel]
    agents: list[Channel]
    direction: Direction


def from_channels(
    key: str,
    rows: Sequence[CelRow],
    queued: Sequence[QueueRow],
    story: QueueStory,
    site: Site,
    *,
    lost_at: float | None = None,
) -> DerivedCall:
    """Both in the order of time; `story` is of the queue's rows."""
    until = rows[-1].at if lost_at is None else max(rows[-1].at + _TALKED_S, lost_at)
    channels = channels_of(rows)
    bridges = Bridges(channels.values(), until=until)
    sides = _sides_of(key, channels, story, site)
    marks = sorted([*((row.at, row.user_event) for row in rows), *((row.at, row.event) for row in queued)])
    names = _names_of(channels, story, site, bridges)
    talks = {channel.id: _talks_of(channel, sides, bridges) for channel in sides.agents}
    talking = merged(span for spans in talks.values() for span in spans)
    held = _held(sides, bridges, talking, [*_spans(marks, _HOLDS, until), *_consulting(sides, talks, until)])
    shares = _shares_of(sides, talks, names, held, story)
    visits = story.visits or _visits_of(sides, shares)
    disposition = _disposition_of(sides, shares, visits, rows)
    is_over = any(row.event == "LINKEDID_END" and row.linked_id == key for row in rows) or all(
        channel.hung_up_at for channel in channels.values()
    )
    is_cut = lost_at is not None and not is_over
    caller, dialled = sides.first.number, sides.first.exten
    outside = dialled if sides.direction is Direction.OUTBOUND else caller
    return DerivedCall(
        key=key,
        direction=sides.direction,
        customer=site.number(outside or story.caller_number),
        customer_name=_name_of(sides.first) if sides.direction is Direction.INBOUND else "",
        dialled=site.number(dialled),
        started_at=sides.first.started_at,
        answered_at=talking[0][0] if talking else None,
        ended_at=max(channel.hung_up_at or until for channel in channels.values()) if is_over or is_cut else None,
        disposition=Disposition.FAILED if is_cut and not disposition else disposition,
        hung_up_by=HungUpBy.SYSTEM
        if is_cut
        else _hung_up_by(sides, shares, story, disposition)
        if is_over
        else HungUpBy.UNKNOWN,
        ring_s=_ring_s(sides),
        wait_s=sum(visit.wait_s for visit in visits),
        talk_s=length_s(without(talking, held)),
        hold_s=length_s(held),
        queues=visits,
        agents=tuple(shares),
        missed=story.missed if story.visits else _missed_of(sides, names),
        transfers=_transfers_of(rows, channels, names) or story.transfers,
        unrecorded=tuple(_spans(marks, _PAUSES, until)),
        recordings=tuple(dict.fromkeys(file.name for row in rows for file in announced_in(row))),
        customer_channels=tuple(channel.id for channel in sides.customers),
    )


def _name_of(caller: Channel) -> str:
    """Many exchanges give the number where a name is asked for."""
    return "" if caller.caller_name.lstrip("+") == caller.number.lstrip("+") else caller.caller_name


def _sides_of(key: str, channels: Mapping[str, Channel], story: QueueStory, site: Site) -> _Sides:
    telephones = sorted(
        (channel for channel in channels.values() if channel.is_telephone), key=lambda one: (one.started_at, one.id)
    )
    first = next((channel for channel in telephones if channel.id == key), telephones[0])
    others = [channel for channel in telephones if channel is not first]
    if not site.is_internal(first.number):
        outside = [channel for channel in others if channel.device == first.device]
        agents = [channel for channel in others if channel not in outside or story.agent_of(channel.id)]
        return _Sides(first, [first], agents, Direction.INBOUND)
    if story.visits or site.is_internal(first.exten) or not first.exten or (not others and not first.exten):
        return _Sides(first, [], telephones, Direction.INTERNAL)
    met_at = first.stays[0].since if first.stays else float("inf")
    dialled = [channel for channel in others if channel.started_at <= met_at and channel.device != first.device]
    trunks = {channel.device for channel in dialled}
    customers = [channel for channel in others if channel.device in trunks]
    return _Sides(first, customers, [one for one in telephones if one not in customers], Direction.OUTBOUND)


def _talks_of(channel: Channel, sides: _Sides, bridges: Bridges) -> list[Span]:
    others = sides.customers or [one for one in sides.agents if one is not channel]
    return bridges.together(channel, others)


def _held(sides: _Sides, bridges: Bridges, talking: list[Span], told: list[Span]) -> list[Span]:
    """On hold the customer was where it is told (by the site's own events, or by what the agent did meanwhile), and
    where it is seen: left alone in a bridge between two talks, while the agent consults somebody, or parked."""
    if not talking:
        return []
    within_the_talk = [(talking[0][0], talking[-1][1])]
    alone = [span for customer in sides.customers for span in without(bridges.in_any(customer), talking)]
    return within(merged([*told, *alone]), within_the_talk)


def _consulting(sides: _Sides, talks: Mapping[str, list[Span]], until: float) -> list[Span]:
    """While an agent's telephone rang a colleague, and talked to them, on a second channel of this call: it talks to
    one at a time, and Asterisk writes no row of whom it holds. While it was rung on that channel, it talked on. Not
    while another agent talked to the customer. What led nowhere is a call of its own."""
    held: list[Span] = []
    for one in sides.agents:
        if not sides.customers or not one.stays or talks[one.id]:
            continue
        since = one.started_at if one.exten not in _RUNG else one.stays[0].since
        mine = [span for other in sides.agents if other.device == one.device for span in talks[other.id]]
        theirs = [span for other in sides.agents if other.device != one.device for span in talks[other.id]]
        held += without(within([(since, one.hung_up_at or until)], mine), theirs)
    return held


def _shares_of(
    sides: _Sides,
    talks: Mapping[str, list[Span]],
    names: Mapping[str, str],
    held: list[Span],
    story: QueueStory,
) -> list[AgentShare]:
    """A hold is of the agent who talked last before it."""
    takings = {taking.channel_id: taking for taking in story.takings}
    by_agent = {taking.agent: taking for taking in story.takings}
    talked = sorted((channel for channel in sides.agents if talks[channel.id]), key=lambda one: talks[one.id][0])
    holds = {channel.id: 0.0 for channel in talked}
    for span in held:
        before = [channel for channel in talked if talks[channel.id][0][0] <= span[0]]
        if before:
            last = max(before, key=lambda one: max(since for since, _ in talks[one.id] if since <= span[0]))
            holds[last.id] += span[1] - span[0]
    shares = []
    for channel in talked:
        spans = talks[channel.id]
        taking = takings.get(channel.id) or by_agent.get(names[channel.id])
        shares.append(
            AgentShare(
                agent=names[channel.id],
                device=channel.device,
                queue=taking.queue if taking else "",
                answered_at=spans[0][0],
                left_at=spans[-1][1],
                ring_s=_rang_s(channel) if channel is not sides.first else 0.0,
                talk_s=length_s(without(spans, held)),
                hold_s=holds[channel.id],
            )
        )
    return shares


def _names_of(channels: Mapping[str, Channel], story: QueueStory, site: Site, bridges: Bridges) -> dict[str, str]:
    """The queue's name for who answered; a member behind a pair of local ends is named by its end. Who was in no queue
    has the name that the site told, else that of the telephone."""
    named = {channel.id: name for channel in channels.values() if (name := story.agent_of(channel.id))}
    behind = [channel for channel in channels.values() if channel.is_local and channel.id in named]
    by_device = {channels[id_].device: name for id_, name in named.items()}
    names = {}
    for channel in channels.values():
        local = next((end for end in behind if _is_behind(channel, end, channels, bridges)), None)
        names[channel.id] = (
            named.get(channel.id)
            or by_device.get(channel.device)
            or (named[local.id] if local else "")
            or site.agents.get(channel.device)
            or channel.caller_name
            or site.agent(channel.device)
        )
    return names


def _is_behind(channel: Channel, end: Channel, channels: Mapping[str, Channel], bridges: Bridges) -> bool:
    """Whether it is the telephone that the pair of this end rang."""
    other = end.name.rpartition(";")[0]
    pair = [
        one for one in channels.values() if one.is_local and one.name.rpartition(";")[0] == other and one is not end
    ]
    return channel.is_telephone and any(bridges.together(channel, [one]) for one in pair)


def _rang_s(channel: Channel) -> float:
    ended = channel.answered_at or (channel.stays[0].since if channel.stays else channel.hung_up_at)
    return max(0.0, (ended or channel.started_at) - channel.started_at)


def _ring_s(sides: _Sides) -> float:
    """Of the telephone that was answered first, else of the last that rang."""
    rung = [channel for channel in (*sides.agents, *sides.customers) if channel is not sides.first]
    answered = [channel for channel in rung if channel.stays]
    if answered:
        return _rang_s(min(answered, key=lambda channel: channel.stays[0].since))
    return _rang_s(max(rung, key=lambda channel: channel.started_at)) if rung else 0.0


def _visits_of(sides: _Sides, shares: Sequence[AgentShare]) -> tuple[QueueVisit, ...]:
    """For a site without `queue_log`: a queue is an application that the caller's channel went into."""
    first, visits = sides.first, []
    for place, (at, app, told) in enumerate(first.apps):
        if app != "Queue":
            continue
        later = [since for since, _, _ in first.apps[place + 1 :]]
        left_at = min([*later, *([first.hung_up_at] if first.hung_up_at else [])], default=None)
        share = next(
            (one for one in shares if one.answered_at >= at and (not left_at or one.answered_at <= left_at)), None
        )
        if share:
            outcome, left_at = VisitOutcome.ANSWERED, share.answered_at
        elif left_at is None:
            outcome = VisitOutcome.OPEN
        else:
            outcome = VisitOutcome.TIMED_OUT if later else VisitOutcome.ABANDONED
        wait_s = (left_at or at) - at
        visits.append(QueueVisit(told.partition(",")[0], at, left_at, wait_s, outcome, share.agent if share else ""))
    return tuple(visits)


def _disposition_of(
    sides: _Sides, shares: Sequence[AgentShare], visits: Sequence[QueueVisit], rows: Sequence[CelRow]
) -> Disposition:
    if shares:
        return Disposition.ANSWERED
    if any(row.event == "APP_START" and row.app in _VOICEMAIL for row in rows):
        return Disposition.VOICEMAIL
    if visits and visits[-1].outcome in _LEFT:
        return _LEFT[visits[-1].outcome]
    if told := _DIALLED.get(sides.first.dial_status):
        return told
    if sides.first.hung_up_at is None:
        return Disposition.UNKNOWN
    return Disposition.ABANDONED if sides.first.hangup_source == sides.first.name else Disposition.FAILED


def _hung_up_by(sides: _Sides, shares: Sequence[AgentShare], story: QueueStory, disposition: Disposition) -> HungUpBy:
    """Whose channel ended the last conversation, or the waiting."""
    sources = {channel.name: channel for channel in (*sides.customers, *sides.agents)}
    talked = [channel for channel in (*sides.customers, *sides.agents) if channel.stays] or [sides.first]
    last = max(talked, key=lambda channel: (channel.stays[-1].until or 0.0) if channel.stays else 0.0)
    for channel in (last, sides.first, *talked):
        if source := sources.get(channel.hangup_source):
            return HungUpBy.CUSTOMER if source in sides.customers else HungUpBy.AGENT
    if shares and story.hung_up_by:
        return HungUpBy(story.hung_up_by)
    if disposition is Disposition.ABANDONED:
        return HungUpBy.CUSTOMER if sides.direction is not Direction.OUTBOUND else HungUpBy.AGENT
    return HungUpBy.SYSTEM


def _missed_of(sides: _Sides, names: Mapping[str, str]) -> tuple[MissedOffer, ...]:
    if sides.direction is Direction.OUTBOUND:
        return ()
    met_at = min((channel.stays[0].since for channel in sides.agents if channel.stays), default=float("inf"))
    return tuple(
        MissedOffer(names[channel.id], "", channel.hung_up_at, _rang_s(channel))
        for channel in sides.agents
        if channel is not sides.first and not channel.answered_at and channel.hung_up_at and channel.hung_up_at < met_at
    )


def _transfers_of(
    rows: Sequence[CelRow], channels: Mapping[str, Channel], names: Mapping[str, str]
) -> tuple[Transfer, ...]:
    found = []
    for row in rows:
        if row.event == "BLINDTRANSFER":
            to = str(extra_of(row).get("extension", ""))
            found.append(Transfer(TransferKind.BLIND, to, names[row.channel_id], row.at))
        elif row.event == "ATTENDEDTRANSFER":
            found.append(Transfer(TransferKind.ATTENDED, _consulted(row, channels), names[row.channel_id], row.at))
    return tuple(found)


def _consulted(row: CelRow, channels: Mapping[str, Channel]) -> str:
    """What the agent's second channel dialled; with only one, who it was joined with. Asterisk names nobody (`N/A`)
    where the bridges are joined a moment before it writes the row; then it is who was in the second bridge."""
    extra = extra_of(row)
    second, target = (
        channels.get(str(extra.get(name, ""))) for name in ("channel2_uniqueid", "transfer_target_channel_uniqueid")
    )
    if second is not None and second.id != row.channel_id and second.exten not in ("", "s"):
        return second.exten
    if target is None:
        known = {row.channel_id, str(extra.get("transferee_channel_uniqueid", ""))}
        target = next((one for one in channels.values() if one.id not in known and _was_in(one, extra)), None)
    if target is None:
        return ""
    return target.exten if target.exten not in ("", "s") else target.number


def _was_in(channel: Channel, extra: Mapping[str, Any]) -> bool:
    return any(stay.bridge == extra.get("bridge2_id") for stay in channel.stays)


def _spans(marks: Sequence[tuple[float, str]], events: Mapping[str, bool], until: float) -> list[Span]:
    """Between events of the site's own that begin and end something."""
    spans, since = [], None
    for at, name in marks:
        begins = events.get(name.upper())
        if begins and since is None:
            since = at
        elif begins is False and since is not None:
            spans.append((since, at))
            since = None
    if since is not None:
        spans.append((since, until))
    return merged(spans)
