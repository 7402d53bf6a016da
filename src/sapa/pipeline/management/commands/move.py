"""`sapa move`: everything here copied to another database and another storage."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from sapa.core.errors import SapaError
from sapa.pipeline.management.base import SapaCommand
from sapa.pipeline.moving import everything_move


class Command(SapaCommand):
    help = "Copy database and recordings to SAPA_MOVE_TO_DATABASE_URL and SAPA_MOVE_TO_BLOBS_URL, and compare them."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            moved = everything_move(say=self.stderr.write)
        except SapaError as exc:
            raise CommandError(f"{exc.message} ({exc.code})") from exc
        for blob_id in moved.blobs_lost:
            self.stderr.write(f"missing here already, so there too: stored file {blob_id}")
        self.stdout.write(
            f"{moved.rows} rows of {moved.tables} tables copied and compared; {moved.blobs} recordings copied, "
            f"{moved.blobs_here_already} were there already. Nothing was changed here: set SAPA_DATABASE_URL and "
            "SAPA_BLOBS_URL to the new places and start Sapa."
        )
