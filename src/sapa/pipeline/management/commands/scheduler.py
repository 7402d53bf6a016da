"""`sapa scheduler`: ring for what waits, every few seconds, until told to stop."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from sapa.pipeline.management.base import SapaCommand


class Command(SapaCommand):
    help = "Ring the workers for what was forgotten. With a broker, `sapa serve` runs one; two do no harm."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SAPA_BROKER_URL:
            raise CommandError("Without SAPA_BROKER_URL every worker looks by itself; there is nothing to schedule.")
        from sapa.pipeline.broker.schedule import schedule

        schedule()
