"""Taking recordings from watched folders as they are finished, until told to stop.

Folders are looked into again and again, since no notice of a change comes from a network share. What was seen is
remembered in the database (`WatchedFile`), so a restart reads nothing twice; that a call is taken only once rests on
the content of its recording (`call_take`), so a kill between the two loses and doubles nothing either.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

from django.db import DatabaseError, InterfaceError

from sapa.core.errors import SapaError
from sapa.pipeline.troubles import Troubles
from sapa.pipeline.watch_folder import MOST_SUFFIXES, WRAP_FIRST
from sapa.pipeline.watch_one import FolderWatch, Progress, WatchOptions

log = logging.getLogger("sapa.watch")
LOOK_EVERY_S = 2.0
MOST_SHARE = 0.05  # of the time goes into looking, however many files there are
LOOK_CLOSELY_EVERY_S = 300.0  # at what was taken or refused too, whether it is still what it was
RECORDS_UNREAD = (
    "recordings wait for the phone system's records, which nobody has read up to now, an hour at most; "
    "start sapa serve, or sapa pbx follow, and see sapa doctor"
)
TAKE_FOR_S = 30.0  # then new files are looked for, which go before a backlog


class WatchUnusable(SapaError):
    def __init__(self, problem: str) -> None:
        super().__init__("watch_unusable", f"These folders cannot be watched: {problem}.")


class Watcher:
    """`clock` gives seconds that only grow."""

    def __init__(self, options: WatchOptions, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._folders = [FolderWatch(folder, options) for folder in folders_checked(options)]
        self._closely_at_s = clock()
        self._troubles = Troubles(log)
        self._suffixes_told: set[str] = set()

    def run(self, stop: Event) -> None:
        for folder in self._folders:
            log.info("watching %s", folder.root)
        while not stop.is_set():
            stop.wait(self.round(stop))

    def round(self, stop: Event | None = None) -> float:
        """One look into every folder, and what is finished taken; seconds to pause before the next."""
        started_s, is_close = self._clock(), self._clock() >= self._closely_at_s
        if is_close:
            self._closely_at_s = started_s + LOOK_CLOSELY_EVERY_S
        looked = [folder for folder in self._folders if self._looked(folder, is_close)]
        look_took_s = self._clock() - started_s
        until_s = self._clock() + TAKE_FOR_S
        has_more = False
        for folder in looked:
            progress = self._taken(folder, until_s, stop or Event())
            if progress is None:
                return self._troubles.pause_s()
            has_more = has_more or progress.has_more
        self._troubles.over()
        return 0.0 if has_more else max(LOOK_EVERY_S, look_took_s / MOST_SHARE)

    def _looked(self, folder: FolderWatch, is_close: bool) -> bool:
        try:
            folder.look(self._clock(), closely=is_close)
        except OSError as exc:
            self._troubles.begin(
                str(folder.root), str(exc.errno), f"{folder.root} cannot be read: {exc.strerror or exc}"
            )
            return False
        except (DatabaseError, InterfaceError) as exc:
            self._troubles.database_away(exc)
            return False
        self._troubles.end(str(folder.root), f"{folder.root} can be read again")
        self._passed_over(folder)
        return True

    def _passed_over(self, folder: FolderWatch) -> None:
        for suffix in sorted(folder.passed_over - self._suffixes_told)[: MOST_SUFFIXES - len(self._suffixes_told)]:
            self._suffixes_told.add(suffix)
            log.warning("%s: files named %r are passed over. %s", folder.root, f"…{suffix}", WRAP_FIRST)

    def _taken(self, folder: FolderWatch, until_s: float, stop: Event) -> Progress | None:
        """None when something stands in the way of all files alike."""
        progress: Progress | None = None
        try:
            progress = folder.take(lambda: self._clock() < until_s and not stop.is_set())
        except (DatabaseError, InterfaceError) as exc:
            self._troubles.database_away(exc)
        except SapaError as exc:
            self._troubles.begin("line", exc.code, f"{exc.code}: {exc.message}")
        else:
            self._troubles.end("database", "the database is back")
            if progress.taken or progress.refused:
                self._troubles.end("line", "recordings are taken again")
        if progress is not None and progress.archive_error is not None:
            self._troubles.begin("archive", progress.archive_error.code, progress.archive_error.message)
        elif progress is not None and progress.archived:
            self._troubles.end("archive", "recordings can be moved to the archive again")
        if progress is not None and progress.wait_for_records:
            self._troubles.begin(f"records {folder.root}", "unread", f"{folder.root}: {RECORDS_UNREAD}")
        elif progress is not None:
            self._troubles.end(f"records {folder.root}", f"{folder.root}: the phone system's records are read again")
        if progress is not None and (progress.taken or progress.refused):
            log.info("%s: %d taken, %d refused", folder.root, progress.taken, progress.refused)
        return progress


def folders_checked(options: WatchOptions) -> list[Path]:
    """A folder below another one would be looked into twice; what lies in the archive would be taken again."""
    folders = [folder.resolve() for folder in options.folders]
    if not folders:
        raise WatchUnusable("none is given. Name one: sapa ingest --watch DIR, or set SAPA_WATCH_DIRS")
    for number, folder in enumerate(folders):
        for other in folders[number + 1 :]:
            if folder.is_relative_to(other) or other.is_relative_to(folder):
                raise WatchUnusable(f"{folder} and {other} lie in one another")
        if options.archive is not None and folder.is_relative_to(options.archive.resolve()):
            raise WatchUnusable(f"{folder} lies in the archive")
    return folders
