"""What can go wrong when a draft is open for comment."""

from __future__ import annotations

from http import HTTPStatus

from sapa.core.errors import SapaError


class ConsultationMissing(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "consultation_missing", "There is no such draft open to you.", http_status=HTTPStatus.NOT_FOUND
        )


class ConsultationClosed(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "consultation_closed", "This draft is no longer open for comment.", http_status=HTTPStatus.CONFLICT
        )


class ConsultationNotYours(SapaError):
    """Who edits the form answers comments and makes none; whom it is not open to is told that there is none."""

    def __init__(self) -> None:
        message = "You may change this form: answer comments, or change the draft itself."
        super().__init__("consultation_not_yours", message, http_status=HTTPStatus.FORBIDDEN)


class ConsultationInvalid(SapaError):
    def __init__(self, problem: str) -> None:
        super().__init__("consultation_invalid", problem)


class ConsultationChanged(SapaError):
    def __init__(self) -> None:
        message = "Somebody else changed this meanwhile. Look at it, then save again."
        super().__init__("consultation_changed", message, http_status=HTTPStatus.CONFLICT)


class WordingChanged(SapaError):
    """What was commented on is no longer worded as it was read."""

    def __init__(self) -> None:
        message = "The draft was changed here while you read it. Read the new wording, then send again."
        super().__init__("wording_changed", message, http_status=HTTPStatus.CONFLICT)


class CommentMissing(SapaError):
    def __init__(self) -> None:
        super().__init__("comment_missing", "There is no such comment.", http_status=HTTPStatus.NOT_FOUND)


class CommentInvalid(SapaError):
    def __init__(self, problem: str) -> None:
        super().__init__("comment_invalid", problem)


class CommentChanged(SapaError):
    def __init__(self) -> None:
        message = "This comment was changed or answered meanwhile. Look at it, then try again."
        super().__init__("comment_changed", message, http_status=HTTPStatus.CONFLICT)


class CommentAnswered(SapaError):
    def __init__(self) -> None:
        message = "This comment is answered, so it stays as it is. Write another one."
        super().__init__("comment_answered", message, http_status=HTTPStatus.CONFLICT)


class CommentsTooMany(SapaError):
    def __init__(self, most: int) -> None:
        message = f"A person writes at most {most} comments on a draft. Change or remove one of yours."
        super().__init__("comments_too_many", message, http_status=HTTPStatus.CONFLICT)


class TrialMissing(SapaError):
    def __init__(self) -> None:
        super().__init__("trial_missing", "There is no such trial.", http_status=HTTPStatus.NOT_FOUND)


class TrialNotReady(SapaError):
    def __init__(self) -> None:
        message = "The draft still lacks something, so no call can be marked by it yet."
        super().__init__("trial_not_ready", message, http_status=HTTPStatus.CONFLICT)


class TrialCallUnheard(SapaError):
    def __init__(self) -> None:
        message = "This call is not heard through yet. Choose another one."
        super().__init__("trial_call_unheard", message, http_status=HTTPStatus.CONFLICT)


class TrialsTooMany(SapaError):
    def __init__(self, most: int) -> None:
        super().__init__(
            "trials_too_many", f"A person tries a draft on at most {most} calls.", http_status=HTTPStatus.CONFLICT
        )


class TrialChanged(SapaError):
    def __init__(self) -> None:
        message = "This trial was changed in another window. Load the page again; what is stored there is kept."
        super().__init__("trial_changed", message, http_status=HTTPStatus.CONFLICT)


class TrialDone(SapaError):
    def __init__(self) -> None:
        message = "This trial is done: you have seen what the machine gives, so it stays as it is."
        super().__init__("trial_done", message, http_status=HTTPStatus.CONFLICT)


class TrialUnfinished(SapaError):
    def __init__(self, criteria: list[str]) -> None:
        message = f"Not marked yet: {', '.join(criteria)}. Give each a value, n.a. or “cannot tell”."
        super().__init__("trial_unfinished", message, http_status=HTTPStatus.CONFLICT, criteria=criteria)


class TrialMarkInvalid(SapaError):
    def __init__(self, message: str) -> None:
        super().__init__("trial_mark_invalid", message)
