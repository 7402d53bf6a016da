"""What was read of a draft, and what is other by now. Pure. A part is a criterion's key, or empty: the whole form."""

from __future__ import annotations

import hashlib
import json

from sapa.scorecards.changes import Change, changes_between, criterion_changes
from sapa.scorecards.types import Criterion, Scorecard

WHOLE_FORM = ""
_DIGEST_SIGNS = 16


def criterion_in(card: Scorecard, key: str) -> Criterion | None:
    return next((one for one in card.criteria if one.key == key), None)


def part_digest(card: Scorecard, part: str) -> str:
    """Equal digests are equal words, weights and rules; empty where there is no such criterion."""
    shown = criterion_in(card, part) if part else card
    if shown is None:
        return ""
    canonical = json.dumps(shown.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:_DIGEST_SIGNS]


def changed_since(read: Scorecard, now: Scorecard, part: str) -> list[Change]:
    """What of this part is other in `now` than it was read."""
    if part == WHOLE_FORM:
        return changes_between(read, now)
    before, after = criterion_in(read, part), criterion_in(now, part)
    if before is None:
        return []
    where = f"criterion:{part}"
    return list(criterion_changes(before, after, where)) if after else [Change("removed", where)]


def is_asked_alike(read: Scorecard, now: Scorecard, key: str) -> bool:
    """Whether marks by both can be counted together: all that says what is asked is the same, whatever it weighs."""
    before, after = criterion_in(read, key), criterion_in(now, key)
    if before is None or after is None:
        return False
    return before.model_copy(update={"weights": {}}) == after.model_copy(update={"weights": {}})
