"""What can go wrong when calls come in."""

from __future__ import annotations

from sapa.core.errors import SapaError


class MetadataInvalid(SapaError):
    def __init__(self, where: str, problem: str) -> None:
        super().__init__("metadata_invalid", f"{where}: {problem}")
        self.problem = problem


class CallMissing(SapaError):
    def __init__(self) -> None:
        super().__init__("call_missing", "There is no such call, or it is not yours to see.", http_status=404)


class CallConflict(SapaError):
    def __init__(self, external_id: str) -> None:
        super().__init__(
            "call_conflict",
            f"Call {external_id} is already here with another recording. Give the new one another call_id.",
            http_status=409,
        )


class GivingPersonInvalid(SapaError):
    def __init__(self) -> None:
        super().__init__("giving_person_invalid", "Calls are given to an outside reviewer who may sign in.")


class GivingDayInvalid(SapaError):
    def __init__(self) -> None:
        super().__init__("giving_day_invalid", "Give a day that has not passed, as 2026-01-31.")


class GivingCountInvalid(SapaError):
    def __init__(self, most: int) -> None:
        super().__init__("giving_count_invalid", f"Give 1 to {most} calls at once.")


class GivingNotAllowed(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "giving_not_allowed", "Supervisors and administrators give calls to outside reviewers.", http_status=403
        )


class QueueInvalid(SapaError):
    def __init__(self, longest: int) -> None:
        super().__init__("queue_invalid", f"A queue has a name of 1 to {longest} characters.")


class LogsMissing(SapaError):
    def __init__(self, folder: str) -> None:
        super().__init__(
            "logs_missing",
            f"{folder} holds no logs of a phone system: files whose names begin with queue_log, cel or cdr.",
            folder=folder,
        )


class AgentDaysTooMany(SapaError):
    def __init__(self, most: int) -> None:
        super().__init__("agent_days_too_many", f"Ask for {most} days of agents at once at most.")
