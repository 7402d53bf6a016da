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


class CursorInvalid(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "cursor_invalid", "This cursor was not given here. Begin anew with an empty one, and go on with `next`."
        )


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


class QueueMissing(SapaError):
    def __init__(self) -> None:
        super().__init__("queue_missing", "There is no such queue.", http_status=404)


class ProjectInvalid(SapaError):
    def __init__(self, longest: int) -> None:
        super().__init__("project_invalid", f"A project has a name of 1 to {longest} characters in one line.")


class ProjectExists(SapaError):
    def __init__(self, name: str) -> None:
        super().__init__("project_exists", f"There is already a project called {name}.", http_status=409)


class ProjectMissing(SapaError):
    def __init__(self) -> None:
        super().__init__("project_missing", "There is no such project.", http_status=404)


class ProjectsNotYours(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "projects_not_yours",
            "Projects hold everybody's queues, so only who manages and sees every call may change them.",
            http_status=403,
        )


class LogsMissing(SapaError):
    def __init__(self, folder: str) -> None:
        super().__init__(
            "logs_missing",
            f"{folder} holds no logs of a phone system: files whose names begin with queue_log, cel or cdr, "
            "or call logs: calls*.csv.",
            folder=folder,
        )


class CallLogHeader(SapaError):
    def __init__(self, name: str, problem: str) -> None:
        super().__init__("call_log_header", f"{name}: {problem}")


class SignatureMissing(SapaError):
    def __init__(self, header: str) -> None:
        super().__init__(
            "signature_missing", f"Sign the request: {header}: t=SECONDS,v1=HEX; see docs/pbx.md.", http_status=401
        )


class SignatureWrong(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "signature_wrong",
            "The signature is not that of this body by SAPA_PBX_EVENTS_SECRET. Sign the bytes that are sent.",
            http_status=401,
        )


class SignatureOld(SapaError):
    def __init__(self, age_s: float, tolerance_s: int) -> None:
        when = f"{abs(age_s):.0f} s {'ago' if age_s > 0 else 'in the future'}"
        super().__init__(
            "signature_old",
            f"By our clock it was signed {when}; at most {tolerance_s} s are taken. Sign at every try, and set the "
            "clocks by NTP.",
            http_status=401,
        )


class EventsOff(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "pbx_events_off",
            "This installation takes no events of a phone system. Set SAPA_PBX_EVENTS_SECRET, 32 characters or more "
            "(openssl rand -hex 32), and start it again.",
            http_status=403,
        )


class EventsUnreadable(SapaError):
    def __init__(self, problem: str) -> None:
        super().__init__("events_unreadable", f"The body is no JSON of events: {problem}.")


class EventsTooMany(SapaError):
    def __init__(self, most: int) -> None:
        super().__init__("events_too_many", f"Send at most {most} events at once.", http_status=413)


class AgentDaysTooMany(SapaError):
    def __init__(self, most: int) -> None:
        super().__init__("agent_days_too_many", f"Ask for {most} days of agents at once at most.")


class TableTrouble(SapaError):
    """A table of CEL or CDR is not read; what is wrong may end by itself."""

    slug = "pbx_table_unreadable"
    may_end = True

    def __init__(self, table: str, problem: str) -> None:
        super().__init__(self.slug, f"{table}: {problem}", retryable=self.may_end)


class TableUnreachable(TableTrouble):
    slug = "pbx_table_unreachable"

    def __init__(self, table: str, problem: str) -> None:
        super().__init__(table, f"cannot be reached: {problem}")


class TableUnreadable(TableTrouble):
    def __init__(self, table: str, problem: str) -> None:
        super().__init__(table, f"cannot be read: {problem}")


class TableMissing(TableTrouble):
    slug, may_end = "pbx_table_missing", False

    def __init__(self, table: str) -> None:
        super().__init__(table, "there is no such table")


class TableColumns(TableTrouble):
    slug, may_end = "pbx_table_columns", False

    def __init__(self, table: str, lacking: list[str]) -> None:
        super().__init__(
            table,
            f"it lacks {', '.join(lacking)}; add what is missing to the table, and where they are listed to the "
            "module's configuration",
        )


class TableKey(TableTrouble):
    slug, may_end = "pbx_table_key", False

    def __init__(self, table: str, name: str) -> None:
        super().__init__(
            table,
            "no column of it numbers its rows, by which each is taken once; as its owner: "
            f"ALTER TABLE {name} ADD COLUMN id bigserial PRIMARY KEY",
        )


class TableKeyRange(TableTrouble):
    slug, may_end = "pbx_table_key_range", False

    def __init__(self, table: str, column: str) -> None:
        super().__init__(table, f"its column {column} holds numbers below 0, or of 2^40 and more")
