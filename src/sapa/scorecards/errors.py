"""What can go wrong with scorecards."""

from __future__ import annotations

from sapa.core.errors import SapaError


class ScorecardInvalid(SapaError):
    def __init__(self, source: str, problems: list[str]) -> None:
        super().__init__("scorecard_invalid", f"{source}: " + "; ".join(problems), problems=problems)


class ScorecardMissing(SapaError):
    def __init__(self, key: str, known: list[str]) -> None:
        super().__init__(
            "scorecard_missing",
            f"There is no scorecard {key!r}. Known: {', '.join(known)}; or give the path of a YAML file.",
            http_status=404,
        )


class ScorecardsUnpublished(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "scorecards_unpublished",
            "No scorecard is published yet. Run: sapa migrate",
            retryable=True,
            http_status=409,
        )


class CallTypeUnknown(SapaError):
    def __init__(self, call_type: str, scorecard: str, known: list[str]) -> None:
        super().__init__(
            "call_type_unknown",
            f"Scorecard {scorecard} has no call type {call_type!r}. Known: {', '.join(known)}, or auto.",
        )
