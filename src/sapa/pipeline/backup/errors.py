"""Why a backup could not be made, believed or brought back."""

from __future__ import annotations

from pathlib import Path

from sapa.core.errors import SapaError


class BackupFailed(SapaError):
    """Nothing of the unfinished backup is left."""

    def __init__(self, problem: str) -> None:
        super().__init__("backup_failed", f"No backup was made: {problem}", retryable=True)


class BackupExists(SapaError):
    def __init__(self, folder: Path) -> None:
        super().__init__("backup_exists", f"{folder} is there already. Give a folder that is not there yet.")


class BackupRunning(SapaError):
    def __init__(self, folder: Path) -> None:
        super().__init__("backup_running", f"Another backup to {folder} is being made at this moment.")


class BackupUnreadable(SapaError):
    def __init__(self, folder: Path, problem: str) -> None:
        super().__init__("backup_unreadable", f"{folder} is not a finished backup that can be read: {problem}")


class BackupDamaged(SapaError):
    """What the folder holds is not what was written into it."""

    def __init__(self, folder: Path, problem: str) -> None:
        super().__init__("backup_damaged", f"The backup in {folder} is damaged: {problem}. Nothing was restored.")


class BackupNewer(SapaError):
    def __init__(self, version: str, migration: str) -> None:
        super().__init__(
            "backup_newer",
            f"This backup was made by Sapa {version}, which knows a change of the database ({migration}) that this "
            "program does not. Install that version or a newer one, then restore.",
        )


class OtherDatabase(SapaError):
    def __init__(self, theirs: str, ours: str) -> None:
        super().__init__(
            "backup_other_database",
            f"This backup is of a {theirs} database and this installation has {ours}. Set SAPA_DATABASE_URL to a "
            f"{theirs} database, then restore.",
        )


class NotEmpty(SapaError):
    def __init__(self, calls: int) -> None:
        super().__init__(
            "restore_not_empty",
            f"This installation has {calls} calls, which would be lost. Restore into an empty one, or say --replace.",
        )


class LineWorking(SapaError):
    def __init__(self, holders: list[str]) -> None:
        super().__init__(
            "restore_line_working",
            f"Workers are at work: {', '.join(holders)}. Stop every worker and the site, then try again.",
        )


class DatabaseBusy(SapaError):
    def __init__(self) -> None:
        super().__init__(
            "restore_database_busy",
            "Another program holds the database. Stop every worker and the site, then restore. Nothing was changed.",
        )


class DatabaseShared(SapaError):
    def __init__(self, tables: list[str]) -> None:
        super().__init__(
            "restore_database_shared",
            f"The database holds tables that are not Sapa's: {', '.join(tables)}. Give Sapa a database of its own.",
        )


class RestoreFailed(SapaError):
    def __init__(self, problem: str) -> None:
        super().__init__("restore_failed", f"The restore did not work: {problem}")


class ProgramMissing(SapaError):
    def __init__(self, name: str, major: int, found: str) -> None:
        super().__init__(
            "database_tools_missing",
            f"{name} of PostgreSQL {major} or newer is needed; {found}. Install it: "
            f"sudo apt-get install postgresql-client-{major}",
        )
