"""Everything that must be so before a phone system is followed: its configuration, its files, its recordings."""

from __future__ import annotations

import errno
import grp
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from sapa.calls.connectors.asterisk.conf_checks import MAPPING, RECORD, Check, Level, conf_checks, directory
from sapa.calls.connectors.asterisk.table_place import TablePlace
from sapa.calls.log_files import lines_of, opened
from sapa.calls.models import PbxRowKind
from sapa.calls.reading import PARSERS, REFUSALS, AnyRow
from sapa.calls.taking_rows import logs_in
from sapa.core.clock import now_at
from sapa.pipeline.pbx_ages import MOST_AHEAD_S, ago
from sapa.pipeline.table_checks import tables_checked
from sapa.pipeline.watch_folder import is_recording_name

USUAL = {
    "etc": Path("/etc/asterisk"),
    "logs": Path("/var/log/asterisk"),
    "recordings": Path("/var/spool/asterisk/monitor"),
}
TAIL_BYTES = 256 << 10
MOST_FILES = 20_000  # of recordings, that are looked at
_NEEDED = {PbxRowKind.QUEUE_LOG: "queue_log", PbxRowKind.CEL: "CEL"}
_WITHOUT = {
    PbxRowKind.QUEUE_LOG: "without it nothing is known of queues but how long somebody waited",
    PbxRowKind.CEL: "without it calls out, holds, and whose a recording is are not known",
}


@dataclass(frozen=True)
class Places:
    """`etc` is None where the configuration lies on another machine. `tables` are those of a database."""

    etc: Path | None
    logs: Path
    recordings: Path
    zone: tzinfo
    tables: tuple[TablePlace, ...] = ()


def places_found(named: Mapping[str, Path | None], zone: tzinfo, tables: Sequence[TablePlace] = ()) -> Places:
    """What is not named is where the configuration says, or where Asterisk has it as a rule."""
    etc = named["etc"] or (USUAL["etc"] if not any(named.values()) and USUAL["etc"].exists() else None)
    logs, spool = USUAL["logs"], USUAL["recordings"].parent
    if etc is not None:
        with suppress(OSError):  # the check tells it
            logs = directory(etc, "astlogdir", str(logs))
            spool = directory(etc, "astspooldir", str(spool))
    return Places(etc, named["logs"] or logs, named["recordings"] or spool / "monitor", zone, tuple(tables))


def places_checked(places: Places) -> list[Check]:
    checks = list(_configuration(places.etc))
    checks += logs_checked(places.logs, places.zone)
    if places.tables and not places.logs.exists():
        says = f"{places.logs} is not there; queues and agents' days are known by its queue_log only"
        checks = [check if check.what != "logs" else Check("logs", Level.ADVICE, says) for check in checks]
    if any(table.kind == "cel" for table in places.tables):  # then no file of it is needed
        checks = [check for check in checks if check.into != "cel_custom.conf" and check.what != "CEL lines"]
    checks += tables_checked(places.tables, places.zone)
    checks += _recordings(places.recordings)
    return checks


def _configuration(etc: Path | None) -> Iterator[Check]:
    if etc is None:
        yield Check("configuration", Level.ADVICE, "was not looked at; name its folder: --etc /etc/asterisk")
        return
    try:
        etc.stat()
        yield from conf_checks(etc)
    except OSError as exc:
        yield Check("configuration", Level.WRONG, _unreadable(exc, etc))


def logs_checked(folder: Path, zone: tzinfo) -> Iterator[Check]:
    try:
        folder.stat()
        logs = logs_in(folder)
    except OSError as exc:
        yield Check("logs", Level.WRONG, _unreadable(exc, folder))
        return
    if not logs:
        says = f"{folder} holds neither queue_log nor CEL; the first call makes them: make one, and look again"
        yield Check("logs", Level.WRONG, says)
        return
    if all(kind == PbxRowKind.CALL_LOG for _, kind in logs):
        yield Check("logs", Level.WELL, f"{folder} holds {len(logs)} call logs of a hosted phone system")
        return
    for kind, name in _NEEDED.items():
        some = [path for path, its_kind in logs if its_kind == kind]
        if not some:
            yield Check(f"{name} lines", Level.ADVICE, f"{folder} holds none; {_WITHOUT[kind]}")
            continue
        try:
            newest = max(some, key=lambda path: path.stat().st_mtime)
            yield _tail_checked(newest, kind, name, zone)
        except OSError as exc:
            yield Check(f"{name} lines", Level.WRONG, _unreadable(exc, Path(exc.filename or folder)))


