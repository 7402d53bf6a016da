"""What the events of a call that was told as it went on amount to: waiting, offers, talks, holds, transfers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sapa.calls.connectors.hosted.events import Event, HostedEvent
from sapa.calls.types import HungUpBy, MissedOffer, QueueVisit, Transfer, TransferKind, VisitOutcome


@dataclass
class Talk:
    """An agent's part; `until` is None while it goes on."""

    agent: str
    queue: str
    since: float
    ring_s: float
    until: float | None = None


@dataclass
class Stages:
    """Times are seconds since 1970. `ringing`: agent → since when, in which queue; `holds`: since, until, whose."""

    visits: list[QueueVisit] = field(default_factory=list)
    ringing: dict[str, tuple[float, str]] = field(default_factory=dict)
    talks: list[Talk] = field(default_factory=list)
    missed: list[MissedOffer] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    holds: list[tuple[float, float | None, str]] = field(default_factory=list)
    pauses: list[tuple[float, float | None]] = field(default_factory=list)
    ended_at: float | None = None
    hung_up_by: str = ""
    disposition: str = ""


def stages_of(events: Sequence[HostedEvent]) -> Stages:
    """`events` in the order of time."""
    stages = Stages()
    for event in events:
        if add := _ADD.get(event.event):
            add(stages, event)
    _close_at_end(stages)
    return stages


def _entered(stages: Stages, event: HostedEvent) -> None:
    stages.visits.append(QueueVisit(event.text("queue"), event.at))


def _left(stages: Stages, event: HostedEvent) -> None:
    """A queue that was left without having been entered was entered when the waiting began."""
    outcome, queue = VisitOutcome(event.text("reason")), event.text("queue")
    place = _open_visit(stages, queue)
    if place is not None:
        _leave(stages, place, event.at, outcome, wait_s=event.number("wait_s"))
    elif queue and not any(visit.queue == queue for visit in stages.visits):
        wait_s = event.number("wait_s") or 0.0
        stages.visits.append(QueueVisit(queue, event.at - wait_s, event.at, wait_s, outcome))


def _open_visit(stages: Stages, queue: str) -> int | None:
    """The last that goes on, in this queue if it is named."""
    places = [place for place, visit in enumerate(stages.visits) if not visit.outcome and queue in ("", visit.queue)]
    return places[-1] if places else None


def _leave(
    stages: Stages, place: int, at: float, outcome: VisitOutcome, *, wait_s: float | None = None, agent: str = ""
) -> None:
    visit = stages.visits[place]
    waited_s = max(0.0, at - visit.entered_at) if wait_s is None else wait_s
    stages.visits[place] = replace(visit, left_at=at, wait_s=waited_s, outcome=outcome, agent=agent)


def _ringing(stages: Stages, event: HostedEvent) -> None:
    stages.ringing[event.text("agent")] = (event.at, event.text("queue") or _queue_now(stages))


def _queue_now(stages: Stages) -> str:
    place = _open_visit(stages, "")
    return "" if place is None else stages.visits[place].queue


def _missed(stages: Stages, event: HostedEvent) -> None:
    agent, told_s = event.text("agent"), event.number("ring_s")
    since, queue = stages.ringing.pop(agent, (event.at, _queue_now(stages)))
    ring_s = event.at - since if told_s is None else told_s
    stages.missed.append(MissedOffer(agent, event.text("queue") or queue, event.at, ring_s))


def _answered(stages: Stages, event: HostedEvent) -> None:
    agent, queue = event.text("agent"), event.text("queue")
    since, _ = stages.ringing.pop(agent, (event.at, ""))
    if any(talk.agent == agent and talk.until is None for talk in stages.talks):
        return  # told twice
    place = _open_visit(stages, queue)
    if place is not None:
        _leave(stages, place, event.at, VisitOutcome.ANSWERED, agent=agent)
    else:
        waiting = (n for n, one in enumerate(stages.visits) if one.outcome is VisitOutcome.ANSWERED and not one.agent)
        place = next(waiting, None)
        if place is not None:
            stages.visits[place] = replace(stages.visits[place], agent=agent)
    taken = stages.visits[place].queue if place is not None else ""
    stages.talks.append(Talk(agent, queue or taken, event.at, event.at - since))


def _held(stages: Stages, event: HostedEvent) -> None:
    stages.holds.append((event.at, None, event.text("agent") or _talking(stages)))


def _talking(stages: Stages) -> str:
    talk = _open_talk(stages, "")
    return talk.agent if talk else ""


def _open_talk(stages: Stages, agent: str) -> Talk | None:
    return next((one for one in reversed(stages.talks) if one.until is None and agent in ("", one.agent)), None)


def _resumed(stages: Stages, event: HostedEvent) -> None:
    _end_holds(stages, event.at, event.text("agent"))


def _end_holds(stages: Stages, at: float, agent: str) -> None:
    """Of this agent; of everybody where none is named."""
    stages.holds = [
        (since, at if until is None and agent in ("", who) else until, who) for since, until, who in stages.holds
    ]


def _paused(stages: Stages, event: HostedEvent) -> None:
    stages.pauses.append((event.at, None))


def _recorded_again(stages: Stages, event: HostedEvent) -> None:
    stages.pauses = [(since, event.at if until is None else until) for since, until in stages.pauses]


def _transferred(stages: Stages, event: HostedEvent) -> None:
    """Who passed the call on is out of it, and the customer with somebody else."""
    agent = event.text("agent") or _first_open(stages)
    stages.transfers.append(Transfer(TransferKind(event.text("kind")), event.text("to"), agent, event.at))
    if agent:
        _go(stages, agent, event.at)


def _first_open(stages: Stages) -> str:
    """Of two who talk the first passes the call on to the second."""
    return next((talk.agent for talk in stages.talks if talk.until is None), "")


def _agent_left(stages: Stages, event: HostedEvent) -> None:
    _go(stages, event.text("agent"), event.at)


def _go(stages: Stages, agent: str, at: float) -> None:
    stages.ringing.pop(agent, None)
    if talk := _open_talk(stages, agent):
        talk.until = at
    _end_holds(stages, at, agent)


def _ended(stages: Stages, event: HostedEvent) -> None:
    """The last word counts, where a phone system says it for each leg."""
    stages.ended_at = event.at
    stages.hung_up_by = event.text("hung_up_by") or stages.hung_up_by
    stages.disposition = event.text("disposition") or stages.disposition


def _close_at_end(stages: Stages) -> None:
    """Who still waited when the call ended gave up, unless it was the phone system that ended it."""
    if stages.ended_at is None:
        return
    by_system = HungUpBy.SYSTEM.value == stages.hung_up_by or stages.disposition == VisitOutcome.TIMED_OUT.value
    outcome = VisitOutcome.TIMED_OUT if by_system else VisitOutcome.ABANDONED
    for place, visit in enumerate(stages.visits):
        if not visit.outcome:
            _leave(stages, place, max(visit.entered_at, stages.ended_at), outcome)


_ADD = {
    Event.QUEUE_ENTERED: _entered,
    Event.QUEUE_LEFT: _left,
    Event.AGENT_RINGING: _ringing,
    Event.AGENT_MISSED: _missed,
    Event.ANSWERED: _answered,
    Event.HELD: _held,
    Event.RESUMED: _resumed,
    Event.RECORDING_PAUSED: _paused,
    Event.RECORDING_RESUMED: _recorded_again,
    Event.TRANSFERRED: _transferred,
    Event.AGENT_LEFT: _agent_left,
    Event.ENDED: _ended,
}
