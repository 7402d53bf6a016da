"""Taking recordings from files and folders into the line."""

from __future__ import annotations

import errno
import io
import logging
import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings

from sapa.calls.connectors.file_names import LegNames, NamePattern, leg_names, name_pattern
from sapa.calls.connectors.files import (
    Beside,
    Reading,
    beside_in,
    customer_file_of,
    facts_from_metadata,
    metadata_beside,
)
from sapa.calls.recordings_told import ToldRecording
from sapa.calls.types import CallFacts
from sapa.core.errors import SapaError
from sapa.pipeline.errors import NothingToIngest
from sapa.pipeline.intake import AgentFile, Taken, call_known, call_take
from sapa.pipeline.models import StagePriority
from sapa.pipeline.recordings_beside import agents_as_told, call_as_told
from sapa.pipeline.watch_folder import MOST_SUFFIXES, WRAP_FIRST, FileState, is_recording_name, suffix_passed_over
from sapa.recordings.errors import FileUnreadable

log = logging.getLogger("sapa.ingest")


class PatternInvalid(SapaError):
    def __init__(self, problem: str) -> None:
        super().__init__("pattern_invalid", f"The pattern of file names cannot be right: {problem}")


class FileUnfinished(SapaError):
    """Nothing of it was taken; it is looked at again when it is whole."""

    def __init__(self, name: str) -> None:
        super().__init__("file_unfinished", f"{name} is still being written.", retryable=True)


@dataclass(frozen=True)
class IngestResult:
    """One file: taken, or refused with a reason; the others go on all the same. `is_name_known` is false where a
    call was made without what its name would have told, had it fitted the pattern."""

    path: Path
    taken: Taken | None
    error: SapaError | None = None
    is_name_known: bool = True


def beside_of(folder: Path) -> Beside | None:
    """None where it cannot be told; then each file says by itself what is wrong."""
    try:
        return beside_in(folder)
    except (SapaError, OSError, ValueError):
        return None


def reading_from_settings() -> Reading:
    return Reading(phone_region=settings.SAPA_PHONE_REGION, time_zone=settings.TIME_ZONE)


def pattern_of(raw: str) -> NamePattern | None:
    """Raises `PatternInvalid`."""
    try:
        return name_pattern(raw) if raw else None
    except ValueError as exc:
        raise PatternInvalid(str(exc)) from exc


def legs_of(raw: str) -> LegNames | None:
    """Raises `PatternInvalid`."""
    try:
        return leg_names(raw) if raw else None
    except ValueError as exc:
        raise PatternInvalid(str(exc)) from exc


def name_as_text(name: str) -> str:
    """A file system takes any bytes for a name; what is not UTF-8 in it cannot be stored or printed as it is."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def recordings_in(paths: Sequence[Path]) -> Iterator[Path]:
    """Files as given; folders are searched to the bottom. Raises `NothingToIngest` for an empty folder."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(item for item in path.rglob("*") if is_recording_name(item.name) and item.is_file())
        if not found:
            raise NothingToIngest(str(path), passed_over_in([path]))
        yield from found


def passed_over_in(folders: Sequence[Path]) -> str:
    """In words, what lies in folders that may have been meant as recordings; empty where there is nothing."""
    suffixes = Counter(
        suffix
        for folder in folders
        for item in folder.rglob("*")
        if (suffix := suffix_passed_over(item.name)) and item.is_file()
    )
    most = [f"{count} {suffix}" for suffix, count in suffixes.most_common(MOST_SUFFIXES)]
    return f"{suffixes.total()} passed over ({', '.join(most)}). {WRAP_FIRST}" if most else ""


def file_ingest(
    path: Path,
    *,
    pattern: NamePattern | None = None,
    legs: LegNames | None = None,
    beside: Beside | None = None,
    told: ToldRecording | None = None,
    finished: FileState | None = None,
    priority: int = StagePriority.NORMAL,
) -> IngestResult:
    """`beside`: what is known of its folder, where that was looked up for many. `told`: what the phone system's records
    say of it. `finished`: what the file was when it was found whole; one that is no more so is refused as unfinished.
    """
    try:
        # One party's comes with the other's.
        main = (
            customer_file_of(path, beside) or _customers_as_told(path, told) or _customers_by_name(path, legs) or path
        )
        name, lies_beside = name_as_text(main.name), metadata_beside(main, beside)
        named = pattern.metadata_of(legs.without(name) if legs else name) if pattern else {}
        agents = _agents_as_told(main, told) or _agents_by_name(main, legs)
        metadata = metadata_together(lies_beside, {**(named or {}), **agents, **call_as_told(told)})
        facts = facts_from_metadata(metadata, where=name, reading=reading_from_settings())
        taken = _taken(path, main, facts, metadata, finished=finished, priority=priority)
        is_known = told is not None or named is not None or pattern is None
        is_name_missed = not is_known and pattern is not None and not pattern.is_needless(lies_beside)
        return IngestResult(path, taken, is_name_known=not (taken.created and is_name_missed))
    except OSError as exc:
        error: SapaError = FileUnreadable(name_as_text(str(exc.filename or path)), exc.strerror or str(exc))
    except SapaError as exc:
        error = exc
    except ValueError as exc:  # of something in this file that nobody thought of; the others must not wait for it
        log.exception("%r cannot be taken", name_as_text(str(path)))
        error = SapaError("unexpected_error", f"{name_as_text(path.name)} cannot be taken: {name_as_text(str(exc))}")
    return IngestResult(path, None, error)


