"""Recordings beside a phone system whose records are read: each waits until its call is over there, and is taken as
what the records say it is (ADR 23)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sapa.calls.connectors.file_names import LegNames, NamePattern
from sapa.calls.recordings_told import CallState, ToldRecording, channel_told, recording_told

UNKNOWN_WAIT_S = 120.0  # for rows of its call; a site with `queue_log` alone has none of calls out
GOING_ON_WAIT_S = 3600.0  # for the end of a call whose recording grows no more


@dataclass(frozen=True)
class PbxNames:
    """How the names of recordings are read where no row tells of them."""

    pattern: NamePattern | None
    legs: LegNames | None

    def told(self, name: str) -> ToldRecording | None:
        return recording_told(name) or self._by_name(name)

    def _by_name(self, name: str) -> ToldRecording | None:
        legs = self.legs
        metadata = self.pattern.metadata_of(legs.without(name) if legs else name) if self.pattern else None
        channel = (metadata or {}).get("call_id", "")
        return channel_told(channel) if channel else None


def must_wait(told: ToldRecording | None, waited_s: float) -> bool:
    state = told.state if told else CallState.UNKNOWN
    return (
        waited_s < {CallState.UNKNOWN: UNKNOWN_WAIT_S, CallState.GOING_ON: GOING_ON_WAIT_S, CallState.OVER: 0.0}[state]
    )


def is_beside_its_legs(told: ToldRecording | None, names: Collection[str]) -> bool:
    """Both parties' own files are there: this one, which holds them together, is not taken."""
    return told is not None and told.is_mix and told.customer_file in names and told.agent_file in names


def call_as_told(told: ToldRecording | None) -> dict[str, str]:
    """As a JSON beside the recording would tell it."""
    return {} if told is None else {"call_id": told.channel}


def agents_as_told(told: ToldRecording | None, customer_file: str) -> dict[str, str]:
    """The agent's file that belongs to the customer's. Both begin in the same moment."""
    if told is None or not told.is_announced or customer_file != told.customer_file:
        return {}
    return {"agent_file": told.agent_file, "agent_offset_s": "0"}
