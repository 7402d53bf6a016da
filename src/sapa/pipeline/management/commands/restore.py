"""`sapa restore DIR`: a backup into an empty installation."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from sapa.core.errors import SapaError
from sapa.pipeline.backup.progress import Progress
from sapa.pipeline.backup.restore import backup_restore
from sapa.pipeline.management.base import SapaCommand


class Command(SapaCommand):
    help = "Bring a backup back into an empty installation; workers and site must be stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="the backup")
        parser.add_argument("--replace", action="store_true", help="lose the calls that this installation has")

    def handle(self, *args: Any, **options: Any) -> None:
        folder, progress = options["folder"].absolute(), Progress(self.stderr)
        try:
            restored = backup_restore(folder, replace=options["replace"], count=progress.count, say=progress.say)
        except SapaError as exc:
            raise CommandError(f"{exc.message} ({exc.code})") from exc
        manifest = restored.manifest
        brought = len(manifest.blobs) + len(manifest.lacking) - len(restored.problems)
        self.stdout.write(
            f"Restored as of {manifest.made_at}: {sum(manifest.database.rows.values())} rows, {brought} recordings. "
            f"{restored.waiting_again} steps that were under way wait again. Everybody signs in anew."
        )
        for problem in restored.problems:
            self.stderr.write(f"not brought back: {problem}")
        if restored.problems:
            sys.exit(1)
