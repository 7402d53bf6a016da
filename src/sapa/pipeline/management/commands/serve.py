"""`sapa serve`: the web site and the worker on one box, until told to stop."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from sapa.core.errors import SapaError
from sapa.pipeline.management.base import SapaCommand
from sapa.pipeline.serve import serve


class Command(SapaCommand):
    help = "Run the web site and the worker; Ctrl-C stops both cleanly."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=settings.SAPA_PORT, help="port to listen on")
        parser.add_argument("--bind", default=settings.SAPA_BIND, help="address to listen on")
        parser.add_argument("--no-worker", action="store_true", help="web site only")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            code = serve(bind=options["bind"], port=options["port"], with_worker=not options["no_worker"])
        except SapaError as exc:
            raise CommandError(exc.message) from exc
        if code:
            raise CommandError("A part of Sapa ended by itself; the log above says why.")
