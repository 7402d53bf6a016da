"""One watched folder: which recordings in it are finished, which were seen before, and what becomes of the others.

A recording is *settled* when it was taken or refused: of it only its name and inode are compared, which cost nothing.
It is *pending* while it may still grow. Both are held in memory by subfolder and dropped with the file.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from django.db import DataError, IntegrityError

from sapa.calls.connectors.file_names import LegNames, NamePattern
from sapa.calls.connectors.files import Beside, customer_file_of, metadata_beside
from sapa.calls.models import WatchedFile, WatchedOutcome
from sapa.calls.recordings_told import FileFound, ToldRecording
from sapa.calls.selectors import watched_calls_like, watched_files_by_key
from sapa.calls.services import watched_file_archived, watched_file_keep
from sapa.core.clock import now_at
from sapa.core.errors import SapaError
from sapa.pipeline.ingest import FileUnfinished, IngestResult, beside_of, file_ingest, is_gone, name_as_text
from sapa.pipeline.intake import call_known
from sapa.pipeline.recordings_beside import Awaited, PbxNames, awaited, is_not_needed
from sapa.pipeline.watch_archive import REFUSED, ArchiveFailed, archive, reason_write
from sapa.pipeline.watch_folder import FileState, Listing, listings, metadata_mark, state_of

log = logging.getLogger("sapa.watch")
AT_ONCE = 500  # keys in one question to the database
MOST_IN_A_ROW = 3  # files that cannot be taken just now: then it is not the files
TRY_AGAIN = "again"  # the mark of what only trying again can end: a file that cannot be read, a move that failed
# Refusals that another JSON or table may mend; every other one waits for another recording.
_BY_METADATA = {"metadata_invalid", "call_conflict", "unexpected_error"}
_BY_TIME = {"file_unreadable", "file_unfinished"}
LEG_WAIT_S = 60.0  # for the other party's file, which ends with the same call
LONGEST_WAIT_S = 3600.0  # for the file of the other party; then it is told that it is missing, and waited for still


@dataclass(frozen=True)
class WatchOptions:
    """`archive`: where recordings go when they were taken, None to leave them. `metadata_wait_s`: how long a finished
    recording waits for what tells about it."""

    folders: tuple[Path, ...]
    archive: Path | None = None
    stable_s: float = 10.0
    metadata_wait_s: float = 0.0
    pattern: NamePattern | None = None
    legs: LegNames | None = None
    waits_for_pbx: bool = False


class Settled(NamedTuple):
    inode: int
    size_bytes: int
    mtime_ns: int
    mark: str  # metadata that was refused, "" where it does not matter

    @property
    def state(self) -> FileState:
        return FileState(self.size_bytes, self.mtime_ns)


@dataclass
class Pending:
    state: FileState
    json_state: FileState | None
    inode: int
    since_s: float
    is_finished: bool = False


@dataclass
class Progress:
    taken: int = 0
    refused: int = 0
    archived: int = 0
    wait_for_records: int = 0
    archive_error: ArchiveFailed | None = None
    has_more: bool = False


@dataclass(frozen=True)
class _Finished:
    listing: Listing
    name: str
    pending: Pending
    waited_s: float = 0.0

    @property
    def path(self) -> Path:
        return self.listing.folder / self.name

    @property
    def as_found(self) -> FileFound:
        folder = name_as_text(self.listing.folder.name)
        return FileFound(name_as_text(self.name), folder, self.listing.files, self.pending.state.mtime_ns / 1e9)


@dataclass
class FolderWatch:
    root: Path
    options: WatchOptions
    settled: dict[str, dict[str, Settled]] = field(default_factory=dict)
    pending: dict[str, dict[str, Pending]] = field(default_factory=dict)
    finished: list[_Finished] = field(default_factory=list)
    to_archive: list[tuple[_Finished, SapaError | None]] = field(default_factory=list)
    unreadable: set[Path] = field(default_factory=set)
    told: dict[Path, str] = field(default_factory=dict)
    beside: dict[str, Beside | None] = field(default_factory=dict)
    passed_over: set[str] = field(default_factory=set)

    def look(self, now_s: float, *, closely: bool = False) -> None:
        """See what is there. `closely`: also whether settled recordings are still what they were."""
        leave_out = frozenset() if self.options.archive is None else frozenset({self.options.archive.resolve()})
        self.finished, self.to_archive, self.beside, self.passed_over = [], [], {}, set()
        seen, unread = set(), set()

        def cannot_read(folder: Path, exc: OSError) -> None:
            unread.add(folder)
            if folder not in self.unreadable:
                log.warning("%s cannot be read: %s", _shown(folder), exc.strerror)

        for listing in listings(self.root, leave_out=leave_out, cannot_read=cannot_read):
            seen.add(listing.sub)
            self.passed_over |= listing.passed_over
            self._look_into(listing, now_s, closely)
        self.unreadable = unread
        for held in (self.settled, self.pending):
            for sub in [sub for sub in held if sub not in seen]:
                del held[sub]
        self.finished.sort(key=lambda item: item.pending.state.mtime_ns)  # the newest are taken first, from the end

    def take(self, may_go_on: Callable[[], bool]) -> Progress:
        """Take what is finished. Raises what stands in the way of all: retryable errors, those of the database."""
        progress = Progress()
        while self.to_archive and may_go_on():
            self._archive(*self.to_archive.pop(), progress)
        in_a_row: list[SapaError] = []
        while self.finished and may_go_on():
            error = self._take_one(self.finished.pop(), progress)
            in_a_row = [*in_a_row, error] if error is not None else []
            if len(in_a_row) >= MOST_IN_A_ROW:
                break
        if in_a_row:
            raise in_a_row[-1]
        progress.has_more = bool(self.finished or self.to_archive)
        return progress

    def _look_into(self, listing: Listing, now_s: float, closely: bool) -> None:
        before = self.settled.get(listing.sub, {})
        pending_before = self.pending.get(listing.sub, {})
        settled: dict[str, Settled] = {}
        open_names: dict[str, FileState] = {}
        for name, inode in listing.files.items():
            known = before.get(name)
            if known is not None and known.inode == inode and not closely:
                settled[name] = known
                continue
            state = state_of(listing.folder / name)
            if state is None:
                continue
            if known is not None and self._is_as_it_was(listing, name, known, state):
                settled[name] = known._replace(inode=inode)
            else:
                open_names[name] = state
        self.settled[listing.sub] = settled
        self._settle_by_database(listing, [name for name in open_names if name not in pending_before])
        self.pending[listing.sub] = {}
        for name, state in open_names.items():
            if name not in settled:
                self._wait_for(listing, name, state, pending_before.get(name), now_s)

    def _is_as_it_was(self, listing: Listing, name: str, known: Settled, state: FileState) -> bool:
        if known.state != state or known.mark == TRY_AGAIN:
            return False
        return not known.mark or known.mark == metadata_mark(listing.folder, name, listing.tables)

    def _settle_by_database(self, listing: Listing, names: list[str]) -> None:
        """Files that were seen before this process began, or before they were away for a while."""
        keys = {self._key(listing, name): name for name in names}
        for some in _in_parts(list(keys), AT_ONCE):
            for key, row in watched_files_by_key(some).items():
                name = keys[key]
                state = state_of(listing.folder / name)
                known = Settled(listing.files[name], row.size_bytes, row.mtime_ns, row.metadata_mark)
                if state is None or not self._is_as_it_was(listing, name, known, state):
                    continue
                self.settled[listing.sub][name] = known
                if self.options.archive is not None:  # killed before it was moved, or there was no archive yet
                    self.to_archive.append(
                        (_Finished(listing, name, Pending(state, None, row.inode, 0.0)), _error(row))
                    )

    def _wait_for(self, listing: Listing, name: str, state: FileState, before: Pending | None, now_s: float) -> None:
        own = Path(name).with_suffix(".json").name
        json_state = state_of(listing.folder / own) if own in listing.jsons else None
        if before is None or (before.state, before.json_state) != (state, json_state):
            before = Pending(state, json_state, listing.files[name], now_s)
        self.pending[listing.sub][name] = before
        waited_s = now_s - before.since_s
        if waited_s < self.options.stable_s:
            return
        before.is_finished = True
        if waited_s < self.options.stable_s + self.options.metadata_wait_s and not self._has_metadata(listing, name):
            return
        self.finished.append(_Finished(listing, name, before, waited_s))

    def _take_one(self, item: _Finished, progress: Progress) -> SapaError | None:
        """Gives what another try may mend."""
        told = PbxNames(self.options.pattern, self.options.legs).told(item.as_found)
        if self.options.waits_for_pbx:
            wait = awaited(told, item.waited_s - self.options.stable_s, now_at())
            if wait is not Awaited.NOTHING:
                progress.wait_for_records += wait is Awaited.RECORDS
                return None
        if is_not_needed(told, item.listing.files):
            self._keep(item, IngestResult(item.path, None))
            self._archive(item, None, progress)
            return None
        partner = self._partner(item) or _partner_as_told(item, told) or self._partner_by_name(item)
        held = self.pending[item.listing.sub].get(partner)
        if held is not None and not held.is_finished:
            return None
        if partner and partner not in item.listing.files and item.waited_s < self.options.stable_s + LEG_WAIT_S:
            return None
        result = self._ingested(item, told, has_partner=bool(partner))
        if result.error is not None and is_gone(item.path):
            self._forget(item)
            return None
        if isinstance(result.error, FileUnfinished):
            if state_of(item.path) != item.pending.state:
                self._forget(item)  # it is pending anew at the next look
                return None
            if item.waited_s < LONGEST_WAIT_S:  # for the other party's file
                return None
        elif result.error is not None and result.error.retryable:
            return result.error
        self._keep(item, result)
        progress.taken += result.error is None
        progress.refused += result.error is not None
        self._archive(item, result.error, progress)
        return None

    def _ingested(self, item: _Finished, told: ToldRecording | None, *, has_partner: bool) -> IngestResult:
        try:
            known = self._known(item, has_partner=has_partner)
            return known or file_ingest(
                item.path,
                pattern=self.options.pattern,
                legs=self.options.legs,
                beside=self._beside(item.listing),
                told=told,
                finished=item.pending.state,
            )
        except (DataError, IntegrityError) as exc:  # of this call alone; the others must not wait for it
            problem = str(exc).splitlines()[0] if str(exc) else "no reason given"
            return IngestResult(
                item.path, None, SapaError("call_not_kept", f"The database refuses this call: {problem}")
            )

    def _known(self, item: _Finished, *, has_partner: bool) -> IngestResult | None:
        """A file that was taken under another name, or with the other party's, is known by its content, without
        storing it once more."""
        state = item.pending.state
        if not has_partner and not watched_calls_like(state.size_bytes, state.mtime_ns):
            return None
        try:
            with item.path.open("rb") as source:
                known = call_known(source)
        except OSError:
            return None  # what is wrong with it, the taking tells
        return IngestResult(item.path, known) if known else None

    def _keep(self, item: _Finished, result: IngestResult) -> None:
        call, error, mark = (result.taken.call if result.taken else None), result.error, ""
        if error is not None:
            self._tell(item, error)
            mark = self._mark_of(item, error)
        elif not result.is_name_known:
            log.info("%s is taken; its name does not fit the pattern", _shown(item.path))
        state = item.pending.state
        watched_file_keep(
            self._key(item.listing, item.name),
            found={
                "folder": name_as_text(str(self.root)),
                "path": name_as_text(item.listing.path_of(item.name)),
                "inode": item.pending.inode,
                "size_bytes": state.size_bytes,
                "mtime_ns": state.mtime_ns,
            },
            outcome=_outcome(result),
            call=call,
            error=error,
            metadata_mark=mark,
        )
        known = Settled(item.pending.inode, state.size_bytes, state.mtime_ns, mark)
        self.settled[item.listing.sub][item.name] = known
        self._forget(item)

    def _beside(self, listing: Listing) -> Beside | None:
        """Once for each look: to go through a large folder for each of its files would take hours."""
        if not (listing.jsons or listing.tables):
            return Beside()
        if listing.sub not in self.beside:
            self.beside[listing.sub] = beside_of(listing.folder)
        return self.beside[listing.sub]

    def _partner(self, item: _Finished) -> str:
        """The name of the other party's file, where the parties were recorded apart."""
        beside = self._beside(item.listing)
        try:
            customers = customer_file_of(item.path, beside)
            return customers.name if customers else str(metadata_beside(item.path, beside).get("agent_file") or "")
        except (SapaError, OSError, ValueError):
            return ""  # what is wrong with it, the taking tells

    def _has_metadata(self, listing: Listing, name: str) -> bool:
        path, beside = listing.folder / name, self._beside(listing)
        try:
            return bool(metadata_beside(path, beside) or customer_file_of(path, beside))
        except (SapaError, OSError, ValueError):
            return True  # there is some; that it is wrong, the taking tells

    def _partner_by_name(self, item: _Finished) -> str:
        legs = self.options.legs
        return legs.agents_of(item.name) or legs.customers_of(item.name) if legs else ""

    def _tell(self, item: _Finished, error: SapaError) -> None:
        """Once, not each time it is tried again."""
        if self.told.get(item.path) != error.code:
            log.warning("%s: %s: %s", _shown(item.path), error.code, error.message)
        if error.code in _BY_TIME:
            self.told[item.path] = error.code

    def _mark_of(self, item: _Finished, error: SapaError) -> str:
        if error.code in _BY_TIME:
            return TRY_AGAIN
        if error.code in _BY_METADATA:
            return metadata_mark(item.listing.folder, item.name, item.listing.tables)
        return ""

    def _archive(self, item: _Finished, error: SapaError | None, progress: Progress) -> None:
        if self.options.archive is None or (error is not None and error.code in _BY_TIME):
            return
        if state_of(item.path) != item.pending.state:  # it grows again: the next look sees to it
            return
        into = self.options.archive / (REFUSED if error else "") / item.listing.sub
        try:
            moved = archive(item.path, into)
        except ArchiveFailed as exc:
            progress.archive_error = exc
            held = self.settled[item.listing.sub]
            held[item.name] = held[item.name]._replace(mark=TRY_AGAIN)
            return
        if error is not None:
            reason_write(moved, error)
        watched_file_archived(self._key(item.listing, item.name), name_as_text(str(moved)))
        self.settled[item.listing.sub].pop(item.name, None)
        progress.archived += 1

    def _forget(self, item: _Finished) -> None:
        self.pending.get(item.listing.sub, {}).pop(item.name, None)

    def _key(self, listing: Listing, name: str) -> str:
        """Of the bytes of the name, which need not be text."""
        return hashlib.sha256(os.fsencode(f"{self.root}\0{listing.path_of(name)}")).hexdigest()


def _shown(path: Path) -> str:
    """For a line of the log: a line break in a name would make two of it."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in name_as_text(str(path)))


def _partner_as_told(item: _Finished, told: ToldRecording | None) -> str:
    pair = (told.customer_file, told.agent_file) if told else ()
    return next((name for name in pair if name != item.name), "") if item.name in pair else ""


def _outcome(result: IngestResult) -> WatchedOutcome:
    """Known: the call has it already, or has each party's own file instead."""
    if result.error is not None:
        return WatchedOutcome.REFUSED
    return WatchedOutcome.TAKEN if result.taken and result.taken.created else WatchedOutcome.KNOWN


def _error(row: WatchedFile) -> SapaError | None:
    return SapaError(row.error_code, row.error_message) if row.outcome == WatchedOutcome.REFUSED else None


def _in_parts(values: list[str], size: int) -> Iterator[list[str]]:
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part
