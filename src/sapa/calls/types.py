"""The call as a value: what a connector tells about it, before anything is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

LONGEST_QUEUE = 100  # signs of its name
LONGEST_PROJECT = 100
PLACES = 1 << 40
"""Bytes a log may have. A row's id is its log's number times this, plus its place."""
LONGEST_CALL_S = 12 * 3600.0
"""What goes on for longer in the phone system's records has lost its end there."""


class Party(StrEnum):
    AGENT = "agent"
    CUSTOMER = "customer"
    UNKNOWN = "unknown"


class RowKind(IntEnum):
    """Which log of a phone system a row is of."""

    QUEUE_LOG = 1
    CEL = 2
    CDR = 3
    EVENT = 4
    CALL_LOG = 5


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"
    UNKNOWN = ""


def source_key(external_id: str) -> str:
    """Identity of a call that the phone system has a name for."""
    return f"id:{external_id}"


_HOSTED = "hosted/"  # no channel of an Asterisk has a name with this sign in it


def hosted_key(call_id: str) -> str:
    """The name, among those of the phone systems' calls, of one that a hosted phone system calls so (ADR 24)."""
    return f"{_HOSTED}{call_id}"


def is_hosted(key: str) -> bool:
    return key.startswith(_HOSTED)


def told_id(key: str) -> str:
    """What its phone system calls this call."""
    return key.removeprefix(_HOSTED)


@dataclass(frozen=True)
class CallFacts:
    """What is known about a call from outside its recording. Empty text means unknown.

    `external_id` is the phone system's own name of the call; two facts with the same one are one call.
    `agent_channel` says which channel of the recording is the agent's, when the source knows. With one file for each
    party `agent_file` is the name of the agent's, and `agent_offset_s` how much later it starts than the customer's.
    """

    external_id: str = ""
    direction: Direction = Direction.UNKNOWN
    queue: str = ""
    agent_name: str = ""
    customer_number: str = ""
    customer_name: str = ""
    started_at: datetime | None = None
    call_type: str = ""
    outcome: str = ""
    language: str = ""
    agent_channel: int | None = None
    agent_file: str = ""
    agent_offset_s: float | None = None


class Disposition(StrEnum):
    """What became of a call."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    TIMED_OUT = "timed_out"
    BUSY = "busy"
    FAILED = "failed"
    VOICEMAIL = "voicemail"
    UNKNOWN = ""


class SoundState(StrEnum):
    """Where the recording of a call is."""

    HERE = "here"
    GOING_ON = "going_on"
    """Not over yet, as far as the phone system's records say."""
    AWAITED = "awaited"
    """The call was over a moment ago, or the phone system said that it records it."""
    MISSING = "missing"
    """The phone system said that it recorded it, and for a quarter of an hour nothing has come."""
    NONE = "none"


class VisitOutcome(StrEnum):
    """How a caller left a queue."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    TIMED_OUT = "timed_out"
    NO_AGENTS = "no_agents"
    KEY = "key"
    WITHDRAWN = "withdrawn"
    OPEN = ""


LEFT_QUEUE = {
    VisitOutcome.ABANDONED: Disposition.ABANDONED,
    VisitOutcome.TIMED_OUT: Disposition.TIMED_OUT,
    VisitOutcome.NO_AGENTS: Disposition.TIMED_OUT,
    VisitOutcome.KEY: Disposition.ABANDONED,
    VisitOutcome.WITHDRAWN: Disposition.FAILED,
}
"""What became of a call that was left in its last queue like this."""


class HungUpBy(StrEnum):
    AGENT = "agent"
    CUSTOMER = "customer"
    SYSTEM = "system"
    UNKNOWN = ""


class TransferKind(StrEnum):
    BLIND = "blind"
    ATTENDED = "attended"


@dataclass(frozen=True)
class QueueVisit:
    """A wait in a queue. Times are seconds since 1970; `left_at` is None while it goes on."""

    queue: str
    entered_at: float
    left_at: float | None = None
    wait_s: float = 0.0
    outcome: VisitOutcome = VisitOutcome.OPEN
    agent: str = ""


@dataclass(frozen=True)
class MissedOffer:
    """An agent's telephone rang and was not answered."""

    agent: str
    queue: str
    at: float
    ring_s: float


@dataclass(frozen=True)
class Transfer:
    """`to` is what was dialled; empty where the records do not say."""

    kind: TransferKind
    to: str
    agent: str
    at: float


@dataclass(frozen=True)
class AgentShare:
    """One agent's part of a call: own talk and hold, not the call's. Empty queue: reached without one."""

    agent: str
    device: str
    queue: str
    answered_at: float
    left_at: float
    ring_s: float
    talk_s: float
    hold_s: float


@dataclass(frozen=True)
class DerivedCall:
    """What the phone system's records say of one call (ADR 22). Times are seconds since 1970, numbers E.164 where they
    are numbers. Talk is without hold; `wait_s` is in queues, all together; `ring_s` the telephone that was answered,
    or the last that was not."""

    key: str
    direction: Direction
    customer: str
    customer_name: str
    dialled: str
    started_at: float
    answered_at: float | None
    ended_at: float | None
    disposition: Disposition
    hung_up_by: HungUpBy
    ring_s: float
    wait_s: float
    talk_s: float
    hold_s: float
    queues: tuple[QueueVisit, ...]
    agents: tuple[AgentShare, ...]
    missed: tuple[MissedOffer, ...]
    transfers: tuple[Transfer, ...]
    unrecorded: tuple[tuple[float, float], ...] = ()
    """Spans in which the recording was paused."""
    recordings: tuple[str, ...] = ()
    """Names of the files that the phone system said it would write."""
    customer_channels: tuple[str, ...] = ()
    """Ids of the channels that are the customer's; of a call within the house none is."""


class EndedBy(StrEnum):
    """How an agent's time in a queue ended."""

    REMOVED = "removed"
    LOGGED_OFF = "logged_off"
    RESTART = "restart"
    """Of the phone system, which did not remember them."""
    LOST = "lost"
    """They came in again, and no record says when they had gone."""
    OPEN = ""


@dataclass(frozen=True)
class AgentSpan:
    """A session of an agent in a queue, or a pause there. Seconds since 1970; `ended_at` None while it goes on. The
    queue "" is a desk: logged in for all of them. `is_began_known`: else it began at some time before."""

    queue: str
    began_at: float
    ended_at: float | None
    ended_by: EndedBy = EndedBy.OPEN
    reason: str = ""
    is_began_known: bool = True
