"""What can go wrong with people's marks."""

from __future__ import annotations

from http import HTTPStatus

from sapa.core.errors import SapaError


class ReviewMissing(SapaError):
    def __init__(self) -> None:
        super().__init__("review_missing", "There is no such review.", http_status=HTTPStatus.NOT_FOUND)


class ReviewNotAllowed(SapaError):
    def __init__(self, message: str = "Your role does not mark calls.") -> None:
        super().__init__("review_not_allowed", message, http_status=HTTPStatus.FORBIDDEN)


class ReviewChanged(SapaError):
    """Somebody, most likely the same person in another window, was faster."""

    def __init__(self, version: int) -> None:
        message = "This review was changed in another window. Load the page again; what is stored there is kept."
        super().__init__("review_changed", message, http_status=HTTPStatus.CONFLICT, version=version)


class ReviewClosed(SapaError):
    def __init__(self) -> None:
        message = "This review is submitted. To change it, open it again and say why."
        super().__init__("review_closed", message, http_status=HTTPStatus.CONFLICT)


class ReviewBegun(SapaError):
    """Another draft of the same person is open on this call; two would overtake each other."""

    def __init__(self) -> None:
        message = "You have another draft of this call. Submit it or put it away, then change this review."
        super().__init__("review_begun", message, http_status=HTTPStatus.CONFLICT)


class ReviewUnfinished(SapaError):
    def __init__(self, criteria: list[str]) -> None:
        message = f"Not marked yet: {', '.join(criteria)}. Give each a value, n.a. or “cannot tell”."
        super().__init__("review_unfinished", message, http_status=HTTPStatus.CONFLICT, criteria=criteria)


class MarkInvalid(SapaError):
    def __init__(self, message: str) -> None:
        super().__init__("mark_invalid", message)


class ReasonMissing(SapaError):
    def __init__(self) -> None:
        super().__init__("reason_missing", "Say why the review is changed; agents and supervisors will read it.")


class NothingToUndo(SapaError):
    def __init__(self) -> None:
        super().__init__("review_nothing_to_undo", "There is nothing to undo.", http_status=HTTPStatus.CONFLICT)
