"""The rows of one call become that call: a function of the rows and of what the site tells about itself (ADR 22).

Neither the order of the rows nor their repetition changes anything. Who is believed in what: ADR 22.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sapa.calls.connectors.asterisk.channels import is_telephone
from sapa.calls.connectors.asterisk.conversation import from_channels
from sapa.calls.connectors.asterisk.queue_story import QueueStory, queue_story
from sapa.calls.connectors.asterisk.rows import CdrRow, CelRow, QueueRow, Row
from sapa.calls.connectors.asterisk.site import Site
from sapa.calls.types import LEFT_QUEUE, AgentShare, DerivedCall, Direction, Disposition, HungUpBy, VisitOutcome

_WITHIN_A_SECOND = {"ENTERQUEUE": 0, "RINGNOANSWER": 1, "RINGCANCELED": 1, "CONNECT": 2}
_WITHIN_A_MOMENT = {
    "CHAN_START": 0, "APP_START": 1, "BRIDGE_EXIT": 2, "HANGUP": 4, "CHAN_END": 5, "LINKEDID_END": 6,
}  # fmt: skip
_BILLED = {
    "ANSWERED": Disposition.ANSWERED,
    "BUSY": Disposition.BUSY,
    "FAILED": Disposition.FAILED,
    "CONGESTION": Disposition.FAILED,
}


def derive(key: str, rows: Iterable[Row], site: Site, *, lost_at: float | None = None) -> DerivedCall | None:
    """None where the rows tell of no call. `key` is the call's name: its oldest `linkedid`. `lost_at`: the last sign of
    a phone system that ended in the middle of it, so that no row tells how the call went on."""
    once = set(rows)
    cel = sorted(_told_once(row for row in once if isinstance(row, CelRow)), key=_in_channels_order)
    queued = sorted((row for row in once if isinstance(row, QueueRow)), key=_in_queue_order)
    billed = _billed_once(row for row in once if isinstance(row, CdrRow))
    story = queue_story(queued)
    if any(is_telephone(row.channel) for row in cel):
        return from_channels(key, cel, queued, story, site, lost_at=lost_at)
    if queued:
        return _from_queue(key, queued, story, site, lost_at=lost_at)
    return _from_cdr(key, billed, site) if billed else None


def _told_once(rows: Iterable[CelRow]) -> list[CelRow]:
    """A table may have fewer columns than the file beside it: a row that says nothing that another does not say of the
    same event is that one."""
    alike: dict[tuple[object, ...], list[CelRow]] = defaultdict(list)
    for row in rows:
        alike[row.at, row.event, row.channel_id, row.linked_id, row.user_event].append(row)
    return [
        row
        for same in alike.values()
        for row in same
        if len(same) == 1 or not any(other != row and _says_no_more(row, other) for other in same)
    ]


def _says_no_more(row: CelRow, other: CelRow) -> bool:
    return all(value in ("", told) for value, told in zip(row, other, strict=True))


def _billed_once(rows: Iterable[CdrRow]) -> list[CdrRow]:
    """A table may have fewer columns than the file beside it, and its durations without their fractions: of two that
    differ in no more, the one that says more counts."""
    kept: dict[tuple[object, ...], CdrRow] = {}
    for row in sorted(rows, key=lambda row: (len(repr(row)), repr(row))):
        kept[int(row.at), row.channel_id, row.channel, row.peer, row.disposition, int(row.duration_s)] = row
    return sorted(kept.values(), key=lambda row: (row.at, row.channel_id, repr(row)))


def _in_channels_order(row: CelRow) -> tuple[float, int, CelRow]:
    """A site with a `dateformat` tells seconds; within one a channel begins before all else and ends after it, and a
    bridge is left for the next."""
    return row.at, _WITHIN_A_MOMENT.get(row.event, 3), row


def _in_queue_order(row: QueueRow) -> tuple[float, int, QueueRow]:
    """The log tells seconds; within one nobody is connected before coming in, nor gone before being connected."""
    return row.at, _WITHIN_A_SECOND.get(row.event, 3), row


def _disposition(outcome: VisitOutcome, *, is_answered: bool) -> Disposition:
    if is_answered or outcome is VisitOutcome.ANSWERED:
        return Disposition.ANSWERED
    return LEFT_QUEUE.get(outcome, Disposition.UNKNOWN)


def _from_queue(key: str, rows: list[QueueRow], story: QueueStory, site: Site, *, lost_at: float | None) -> DerivedCall:
    cut_at = None if lost_at is None else max(lost_at, rows[-1].at)
    shares = tuple(
        AgentShare(
            agent=taking.agent,
            device="",
            queue=taking.queue,
            answered_at=taking.at,
            left_at=taking.ended_at or cut_at or taking.at,
            ring_s=taking.ring_s,
            talk_s=(cut_at or taking.at) - taking.at if taking.talk_s is None else taking.talk_s,
            hold_s=0.0,
        )
        for taking in story.takings
    )
    last = story.visits[-1] if story.visits else None
    disposition = _disposition(last.outcome if last else VisitOutcome.OPEN, is_answered=bool(shares))
    over = [row.at for row in rows if row.event.startswith("COMPLETE")]
    if last and not shares and last.left_at is not None:
        over.append(last.left_at)
    left = [taking.ended_at for taking in story.takings if taking.ended_at is not None]
    if not over and left and len(left) == len(story.takings) and last and last.outcome:
        over.append(max(left))  # transferred: of what came after it the queue knows nothing
    is_cut = cut_at is not None and not over
    return DerivedCall(
        key=key,
        direction=Direction.INTERNAL if site.is_internal(story.caller_number) else Direction.INBOUND,
        customer=site.number(story.caller_number),
        customer_name="",
        dialled="",
        started_at=story.visits[0].entered_at if story.visits else rows[0].at,
        answered_at=shares[0].answered_at if shares else None,
        ended_at=max(over) if over else cut_at,
        disposition=Disposition.FAILED if is_cut and not disposition else disposition,
        hung_up_by=HungUpBy.SYSTEM
        if is_cut
        else HungUpBy(story.hung_up_by)
        if story.hung_up_by
        else hung_up_in_queue(disposition),
        ring_s=shares[0].ring_s if shares else story.missed[-1].ring_s if story.missed else 0.0,
        wait_s=sum(visit.wait_s for visit in story.visits),
        talk_s=sum(share.talk_s for share in shares),
        hold_s=0.0,
        queues=story.visits,
        agents=shares,
        missed=story.missed,
        transfers=story.transfers,
        customer_channels=(key,),
    )


def hung_up_in_queue(disposition: Disposition) -> HungUpBy:
    if disposition is Disposition.ABANDONED:
        return HungUpBy.CUSTOMER
    return HungUpBy.SYSTEM if disposition is Disposition.TIMED_OUT else HungUpBy.UNKNOWN


def _from_cdr(key: str, rows: list[CdrRow], site: Site) -> DerivedCall:
    """What is billed knows no waiting; the line of the channel that the call is named by is who called, those that were
    answered who was reached. Times are whole seconds, so that another may seem to be the first."""
    first = next((row for row in rows if row.channel_id == key), rows[0])
    is_outbound = site.is_internal(first.caller_number) and not site.is_internal(first.dialled)
    both_inside = site.is_internal(first.caller_number) and site.is_internal(first.dialled)
    direction = Direction.OUTBOUND if is_outbound else Direction.INTERNAL if both_inside else Direction.INBOUND
    answered = [row for row in rows if row.disposition == "ANSWERED" and row.peer]
    reached = answered if is_outbound or both_inside else _with_customer(answered, first.channel)
    shares = tuple(_share_of(row, site, is_outbound=is_outbound) for row in reached)
    return DerivedCall(
        key=key,
        direction=direction,
        customer=site.number(first.dialled if is_outbound else first.caller_number),
        customer_name="",
        dialled=site.number(first.dialled),
        started_at=first.at,
        answered_at=shares[0].answered_at if shares else None,
        ended_at=max(max(row.at, row.ended_at) for row in rows),
        disposition=_billed_as(rows, is_reached=bool(shares), is_outbound=is_outbound),
        hung_up_by=HungUpBy.UNKNOWN,
        ring_s=shares[0].ring_s if shares else max(0.0, rows[-1].duration_s),
        wait_s=0.0,
        talk_s=sum(share.talk_s for share in shares),
        hold_s=0.0,
        queues=(),
        agents=shares,
        missed=(),
        transfers=(),
        customer_channels=() if is_outbound or both_inside else (first.channel_id,),
    )


def _with_customer(answered: list[CdrRow], customer: str) -> list[CdrRow]:
    """Lines of the customer's channel, each to a telephone: what a transfer leaves between colleagues is none of it. A
    local end is no telephone; what it is billed for is told by the lines of its other half, and once more by the
    customer's own if the two halves were taken out of the call."""
    theirs = [row if row.channel == customer else row._replace(channel=customer, peer=row.channel)
              for row in answered if customer in (row.channel, row.peer)]  # fmt: skip
    direct = {row.peer for row in theirs if is_telephone(row.peer)}
    found = [row for row in theirs if row.peer in direct]
    for end in dict.fromkeys(row.peer for row in theirs if row.peer not in direct):
        billed, legs = [row for row in theirs if row.peer == end], _behind(end, answered)
        telephones = {leg.peer for leg in legs}
        if len(telephones) == 1:
            legs = [row._replace(peer=peer) for row in billed for peer in telephones]
        found += [leg for leg in legs or billed if leg.peer not in direct]
    return sorted(found, key=lambda row: (row.at, row.ended_at, row.peer))


