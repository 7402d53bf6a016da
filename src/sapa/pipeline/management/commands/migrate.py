"""`sapa migrate`: prepare or bring up to date the database, and publish the shipped scorecards."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as DjangoMigrate

from sapa.audit.keeping import triggers_make
from sapa.core.errors import SapaError
from sapa.pipeline.readiness import database_not_newer
from sapa.scorecards.services import scorecards_ship


class Command(DjangoMigrate):
    help = "Prepare the database, or bring it up to date; publish the shipped scorecards."
    requires_system_checks: list[str] = []  # as with every `SapaCommand`

    def handle(self, *args: Any, **options: Any) -> None:
        settings.SAPA_DATA_DIR.mkdir(parents=True, exist_ok=True)
        try:
            database_not_newer()
        except SapaError as exc:
            raise CommandError(f"{exc.message} ({exc.code})") from exc
        super().handle(*args, **options)
        whole = not (options["app_label"] or options["plan"] or options["check_unapplied"])
        if whole:
            triggers_make(options["database"])  # SQLite loses them with each table it writes anew
            for publication in scorecards_ship():
                revision = publication.revision
                self.stdout.write(f"Scorecard {revision.scorecard.key}: revision {revision.number} published")