def _customers_as_told(path: Path, told: ToldRecording | None) -> Path | None:
    if told is None or path.name not in (told.customer_file, told.agent_file):
        return None
    customers = path.with_name(told.customer_file)
    return customers if _is_there(customers) else None


def _agents_as_told(main: Path, told: ToldRecording | None) -> dict[str, str]:
    """One that was announced and never came leaves the other to be taken alone."""
    agents = agents_as_told(told, main.name)
    return agents if agents and _is_there(main.with_name(agents["agent_file"])) else {}


def _customers_by_name(path: Path, legs: LegNames | None) -> Path | None:
    customers = legs.customers_of(path.name) if legs else ""
    return path.with_name(customers) if customers and _is_there(path.with_name(customers)) else None


def _agents_by_name(main: Path, legs: LegNames | None) -> dict[str, str]:
    agents = legs.agents_of(main.name) if legs else ""
    return {"agent_file": agents} if agents and _is_there(main.with_name(agents)) else {}


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as exc:
        if exc.errno == errno.ENAMETOOLONG:  # the other ending is the longer one, and the name is the longest there is
            return False
        raise


def _taken(
    path: Path, main: Path, facts: CallFacts, metadata: dict[str, Any], *, finished: FileState | None, priority: int
) -> Taken:
    """`path` is what was asked for: `main`, or the agent's file that comes with it. Where files are watched, one that
    is not there yet is waited for."""
    with ExitStack() as opened:

        def open_leg(leg: Path) -> BinaryIO:
            try:
                file = _opened(leg, name_as_text(leg.name), _whole(leg, finished, asked=path))
            except FileNotFoundError as exc:
                if finished is not None and leg != path:
                    raise FileUnfinished(name_as_text(leg.name)) from exc
                raise
            return cast(BinaryIO, opened.enter_context(file))

        source, agent_file = open_leg(main), None
        if facts.agent_file:
            try:
                agent_file = AgentFile(open_leg(main.with_name(facts.agent_file)), facts.agent_file)
            except (FileNotFoundError, FileUnfinished):
                if known := call_known(source):  # taken together with it, which was then put away
                    return known
                raise
        return call_take(
            source,
            file_name=name_as_text(main.name),
            facts=facts,
            agent_file=agent_file,
            payload=metadata,
            priority=priority,
        )


def _whole(path: Path, finished: FileState | None, *, asked: Path) -> FileState | None:
    """What the file must stay while it is read, where that is asked for: of the other one as it is now."""
    if finished is None or path == asked:
        return finished
    return FileState.of(path.lstat())


def metadata_together(beside: dict[str, Any], by_name: dict[str, str]) -> dict[str, Any]:
    """What lies beside a recording was written on purpose: the name fills in only what that leaves open."""
    return {**by_name, **{key: value for key, value in beside.items() if key not in by_name or value not in (None, "")}}


def _opened(path: Path, name: str, finished: FileState | None) -> io.BufferedReader:
    if finished is not None:
        return _Finished(path, name, finished)
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):  # a pipe, say, to which nobody ever writes
        os.close(handle)
        raise FileUnreadable(name, "it is not a plain file")
    return io.BufferedReader(io.FileIO(handle, "rb"))


class _Finished(io.BufferedReader):
    """A file that must stay what it was while it is read: that is checked at its end, before anything is kept of it."""

    def __init__(self, path: Path, name: str, finished: FileState) -> None:
        # A link or a pipe may have taken its place since it was looked at.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        super().__init__(io.FileIO(handle, "rb"))
        self._name = name
        self._finished = finished
        try:
            self._check()
        except BaseException:
            self.close()
            raise

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(size)
        if size != 0 and (not chunk or size is None or size < 0):
            self._check()
        return chunk

    def _check(self) -> None:
        if FileState.of(os.fstat(self.fileno())) != self._finished:
            raise FileUnfinished(self._name)


def is_gone(path: Path) -> bool:
    try:
        path.lstat()
    except OSError as exc:
        return exc.errno in {errno.ENOENT, errno.ENOTDIR}
    return False