def _tail_checked(path: Path, kind: PbxRowKind, name: str, zone: tzinfo) -> Check:
    rows, reasons = _tail_of(path, kind, zone)
    what = f"{name} lines"
    if not rows and not reasons:
        return Check(what, Level.ADVICE, f"{path} is empty so far")
    if reasons:
        most = reasons.most_common(1)[0][0]
        says = f"{path}: of the last {len(rows) + reasons.total()} lines {reasons.total()} are none (mostly {most})"
        if kind != PbxRowKind.CEL or most != "columns":
            return Check(what, Level.ADVICE if rows else Level.WRONG, says)
        return Check(what, Level.WRONG, says, "cel_custom.conf", ("[mappings]", MAPPING))
    ahead_s = max(row.at for row in rows) - now_at().timestamp()
    if ahead_s > MOST_AHEAD_S:
        says = f"{path}: the last is {ahead_s:.0f} s in the future; set both clocks by NTP, and the right zone here"
        return Check(what, Level.WRONG, says)
    return Check(what, Level.WELL, f"{path}: {len(rows)} read, the last {ago(-ahead_s)}")


def _tail_of(path: Path, kind: PbxRowKind, zone: tzinfo) -> tuple[list[AnyRow], Counter[str]]:
    rows, reasons = [], Counter[str]()
    start = max(0, path.stat().st_size - TAIL_BYTES)
    with opened(path) as source:
        lines = lines_of(source, start=start, is_quoted=kind != PbxRowKind.QUEUE_LOG)
        if start:
            next(lines, None)  # in the middle of which it begins
        for _, text in lines:
            try:
                rows.append(PARSERS[kind](text, zone))
            except REFUSALS as exc:
                reasons[exc.reason.value] += 1
    return rows, reasons


def _recordings(folder: Path) -> Iterator[Check]:
    try:
        with_names = [path.name for path in _some_files(folder) if is_recording_name(path.name)]
    except OSError as exc:
        yield Check("recordings", Level.WRONG, _unreadable(exc, folder))
        return
    if not with_names:
        says = f"{folder} holds none; let the dialplan record, each party to a file of its own"
        yield Check("recordings", Level.ADVICE, says, "extensions.conf", RECORD)
        return
    yield Check("recordings", Level.WELL, f"{folder} holds {len(with_names)}{_or_more(with_names)}")


def _some_files(folder: Path) -> Iterator[Path]:
    with os.scandir(folder):
        pass  # `rglob` finds nothing in a folder that may not be read, and says nothing
    for number, path in enumerate(folder.rglob("*")):
        if number >= MOST_FILES:
            return
        yield path


def _or_more(names: Sequence[str]) -> str:
    return " or more" if len(names) >= MOST_FILES // 2 else ""


def _unreadable(exc: OSError, path: Path) -> str:
    """With what helps: as a rule the files belong to Asterisk's own group."""
    if exc.errno == errno.ENOENT:
        return f"{path} is not there"
    if exc.errno == errno.EACCES:
        return f"{path} may not be read by this user{_group_help(path)}"
    return f"{path} cannot be read: {exc.strerror or exc}"


def _group_help(path: Path) -> str:
    for place in (path, *path.parents):
        try:
            group = grp.getgrgid(place.stat().st_gid).gr_name
        except (OSError, KeyError):
            continue
        return f"; let it into the group: usermod -aG {group} THE_USER_OF_SAPA, and sign in anew"
    return ""
