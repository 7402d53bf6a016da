"""The whole call in one event: what it does not say follows from what it says, where it does."""

from __future__ import annotations

from dataclasses import dataclass

from sapa.calls.connectors.hosted.events import HostedEvent
from sapa.calls.types import (
    AgentShare,
    DerivedCall,
    Direction,
    Disposition,
    HungUpBy,
    MissedOffer,
    QueueVisit,
    VisitOutcome,
)

_OUTCOMES = {Disposition.ANSWERED: VisitOutcome.ANSWERED, Disposition.ABANDONED: VisitOutcome.ABANDONED}


@dataclass(frozen=True)
class Summary:
    """`customer` and `dialled` as the site writes numbers."""

    key: str
    told: HostedEvent
    direction: Direction
    customer: str
    dialled: str

    def call(self) -> DerivedCall:
        told, started_at = self.told, self.told.number("started_at") or self.told.at
        disposition = self._disposition()
        is_answered = disposition is Disposition.ANSWERED
        hold_s = told.number("hold_s") or 0.0
        ended_at = self._ended_at(started_at, hold_s)
        answered_at = self._answered_at(started_at, ended_at, hold_s) if is_answered else None
        talk_s = told.number("talk_s")
        if talk_s is None:
            talk_s = max(0.0, ended_at - answered_at - hold_s) if answered_at is not None else 0.0
        waited_until = ended_at if answered_at is None else answered_at
        wait_s = told.number("wait_s")
        if wait_s is None:
            wait_s = max(0.0, waited_until - started_at) if told.text("queue") else 0.0
        ring_s = told.number("ring_s") or 0.0
        agent, queue = told.text("agent"), told.text("queue")
        visit = QueueVisit(
            queue,
            max(started_at, waited_until - wait_s),
            waited_until,
            wait_s,
            _OUTCOMES.get(disposition, VisitOutcome.TIMED_OUT),
            agent if is_answered else "",
        )
        share = AgentShare(agent, "", queue, answered_at or ended_at, ended_at, ring_s, talk_s, hold_s)
        is_missed = bool(agent) and not is_answered and self.direction is not Direction.OUTBOUND
        return DerivedCall(
            key=self.key,
            direction=self.direction or (Direction.INBOUND if queue else Direction.UNKNOWN),
            customer=self.customer,
            customer_name=told.text("customer_name"),
            dialled=self.dialled,
            started_at=started_at,
            answered_at=answered_at,
            ended_at=ended_at,
            disposition=disposition,
            hung_up_by=self._hung_up_by(disposition),
            ring_s=ring_s,
            wait_s=wait_s,
            talk_s=talk_s,
            hold_s=hold_s,
            queues=(visit,) if queue else (),
            agents=(share,) if is_answered and agent else (),
            missed=(MissedOffer(agent, queue, ended_at, ring_s),) if is_missed else (),
            transfers=(),
        )

    def _disposition(self) -> Disposition:
        told = self.told
        if told.text("disposition"):
            return Disposition(told.text("disposition"))
        if told.number("answered_at") is not None or told.number("talk_s"):
            return Disposition.ANSWERED
        return Disposition.TIMED_OUT if self.direction is Direction.OUTBOUND else Disposition.ABANDONED

    def _ended_at(self, started_at: float, hold_s: float) -> float:
        told, answered_at = self.told, self.told.number("answered_at")
        ended_at = told.number("ended_at")
        if ended_at is None:
            before_s = told.number("wait_s") or told.number("ring_s") or 0.0
            since = started_at + before_s if answered_at is None else answered_at
            ended_at = since + (told.number("talk_s") or 0.0) + hold_s
        return max(started_at, ended_at)

    def _answered_at(self, started_at: float, ended_at: float, hold_s: float) -> float:
        told = self.told.number("answered_at")
        if told is None:
            talk_s = self.told.number("talk_s")
            before_s = self.told.number("wait_s") or self.told.number("ring_s") or 0.0
            told = started_at + before_s if talk_s is None else ended_at - talk_s - hold_s
        return min(max(told, started_at), ended_at)

    def _hung_up_by(self, disposition: Disposition) -> HungUpBy:
        if self.told.text("hung_up_by"):
            return HungUpBy(self.told.text("hung_up_by"))
        return HungUpBy.CUSTOMER if disposition is Disposition.ABANDONED else HungUpBy.UNKNOWN
