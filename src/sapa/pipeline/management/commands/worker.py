"""`sapa worker`: carry calls through the line until told to stop."""

from __future__ import annotations

import signal
import sys
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from sapa.core.errors import SapaError
from sapa.pipeline.management.base import SapaCommand
from sapa.pipeline.runner import run_until
from sapa.pipeline.stages import STAGE_KEYS


class Command(SapaCommand):
    help = "Carry calls through the line. `sapa serve` runs one by itself; more of them share the work."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--stages",
            nargs="+",
            choices=STAGE_KEYS,
            default=settings.SAPA_WORKER_STAGES or STAGE_KEYS,
            metavar="STAGE",
            help=f"only these stages ({', '.join(STAGE_KEYS)}); SAPA_WORKER_STAGES or all of them by default",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        stages = tuple(options["stages"])
        if settings.SAPA_BROKER_URL:
            from sapa.pipeline.broker.worker import work

            sys.exit(work(stages=stages, processes=settings.SAPA_WORKERS))
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        try:
            run_until(stop, stages=stages)
        except SapaError as exc:
            raise CommandError(exc.message) from exc
