"""`sapa doctor`: is everything there, and what to do when it is not."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import CommandParser

from sapa.pipeline.doctor import Finding, findings
from sapa.pipeline.management.base import SapaCommand
from sapa.pipeline.storage_audit import storage_audit


class Command(SapaCommand):
    help = "Check model, database, storage and assets, and say what to do."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--storage", action="store_true", help="also read every stored recording; this takes long")

    def handle(self, *args: Any, **options: Any) -> None:
        found = findings()
        if options["storage"] and all(item.is_well for item in found if item.what in {"database", "recordings"}):
            found.append(self._storage())
        width = max(len(item.what) for item in found)
        for item in found:
            sign = "ok  " if item.is_well else "FAIL" if item.is_fatal else "warn"
            self.stdout.write(f"{sign}  {item.what:<{width}}  {item.state}")
            if item.remedy:
                self.stdout.write(f"{'':<{width + 6}}  → {item.remedy}")
        if any(item.is_fatal and not item.is_well for item in found):
            sys.exit(1)

    def _storage(self) -> Finding:
        audit = storage_audit()
        for problem in audit.problems:
            self.stdout.write(f"not whole: {problem}")
        for stray in audit.strays:
            self.stdout.write(f"nobody speaks of: {stray}")
        if audit.problems:
            state = f"{len(audit.problems)} of {audit.checked} files are missing or damaged"
            return Finding("every recording", state, "restore them from a backup")
        if audit.strays:
            state = f"{audit.checked} files are whole; of {len(audit.strays)} more no call speaks"
            return Finding("every recording", state, "look at them; they are kept", is_fatal=False)
        return Finding("every recording", f"{audit.checked} files are whole")
