"""`sapa backup DEST`: the database and all recordings, whole and checked, while everything runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from sapa.core.errors import SapaError
from sapa.pipeline.backup.check import backup_check
from sapa.pipeline.backup.make import backup_make
from sapa.pipeline.backup.manifest import Manifest
from sapa.pipeline.backup.progress import Progress
from sapa.pipeline.management.base import SapaCommand


class Command(SapaCommand):
    help = "Copy the database and all recordings into a folder, while everything runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DEST", help="folder to make; it must not be there yet")
        parser.add_argument(
            "--base", type=Path, metavar="OLD", help="earlier backup on the same disk; what it holds is linked"
        )
        parser.add_argument("--verify", action="store_true", help="make nothing: check the backup that is in DEST")

    def handle(self, *args: Any, **options: Any) -> None:
        folder, progress = options["folder"].absolute(), Progress(self.stderr)
        try:
            if options["verify"]:
                self._verify(folder, progress)
            else:
                self._make(folder, options["base"], progress)
        except SapaError as exc:
            raise CommandError(f"{exc.message} ({exc.code})") from exc

    def _make(self, folder: Path, base: Path | None, progress: Progress) -> None:
        manifest = backup_make(folder, base=base.absolute() if base else None, count=progress.count)
        problems = [f"{one.id}: {one.problem} ({one.code})" for one in manifest.lacking]
        self._tell(folder, manifest, problems)

    def _verify(self, folder: Path, progress: Progress) -> None:
        checked = backup_check(folder, count=progress.count)
        self._tell(folder, checked.manifest, checked.problems)

    def _tell(self, folder: Path, manifest: Manifest, problems: list[str]) -> None:
        rows = sum(manifest.database.rows.values())
        self.stdout.write(
            f"{folder}: {rows} rows, {len(manifest.blobs)} recordings ({manifest.blob_bytes / 1e6:.1f} MB), "
            f"Sapa {manifest.sapa_version}, {manifest.made_at}"
        )
        for problem in problems:
            self.stderr.write(f"not whole: {problem}")
        if problems:
            self.stderr.write(f"{len(problems)} files are missing or damaged; everything else is there.")
            sys.exit(1)
