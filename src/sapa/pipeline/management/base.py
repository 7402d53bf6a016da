"""What every command of `sapa` is."""

from __future__ import annotations

from django.core.management.base import BaseCommand


class SapaCommand(BaseCommand):
    """Begins at once. Django's checks read the code, which the contract tests had them do, and load every page and API
    route for it: about as long as all the rest of a short command takes."""

    requires_system_checks: list[str] = []
