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
            f"There is no scorecard {key!r}. Known: {', '.join(known)}.",
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


class ScorecardExists(SapaError):
    def __init__(self, key: str) -> None:
        super().__init__("scorecard_exists", f"There is already a form with the key {key}.", http_status=409)


class DraftMissing(SapaError):
    def __init__(self, key: str) -> None:
        super().__init__("draft_missing", f"There is no draft of the form {key}.", http_status=404)


class DraftExists(SapaError):
    def __init__(self, key: str) -> None:
        super().__init__(
            "draft_exists", f"The form {key} has a draft already. Go on with it, or discard it first.", http_status=409
        )


class DraftConflict(SapaError):
    """Somebody changed the draft since it was read. `version` is what it is now."""

    def __init__(self, key: str, version: int) -> None:
        super().__init__(
            "draft_conflict",
            f"The draft of {key} was changed by somebody else meanwhile. Look at it, then save again.",
            http_status=409,
            version=version,
        )


class DraftUnfinished(SapaError):
    """`problems`: one line for each error that is left."""

    def __init__(self, key: str, problems: list[str]) -> None:
        told = "; ".join(problems)
        super().__init__(
            "draft_unfinished", f"The draft of {key} still has errors: {told}", http_status=409, problems=problems
        )


class NothingToUndo(SapaError):
    def __init__(self) -> None:
        super().__init__("nothing_to_undo", "There is no change to take back.", http_status=409)


class FormPartMissing(SapaError):
    def __init__(self, part: str) -> None:
        super().__init__("form_part_missing", f"The form has no such part: {part}.", http_status=404)


class FormEditInvalid(SapaError):
    """`problems`: what was given and cannot be kept."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("form_edit_invalid", "; ".join(problems), problems=problems)


class FormsNotYours(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "forms_not_yours",
            "Forms are read by supervisors and administrators, and changed by those of them who see every call.",
            http_status=403,
        )


class FormRuleInvalid(SapaError):
    def __init__(self, problem: str) -> None:
        super().__init__("form_rule_invalid", problem)