def _behind(end: str, answered: list[CdrRow]) -> list[CdrRow]:
    """The lines to telephones that the other half of this local end led to, however many pairs lie between."""
    legs, ends, seen = [], [end], set[str]()
    while ends:
        if (end := ends.pop()) in seen:
            continue
        seen.add(end)
        led = [row for row in answered if row.channel == end[:-1] + "2"]
        legs += [row for row in led if is_telephone(row.peer)]
        ends += [row.peer for row in led if not is_telephone(row.peer)]
    return legs


def _share_of(row: CdrRow, site: Site, *, is_outbound: bool) -> AgentShare:
    device = (row.channel if is_outbound else row.peer).rpartition("-")[0]
    answered_at = row.answered_at or row.at
    return AgentShare(
        agent=site.agent(device),
        device=device,
        queue="",
        answered_at=answered_at,
        left_at=max(answered_at, row.ended_at),
        ring_s=max(0.0, answered_at - row.at),
        talk_s=max(0.0, row.talk_s),
        hold_s=0.0,
    )


def _billed_as(rows: list[CdrRow], *, is_reached: bool, is_outbound: bool) -> Disposition:
    if is_reached:
        return Disposition.ANSWERED
    if any(row.app == "VoiceMail" for row in rows):
        return Disposition.VOICEMAIL
    told = {row.disposition for row in rows}
    for name in ("BUSY", "FAILED", "CONGESTION"):
        if name in told:
            return _BILLED[name]
    return Disposition.TIMED_OUT if is_outbound else Disposition.ABANDONED
