"""What is asked at opening a draft for comment, and what people can say of it, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    CLEAR = "clear"
    UNCLEAR = "unclear"
    UNFAIR = "unfair"
    MISSING = "missing"
    IDEA = "idea"


class Outcome(StrEnum):
    """What became of a comment; `OPEN` until an editor has said it."""

    OPEN = ""
    ANSWERED = "answered"
    TAKEN_UP = "taken_up"


class State(StrEnum):
    """How a consultation stands. `OVER`: its last day has passed."""

    OPEN = "open"
    CLOSED = "closed"
    OVER = "over"
    PUBLISHED = "published"
    DISCARDED = "discarded"


@dataclass(frozen=True)
class Terms:
    """`until_on` is the last day. With `is_shared` everybody whom it is open to reads all comments."""

    note: str = ""
    until_on: date | None = None
    to_everybody: bool = True
    team_ids: tuple[int, ...] = ()
    is_shared: bool = False


@dataclass(frozen=True)
class Said:
    """A comment as it is written. `criterion` is empty for the whole form; `read` the digest of the words that were
    on the page."""

    criterion: str
    kind: str
    text: str
    read: str
