"""Measures of a call and tags on its transcript, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sapa.calls.types import Party


class TagKind(StrEnum):
    INTERRUPTION = "interruption"
    OVERTALK = "overtalk"
    SILENCE = "silence"
    MONOLOGUE = "monologue"


@dataclass(frozen=True)
class Tag:
    """Something that happened in a stretch of the call; `evidence` is a quote or a plain fact."""

    kind: TagKind
    party: Party
    start_s: float
    end_s: float
    evidence: str


@dataclass(frozen=True)
class Analysis:
    """`measures`: key → value in the unit of its name; None where the call does not allow it to be taken."""

    measures: dict[str, float | None]
    tags: tuple[Tag, ...]
