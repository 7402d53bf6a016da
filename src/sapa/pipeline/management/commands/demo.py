"""`sapa demo`: the sample calls through the whole line, a table of the result, and the site."""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sapa.accounts.models import Person, Role
from sapa.accounts.services import link_create, person_create
from sapa.core.errors import SapaError
from sapa.pipeline.demo import demo_table, keep, shown, work_through
from sapa.pipeline.ingest import file_ingest, recordings_in
from sapa.pipeline.management.base import SapaCommand
from sapa.pipeline.serve import serve
from sapa.pipeline.site import link_url, site_url

SAMPLES = Path(settings.PACKAGE_DIR).parent.parent / "samples"
ADMINISTRATOR = "administrator"
INTERRUPTED = 130  # what shells give for Ctrl-C


class Command(SapaCommand):
    help = "Grade the sample calls, print what was found, and open the site on them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="end after the table")
        parser.add_argument("--port", type=int, default=settings.SAPA_PORT, help="port of the site")
        parser.add_argument("--samples", type=Path, default=SAMPLES, help="folder of recordings to use")

    def handle(self, *args: Any, **options: Any) -> None:
        logging.getLogger("sapa.line").setLevel(logging.WARNING)  # the progress line and the table tell it
        call_command("migrate", verbosity=0, stdout=self.stdout)
        try:
            all_graded = self._show(options["samples"])
            if options["no_serve"]:
                self.stdout.write(f"See them: sapa serve, then sign in with: sapa link {ADMINISTRATOR}")
            else:
                self._serve(options["port"])
        except SapaError as exc:
            raise CommandError(exc.message) from exc
        if not all_graded:
            sys.exit(1)

    def _show(self, samples: Path) -> bool:
        results = [file_ingest(path) for path in recordings_in([samples])]
        calls = [result.taken.call for result in results if result.taken]
        self.stdout.write(f"{len(calls)} calls; about a quarter of their length on two cores. Ctrl-C stops it.")
        try:
            work_through(calls, _Progress(self, len(calls)))
        except KeyboardInterrupt:
            self.stdout.write("\nStopped; what is graded is kept, and the next start goes on.")
            sys.exit(INTERRUPTED)
        items = [shown(result) for result in results]
        self._administrator()
        self.stdout.write("\n" + demo_table(items))
        self.stdout.write(f"\nAll of it, with every word and the evidence of every mark: {keep(items)}")
        return all(item.is_graded for item in items)

    def _administrator(self) -> Person:
        return Person.objects.filter(username=ADMINISTRATOR).first() or person_create(
            ADMINISTRATOR, role=Role.ADMINISTRATOR
        )

    def _serve(self, port: int) -> None:
        link = link_url(link_create(self._administrator()), port=port)
        self.stdout.write(f"\nThe site is at {site_url(port)}/ — Ctrl-C stops it.")
        self.stdout.write(f"Sign in once, within a day: {link}\n")
        self.stdout.flush()
        serve(bind=settings.SAPA_BIND, port=port)


class _Progress:
    """On a terminal one line that counts up; elsewhere a line for each call that is done."""

    def __init__(self, command: BaseCommand, total: int) -> None:
        self._out, self._total = command.stdout, total
        self._started_s, self._told = time.monotonic(), -1

    def __call__(self, done: int, share: float) -> None:
        seconds = time.monotonic() - self._started_s
        text = f"{done} of {self._total} calls graded, {share:4.0%}, {seconds:.0f} s"
        if self._out.isatty():
            self._out.write(f"\r{text}", ending="")
            self._out.flush()
        elif done != self._told:
            self._out.write(text)
            self._out.flush()
        self._told = done
