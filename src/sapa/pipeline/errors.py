"""What can go wrong in the line itself."""

from __future__ import annotations

from sqlite3 import SQLITE_FULL

from sapa.core.errors import SapaError

DISK_FULL = "53100"  # PostgreSQL, appendix A


class StageNotFailed(SapaError):
    def __init__(self) -> None:
        super().__init__("stage_not_failed", "No step of this call has failed; there is nothing to try again.")


class LateResult(SapaError):
    """Somebody else claimed the stage meanwhile; this result is not written."""

    def __init__(self, stage: str, attempt: int) -> None:
        super().__init__("late_result", f"Result of {stage}, attempt {attempt}, came too late and was left out.")


class NothingToIngest(SapaError):
    def __init__(self, path: str, passed_over: str) -> None:
        super().__init__("nothing_to_ingest", f"{path}: there is no recording there. {passed_over}".strip())


class DatabaseAway(SapaError):
    def __init__(
        self, message: str = "The database could not be reached; it is tried again by itself.", **details: str
    ) -> None:
        super().__init__("database_unreachable", message, retryable=True, http_status=503, **details)


class DatabaseFull(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "database_full",
            "The database takes nothing more, since its disk is full. Free some space there; what was saved is safe.",
            retryable=True,
            http_status=507,
        )


class CommitUnsure(DatabaseAway):
    """The connection was lost while it was committed: perhaps all was saved, perhaps nothing."""


def database_error_of(problem: Exception) -> DatabaseAway | DatabaseFull:
    """What the database said, as people and programs are told it."""
    said = problem.__cause__  # by the vendor; Django's own error has no code
    is_full = getattr(said, "sqlite_errorcode", None) == SQLITE_FULL or getattr(said, "sqlstate", None) == DISK_FULL
    return DatabaseFull() if is_full else DatabaseAway("The database does not answer. Try again in a minute.")


class BusyCall(SapaError):
    def __init__(self) -> None:
        super().__init__("call_busy", "This call is being worked on. Try again when it is done.", http_status=409)


class HearingNotAllowed(SapaError):
    def __init__(self) -> None:
        super().__init__("not_allowed", "Your role does not have calls heard again.", http_status=403)


class LineBroken(SapaError):
    def __init__(self) -> None:
        super().__init__("line_broken", "The line ended unexpectedly; the error above says why. Try again.")


class WorkerDied(SapaError):
    def __init__(self, attempts: int) -> None:
        super().__init__(
            "worker_died",
            f"The worker died {attempts} times on this step, so it is left out. Look for the reason in the log "
            "(often too little memory for a long recording), then try again.",
            retryable=True,
        )
