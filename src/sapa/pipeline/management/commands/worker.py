"""`sapa worker`: carry calls through the line until told to stop."""

from __future__ import annotations

import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sapa.core.errors import SapaError
from sapa.pipeline.runner import run_until


class Command(BaseCommand):
    help = "Carry calls through the line. `sapa serve` runs one by itself."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        try:
            run_until(stop)
        except SapaError as exc:
            raise CommandError(exc.message) from exc
