"""`sapa retry`: what failed goes back into the line."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from sapa.pipeline.management.base import SapaCommand
from sapa.pipeline.retrying import Wanted, stages_failed, stages_retry
from sapa.pipeline.stages import STAGE_KEYS
from sapa.pipeline.status import failures


class Command(SapaCommand):
    help = "Let failed calls try again: some calls, one reason, one stage, or all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("calls", nargs="*", type=UUID, metavar="CALL", help="id of a call; without one, any call")
        parser.add_argument("--code", default="", help="only what failed with this code (see sapa status)")
        parser.add_argument("--stage", default="", choices=STAGE_KEYS, help="only what failed at this stage")
        parser.add_argument("--all", action="store_true", help="everything that failed")
        parser.add_argument("--dry-run", action="store_true", help="only tell how many there are")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = Wanted(tuple(options["calls"]), options["code"], options["stage"])
        if not options["all"] and wanted == Wanted():
            raise CommandError("Say which: a CALL, --code CODE, --stage STAGE, or --all.")
        if wanted.code and not stages_failed(wanted).exists():
            codes = sorted({failure.code for failure in failures()})
            self.stderr.write(f"Nothing of that failed with {wanted.code}. There is: {', '.join(codes) or 'nothing'}.")
        if options["dry_run"]:
            self.stdout.write(f"{stages_failed(wanted).count()} would try again.")
        else:
            self.stdout.write(f"{stages_retry(None, wanted)} try again.")
