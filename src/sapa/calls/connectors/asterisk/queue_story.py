"""`queue_log` rows of one call: which queues it waited in, who was offered it, who took it, how it left.

Columns: docs.asterisk.org, Queue Logs. Those of an attended transfer differ with its kind, so the durations are read
from the right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sapa.calls.connectors.asterisk.rows import QueueRow
from sapa.calls.types import MissedOffer, QueueVisit, Transfer, TransferKind, VisitOutcome

_EXITS = {
    "ABANDON": (VisitOutcome.ABANDONED, 2),
    "EXITWITHTIMEOUT": (VisitOutcome.TIMED_OUT, 2),
    "EXITEMPTY": (VisitOutcome.NO_AGENTS, 2),
    "EXITWITHKEY": (VisitOutcome.KEY, 3),
    "WITHDRAW": (VisitOutcome.WITHDRAWN, 2),
}
"""How the caller left, and in which column it stands how long was waited."""
_LONGEST = 1e7  # milliseconds or seconds; nobody rings or waits for longer
_COMPLETED = {"COMPLETEAGENT": "agent", "COMPLETECALLER": "customer"}
_TRANSFERS = {
    "BLINDTRANSFER": TransferKind.BLIND,
    "TRANSFER": TransferKind.BLIND,
    "ATTENDEDTRANSFER": TransferKind.ATTENDED,
}


@dataclass(frozen=True)
class Taking:
    """An agent took the call in a queue. `talk_s` is the queue's own figure, None until it is over."""

    agent: str
    queue: str
    channel_id: str
    at: float
    ring_s: float
    talk_s: float | None = None
    ended_at: float | None = None


@dataclass(frozen=True)
class QueueStory:
    visits: tuple[QueueVisit, ...] = ()
    takings: tuple[Taking, ...] = ()
    missed: tuple[MissedOffer, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    caller_number: str = ""
    hung_up_by: str = ""

    def agent_of(self, channel_id: str) -> str:
        return next((taking.agent for taking in self.takings if taking.channel_id == channel_id), "")


def queue_story(rows: Sequence[QueueRow]) -> QueueStory:
    """`rows` in the order of time."""
    visits: list[QueueVisit] = []
    takings: list[Taking] = []
    missed: list[MissedOffer] = []
    transfers: list[Transfer] = []
    number, hung_up_by = "", ""
    for row in rows:
        if row.event == "ENTERQUEUE":
            visits.append(QueueVisit(row.queue, row.at))
            number = number or _data(row, 1)
        elif row.event == "CONNECT":
            taken = Taking(row.agent, row.queue, _data(row, 1), row.at, _seconds(row, 2))
            takings.append(taken)
            _close(visits, row, VisitOutcome.ANSWERED, _seconds(row, 0))
        elif row.event in _EXITS:
            outcome, column = _EXITS[row.event]
            _close(visits, row, outcome, _seconds(row, column))
        elif row.event == "RINGNOANSWER":
            missed.append(MissedOffer(row.agent, row.queue, row.at, _seconds(row, 0) / 1000))
        elif row.event in _COMPLETED:
            hung_up_by = _COMPLETED[row.event]
            _talked(takings, row, _seconds(row, 1))
        elif row.event in _TRANSFERS:
            kind = _TRANSFERS[row.event]
            to = _data(row, 0) if kind is TransferKind.BLIND else ""
            transfers.append(Transfer(kind, to, row.agent, row.at))
            _talked(takings, row, _seconds(row, -2))
    return QueueStory(tuple(visits), tuple(takings), tuple(missed), tuple(transfers), number, hung_up_by)


def _close(visits: list[QueueVisit], row: QueueRow, outcome: VisitOutcome, wait_s: float) -> None:
    """The open visit of that queue that is as old as was waited; one whose beginning is missing began when it says."""
    began = row.at - wait_s
    still_open = [place for place, visit in enumerate(visits) if visit.queue == row.queue and not visit.outcome]
    if not still_open:
        visits.append(QueueVisit(row.queue, began, row.at, wait_s, outcome, row.agent))
        return
    place = min(still_open, key=lambda place: abs(visits[place].entered_at - began))
    visits[place] = replace(visits[place], outcome=outcome, wait_s=wait_s, agent=row.agent, left_at=row.at)


def _talked(takings: list[Taking], row: QueueRow, talk_s: float) -> None:
    for place in range(len(takings) - 1, -1, -1):
        taking = takings[place]
        if taking.queue == row.queue and taking.agent == row.agent and taking.talk_s is None:
            takings[place] = replace(taking, talk_s=talk_s, ended_at=row.at)
            return


def _data(row: QueueRow, place: int) -> str:
    return row.data[place] if -len(row.data) <= place < len(row.data) else ""


def _seconds(row: QueueRow, place: int) -> float:
    """0 where the column is missing or no number: an older version, or a line that was spoilt."""
    raw = _data(row, place)
    seconds = float(raw) if raw.isascii() and raw.replace(".", "", 1).isdigit() and len(raw) < 12 else 0.0
    return seconds if seconds < _LONGEST else 0.0
