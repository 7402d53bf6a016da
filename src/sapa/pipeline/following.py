"""Reading on in the phone system's logs as they grow, and making calls of what came, until told to stop (ADR 23,
of its tables ADR 27).

A log may be renamed, packed or cut to nothing at any moment: what was read is known by how a file begins and how far it
was read, both in the database (`log_take`), so a restart reads nothing twice and a log that was renamed between two
looks is read to its end under its new name.
"""

from __future__ import annotations

import errno
import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import NamedTuple

from django.db import DatabaseError, InterfaceError

from sapa.calls.connectors.asterisk.site import Site
from sapa.calls.connectors.asterisk.table_place import TablePlace
from sapa.calls.errors import CallLogHeader
from sapa.calls.keeping import rows_derive
from sapa.calls.models import PbxRowKind
from sapa.calls.services import records_are_read
from sapa.calls.taking_rows import log_take, logs_in
from sapa.core.clock import now_at
from sapa.pipeline.following_tables import TablesFollower
from sapa.pipeline.marking_anew import calls_mark_anew
from sapa.pipeline.troubles import Troubles

log = logging.getLogger("sapa.pbx")
LOOK_EVERY_S = 1.0
MOST_SHARE = 0.05  # of the time goes into looking, however many files there are
TELL_EVERY_S = 5.0  # up to when all is read
FINISHED_AFTER_S = 60.0  # that nothing was written to an export; then its last line needs no newline
READ_FOR_S = 5.0  # in a long log; then what came is made into calls, and the others get their turn


class _State(NamedTuple):
    inode: int
    size_bytes: int
    mtime_ns: int


class Follower:
    """`clock` gives seconds that only grow."""

    def __init__(
        self,
        folders: Sequence[Path],
        site: Site,
        *,
        tables: Sequence[TablePlace] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folders, self._site, self._clock = folders, site, clock
        self._read: dict[Path, _State] = {}
        self._troubles = Troubles(log)
        self._tables = TablesFollower(tables, site.zone, self._troubles, clock=clock)
        self._told_at_s = -TELL_EVERY_S

    def run(self, stop: Event) -> None:
        for folder in self._folders:
            log.info("following the phone system's records in %s", folder)
        for label in self._tables.labels:
            log.info("following the phone system's records in %s", label)
        if not self._folders and not self._tables.labels:
            log.info("making calls of the events that a hosted phone system sends")
        while not stop.is_set():
            stop.wait(self.round(stop))
        self.close()

    def close(self) -> None:
        self._tables.close()

    def round(self, stop: Event | None = None) -> float:
        """What is new read and made into calls; seconds to pause before the next look."""
        stop = stop or Event()
        go_on = self._for_a_while(stop)
        started_s, started_at = self._clock(), now_at()
        by_folder = [self._logs_in(folder) for folder in self._folders]
        logs = [found for of_folder in by_folder for found in of_folder]
        look_took_s = self._clock() - started_s
        self._read = {path: self._read[path] for path, _, _ in logs if path in self._read}
        try:
            is_all = True
            for path, kind, state in sorted(logs, key=lambda found: -found[2].mtime_ns):  # today's before the archive
                if self._read.get(path) != state:
                    is_all = self._take(path, kind, state, go_on) and is_all
            for label in self._tables.labels:
                is_all = self._tables.take(label, self._for_a_while(stop)) and is_all
            is_all = self._derive(stop) and is_all
            is_read = all(by_folder) and all(path in self._read for path, _, _ in logs) and self._tables.are_read
            if is_all and is_read:
                self._caught_up(started_at)
        except (DatabaseError, InterfaceError) as exc:
            self._troubles.database_away(exc)
            return self._troubles.pause_s()
        self._troubles.end("database", "the database is back")
        self._troubles.over()
        return max(LOOK_EVERY_S, look_took_s / MOST_SHARE) if is_all else 0.0

    def _for_a_while(self, stop: Event) -> Callable[[], bool]:
        until_s = self._clock() + READ_FOR_S
        return lambda: self._clock() < until_s and not stop.is_set()

    def _logs_in(self, folder: Path) -> list[tuple[Path, PbxRowKind, _State]]:
        found = []
        try:
            folder.stat()
            for path, kind in logs_in(folder):
                at = path.stat()
                found.append((path, kind, _State(at.st_ino, at.st_size, at.st_mtime_ns)))
        except FileNotFoundError:
            if not folder.exists():
                self._troubles.begin(str(folder), "missing", f"{folder} is not there")
            return found  # else one was renamed in this moment: the next look finds it
        except OSError as exc:
            self._troubles.begin(str(folder), str(exc.errno), f"{folder} cannot be read: {exc.strerror or exc}")
            return found
        if not found:
            self._troubles.begin(str(folder), "empty", f"{folder} holds no queue_log, CEL, CDR or call log")
        else:
            self._troubles.end(str(folder), f"{folder} can be read")
        return found

    def _take(self, path: Path, kind: PbxRowKind, state: _State, go_on: Callable[[], bool]) -> bool:
        """Whether its end was reached."""
        if not go_on():
            return False
        is_export = kind == PbxRowKind.CALL_LOG
        is_finished = is_export and now_at().timestamp() - state.mtime_ns / 1e9 > FINISHED_AFTER_S
        try:
            taken = log_take(path, kind, self._site.zone, is_finished=is_finished, go_on=go_on)
        except FileNotFoundError:
            return True  # renamed in this moment
        except OSError as exc:
            self._troubles.begin(str(path), str(exc.errno), f"{path} cannot be read: {exc.strerror or exc}")
            if exc.errno != errno.EACCES:  # it must become another file first; that somebody lets us in changes nothing
                self._read[path] = state
            return True
        except CallLogHeader as exc:
            self._troubles.begin(str(path), exc.code, f"{path} is not read: {exc.code}: {exc.message}")
            self._read[path] = state
            return True
        self._troubles.end(str(path), f"{path} can be read")
        if taken.rejected:
            log.warning("%s: %d lines are no rows of it; they are kept, with the reason", path, taken.rejected)
        if taken.is_all and is_export == is_finished:  # a last line without its newline is looked for until then
            self._read[path] = state
        return taken.is_all

    def _caught_up(self, until: datetime) -> None:
        if self._clock() >= self._told_at_s + TELL_EVERY_S:
            records_are_read(until)
            self._told_at_s = self._clock()

    def _derive(self, stop: Event) -> bool:
        until_s = self._clock() + READ_FOR_S
        while rows_derive(self._site):
            calls_mark_anew()
            if stop.is_set() or self._clock() >= until_s:
                return False
        while not stop.is_set() and calls_mark_anew():
            pass
        return True
