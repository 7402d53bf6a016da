"""`sapa ingest PATH…`: recordings from files and folders into the line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sapa.core.errors import SapaError
from sapa.pipeline.ingest import IngestResult, file_ingest, name_as_text, recordings_in


class Command(BaseCommand):
    help = "Take recordings (files or folders) into the line; metadata from a JSON or CSV beside them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="recording, or folder of them")
        parser.add_argument("--json", action="store_true", help="print one JSON object per file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            paths = list(recordings_in(options["paths"]))
        except SapaError as exc:
            raise CommandError(exc.message) from exc
        results = [self._one(path, as_json=options["json"]) for path in paths]
        failed = sum(1 for result in results if result.error)
        if not options["json"]:
            new = sum(1 for result in results if result.taken and result.taken.created)
            here = len(results) - new - failed
            self.stdout.write(f"{new} taken, {here} here already, {failed} refused")
        if failed:
            sys.exit(1)

    def _one(self, path: Path, *, as_json: bool) -> IngestResult:
        result = file_ingest(path)
        if as_json:
            self.stdout.write(json.dumps(_as_json(result), ensure_ascii=False))
        elif result.error:
            self.stderr.write(f"{path}: {result.error.code}: {result.error.message}")
        return result


def _as_json(result: IngestResult) -> dict[str, Any]:
    file = name_as_text(str(result.path))
    if result.taken is None:
        error = result.error.as_json() if result.error else {}
        return {"file": file, "error": error}
    return {"file": file, "call": str(result.taken.call.id), "created": result.taken.created}
