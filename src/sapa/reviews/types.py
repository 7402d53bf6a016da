"""What a person says about a criterion, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Judgement(StrEnum):
    """What a person can say of a criterion; `OPEN` until they have."""

    OPEN = "open"
    FULL = "1"
    HALF = "0.5"
    ZERO = "0"
    NOT_APPLICABLE = "not_applicable"
    CANNOT_TELL = "cannot_tell"

    @property
    def number(self) -> float | None:
        return float(self) if self in {Judgement.FULL, Judgement.HALF, Judgement.ZERO} else None


class Fault(StrEnum):
    """On whom a low mark falls. What is not the agent's is not held against the agent."""

    AGENT = "agent"
    PROCESS = "process"
    OUTSIDE = "outside"


@dataclass(frozen=True)
class Stretch:
    """A stretch of the call pointed at, with what was said in it; seconds from the first sample."""

    start_s: float
    end_s: float
    quote: str = ""


@dataclass(frozen=True)
class MarkChange:
    """What to change of one mark; None leaves it as it is. `stretch` is added, `without_stretch` taken away."""

    judgement: Judgement | None = None
    comment: str | None = None
    fault: Fault | None = None
    praised: bool | None = None
    stretch: Stretch | None = None
    without_stretch: int | None = None
