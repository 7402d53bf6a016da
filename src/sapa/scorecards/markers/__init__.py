"""Markers: each gives a value or abstains, with evidence and the reason. They do not know each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from typing import Any, Protocol

from sapa.analytics.types import Analysis, Tag
from sapa.scorecards.types import Mark
from sapa.transcripts.types import Transcript, Turn

MARKERS: dict[str, str] = {
    "phrase": "sapa.scorecards.markers.phrase:PhraseMarker",
    "measure": "sapa.scorecards.markers.measure:MeasureMarker",
}


@dataclass(frozen=True)
class JudgedCall:
    """All that a marker may know of a call. `facts`: direction, queue, team; one that nobody told is missing or empty.
    Markers leave them alone, conditions ask for them."""

    transcript: Transcript
    analysis: Analysis
    company_names: tuple[str, ...] = field(default=())
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def turns(self) -> Sequence[Turn]:
        return self.transcript.turns

    @property
    def tags(self) -> Sequence[Tag]:
        return self.analysis.tags


class Marker(Protocol):
    name: str
    version: int

    def mark(self, spec: Any, call: JudgedCall) -> Mark:
        """Judge one criterion by one spec of this marker's kind. Never guesses: unsure is an abstention."""
        ...


@lru_cache(maxsize=8)
def marker_for(kind: str) -> Marker:
    module, name = MARKERS[kind].split(":")
    marker: Marker = getattr(import_module(module), name)()
    return marker
