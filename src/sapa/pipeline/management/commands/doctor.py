"""`sapa doctor`: is everything there, and what to do when it is not."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from sapa.pipeline.doctor import findings


class Command(BaseCommand):
    help = "Check model, database, storage and assets, and say what to do."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        found = findings()
        width = max(len(item.what) for item in found)
        for item in found:
            sign = "ok  " if item.is_well else "FAIL" if item.is_fatal else "warn"
            self.stdout.write(f"{sign}  {item.what:<{width}}  {item.state}")
            if item.remedy:
                self.stdout.write(f"{'':<{width + 6}}  → {item.remedy}")
        if any(item.is_fatal and not item.is_well for item in found):
            sys.exit(1)
