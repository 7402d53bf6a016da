"""`sapa ingest PATH…`: recordings from files and folders into the line; with `--watch`, as they come."""

from __future__ import annotations

import json
import signal
import sys
from functools import cache
from pathlib import Path
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from sapa.calls.connectors.file_names import LegNames, NamePattern
from sapa.calls.recordings_told import FileFound
from sapa.calls.selectors import watched_files_refused
from sapa.core.errors import SapaError
from sapa.pipeline.ingest import (
    IngestResult,
    beside_of,
    file_ingest,
    legs_of,
    name_as_text,
    passed_over_in,
    pattern_of,
    recordings_in,
)
from sapa.pipeline.management.base import SapaCommand
from sapa.pipeline.models import StagePriority
from sapa.pipeline.recordings_beside import PbxNames, is_not_needed
from sapa.pipeline.watch import Watcher
from sapa.pipeline.watch_one import WatchOptions

_BY_SETTING = object()  # --watch without a folder


class Command(SapaCommand):
    help = "Take recordings (files or folders) into the line; metadata from a JSON or CSV beside them, or their names."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="recording, or folder of them")
        parser.add_argument("--json", action="store_true", help="print one JSON object per file")
        parser.add_argument(
            "--pattern",
            default=settings.SAPA_FILE_PATTERN,
            help="what file names tell: freepbx, issabel, vicidial, or a pattern (default: SAPA_FILE_PATTERN)",
        )
        parser.add_argument(
            "--legs",
            default=settings.SAPA_FILE_LEGS,
            metavar="ENDS",
            help="how names end where each party has its own file, the customer's first: -in,-out, given as "
            "--legs=-in,-out (default: SAPA_FILE_LEGS)",
        )
        parser.add_argument(
            "--watch",
            action="append",
            nargs="?",
            const=_BY_SETTING,
            metavar="DIR",
            help="take recordings from this folder as they come, until stopped; may be repeated "
            "(without DIR: those of SAPA_WATCH_DIRS)",
        )
        parser.add_argument(
            "--archive",
            default=settings.SAPA_WATCH_ARCHIVE,
            metavar="DIR",
            help="with --watch: move what was taken there (default: SAPA_WATCH_ARCHIVE; leave it if that is empty)",
        )
        parser.add_argument("--refused", action="store_true", help="list what watched folders held that was refused")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._do(options)
        except SapaError as exc:
            raise CommandError(exc.message) from exc

    def _do(self, options: dict[str, Any]) -> None:
        if bool(options["watch"]) + bool(options["refused"]) + bool(options["paths"]) != 1:
            raise CommandError("Give recordings or folders, or --watch, or --refused.")
        pattern, legs = pattern_of(options["pattern"]), legs_of(options["legs"])
        if options["watch"]:
            self._watch(options, pattern, legs)
        elif options["refused"]:
            self._refused(as_json=options["json"])
        else:
            self._take(options, pattern, legs)

    def _take(self, options: dict[str, Any], pattern: NamePattern | None, legs: LegNames | None) -> None:
        paths = list(recordings_in(options["paths"]))
        # A folder is as a rule the calls of many days; those that come in meanwhile go before them.
        priority = StagePriority.BULK if any(path.is_dir() for path in options["paths"]) else StagePriority.NORMAL
        results, beside, found = [], cache(beside_of), cache(_names_in)
        for path in paths:
            known = beside(path.parent)
            told = PbxNames(pattern, legs).told(_as_found(path, found(path.parent)))
            if is_not_needed(told, found(path.parent)):
                results.append(IngestResult(path, None))
            else:
                results.append(
                    file_ingest(path, pattern=pattern, legs=legs, beside=known, told=told, priority=priority)
                )
            self._told(results[-1], as_json=options["json"])
        passed_over = passed_over_in([path for path in options["paths"] if path.is_dir()])
        failed = sum(1 for result in results if result.error)
        if not options["json"]:
            new = sum(1 for result in results if result.taken and result.taken.created)
            here = len(results) - new - failed
            self.stdout.write(f"{new} taken, {here} here already, {failed} refused")
            if unknown := sum(1 for result in results if not result.is_name_known):
                self.stdout.write(f"{unknown} of the names do not fit the pattern")
        if passed_over:
            (self.stderr if options["json"] else self.stdout).write(passed_over)
        if failed:
            sys.exit(1)

    def _told(self, result: IngestResult, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(_as_json(result), ensure_ascii=False))
        elif result.error:
            self.stderr.write(f"{result.path}: {result.error.code}: {result.error.message}")

    def _watch(self, options: dict[str, Any], pattern: NamePattern | None, legs: LegNames | None) -> None:
        given = [folder for folder in options["watch"] if folder is not _BY_SETTING]
        if len(given) < len(options["watch"]):
            given += settings.SAPA_WATCH_DIRS
        watcher = Watcher(
            WatchOptions(
                folders=tuple(Path(folder).expanduser() for folder in given),
                archive=Path(options["archive"]).expanduser() if options["archive"] else None,
                stable_s=settings.SAPA_WATCH_STABLE_S,
                metadata_wait_s=settings.SAPA_WATCH_METADATA_WAIT_S,
                pattern=pattern,
                legs=legs,
                waits_for_pbx=bool(
                    settings.SAPA_PBX_LOGS or settings.SAPA_PBX_TABLES or settings.SAPA_PBX_EVENTS_SECRET
                ),
            )
        )
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        watcher.run(stop)

    def _refused(self, *, as_json: bool) -> None:
        for row in watched_files_refused().iterator():
            file = row.archived_as or f"{row.folder}/{row.path}"
            if as_json:
                told = {"file": file, "error": {"code": row.error_code, "message": row.error_message}}
                self.stdout.write(json.dumps(told, ensure_ascii=False))
            else:
                self.stdout.write(f"{file}: {row.error_code}: {row.error_message}")


def _names_in(folder: Path) -> frozenset[str]:
    try:
        return frozenset(name_as_text(path.name) for path in folder.iterdir())
    except OSError:  # each file says by itself what is wrong
        return frozenset()


def _as_found(path: Path, names: frozenset[str]) -> FileFound:
    try:
        written_at = path.stat().st_mtime
    except OSError:
        written_at = None
    return FileFound(name_as_text(path.name), name_as_text(path.absolute().parent.name), names, written_at)


def _as_json(result: IngestResult) -> dict[str, Any]:
    file = name_as_text(str(result.path))
    if result.error is not None:
        return {"file": file, "error": result.error.as_json()}
    if result.taken is None:
        return {"file": file, "not_needed": True}
    return {"file": file, "call": str(result.taken.call.id), "created": result.taken.created}
