"""The call as a value: what a connector tells about it, before anything is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Party(StrEnum):
    AGENT = "agent"
    CUSTOMER = "customer"
    UNKNOWN = "unknown"


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"
    UNKNOWN = ""


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
