"""Recordings beside a phone system whose records are read: each waits until its call is over there, and is taken as
what the records say it is (ADR 23)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from sapa.calls.connectors.file_names import LegNames, NamePattern
from sapa.calls.recordings_told import CallState, FileFound, ToldRecording, channel_told, recording_told
from sapa.calls.selectors import records_read_until

UNKNOWN_WAIT_S = 120.0  # for rows of its call; a site with `queue_log` alone has none of calls out
LONGEST_WAIT_S = 3600.0  # for the end of a call whose recording grows no more, and for records that are not read


@dataclass(frozen=True)
class PbxNames:
    """How the names of recordings are read where no row tells of them."""

    pattern: NamePattern | None
    legs: LegNames | None

    def told(self, file: FileFound) -> ToldRecording | None:
        return recording_told(file) or self._by_name(file.name)

    def _by_name(self, name: str) -> ToldRecording | None:
        legs = self.legs
        metadata = self.pattern.metadata_of(legs.without(name) if legs else name) if self.pattern else None
        channel = (metadata or {}).get("call_id", "")
        return channel_told(channel) if channel else None


class Awaited(Enum):
    """What a recording that is finished waits for."""

    NOTHING = auto()
    CALL = auto()
    """Rows of its call, or its end."""
    RECORDS = auto()
    """That they are read at all."""


def awaited(told: ToldRecording | None, waited_s: float, at: datetime) -> Awaited:
    """`waited_s`: how long the file has not grown; `at`: now. What no row tells of waits until the records were read up
    to where it was finished: rows that are not here yet may tell of it."""
    state = told.state if told else CallState.UNKNOWN
    if state is CallState.OVER or waited_s >= LONGEST_WAIT_S:
        return Awaited.NOTHING
    if state is CallState.GOING_ON or waited_s < UNKNOWN_WAIT_S:
        return Awaited.CALL
    read_until = records_read_until()
    is_read = read_until is not None and read_until >= at - timedelta(seconds=waited_s)
    return Awaited.NOTHING if is_read else Awaited.RECORDS


def is_not_needed(told: ToldRecording | None, names: Collection[str]) -> bool:
    """What is better is there."""
    return told is not None and bool(told.better) and all(name in names for name in told.better)


def call_as_told(told: ToldRecording | None) -> dict[str, str]:
    """As a JSON beside the recording would tell it."""
    return {} if told is None else {"call_id": told.channel}


def agents_as_told(told: ToldRecording | None, customer_file: str) -> dict[str, str]:
    """The agent's file that belongs to the customer's. Both begin in the same moment."""
    if told is None or not told.is_announced or customer_file != told.customer_file:
        return {}
    return {"agent_file": told.agent_file, "agent_offset_s": "0"}
