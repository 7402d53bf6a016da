"""`sapa demo`: the sample calls through the whole line, a table of the result, and the site."""

from __future__ import annotations

import json
import logging
import threading
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from sapa.accounts.models import Person, Role
from sapa.accounts.services import link_create, person_create
from sapa.calls.models import Call
from sapa.core.errors import SapaError
from sapa.core.storage import data_dir
from sapa.pipeline.call_json import call_as_json
from sapa.pipeline.ingest import file_ingest, recordings_in
from sapa.pipeline.models import StageState
from sapa.pipeline.report import clock, table, whole
from sapa.pipeline.runner import run_all
from sapa.pipeline.selectors import lines_of
from sapa.pipeline.serve import serve
from sapa.pipeline.site import link_url, site_url

SAMPLES = Path(settings.PACKAGE_DIR).parent.parent / "samples"
ADMINISTRATOR = "administrator"
LOOK_EVERY_S = 1.0


class Command(BaseCommand):
    help = "Grade the sample calls, print what was found, and open the site on them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="end after the table")
        parser.add_argument("--port", type=int, default=settings.SAPA_PORT, help="port of the site")
        parser.add_argument("--samples", type=Path, default=SAMPLES, help="folder of recordings to use")

    def handle(self, *args: Any, **options: Any) -> None:
        logging.getLogger("sapa.line").setLevel(logging.WARNING)  # the progress line and the table tell it
        call_command("migrate", verbosity=0, stdout=self.stdout)
        try:
            calls = self._take(options["samples"])
            self._work(calls)
        except SapaError as exc:
            raise CommandError(exc.message) from exc
        self._tell(calls)
        person = Person.objects.filter(username=ADMINISTRATOR).first() or person_create(
            ADMINISTRATOR, role=Role.ADMINISTRATOR
        )
        if options["no_serve"]:
            self.stdout.write(f"See them: sapa serve, then sign in with: sapa link {ADMINISTRATOR}")
            return
        link = link_url(link_create(person), port=options["port"])
        self.stdout.write(f"\nThe site is at {site_url(options['port'])}/ — Ctrl-C stops it.")
        self.stdout.write(f"Sign in once, within a day: {link}\n")
        try:
            serve(bind=settings.SAPA_BIND, port=options["port"])
        except SapaError as exc:
            raise CommandError(exc.message) from exc

    def _take(self, samples: Path) -> list[Call]:
        results = [file_ingest(path) for path in recordings_in([samples])]
        for result in results:
            if result.error:
                self.stderr.write(f"{result.path.name}: {result.error.code}: {result.error.message}")
        return [result.taken.call for result in results if result.taken]

    def _work(self, calls: list[Call]) -> None:
        """The line in a thread of its own, so that the terminal can show how far it is."""
        failure: list[BaseException] = []

        def work() -> None:
            try:
                run_all()
            except SapaError as exc:
                failure.append(exc)
            finally:
                connection.close()

        worker = threading.Thread(target=work, name="line")
        started = time.monotonic()
        worker.start()
        while worker.is_alive():
            worker.join(LOOK_EVERY_S)
            self._show_progress(calls, time.monotonic() - started)
        self.stdout.write("")
        if failure:
            raise failure[0]

    def _show_progress(self, calls: list[Call], seconds: float) -> None:
        lines = lines_of(call.id for call in calls).values()
        share = sum(line.share for line in lines) / max(1, len(calls))
        done = sum(line.state == StageState.DONE for line in lines)
        text = f"{done} of {len(calls)} calls graded, {share:4.0%}, {seconds:.0f} s"
        if self.stdout.isatty():
            self.stdout.write(f"\r{text}", ending="")
            self.stdout.flush()

    def _tell(self, calls: list[Call]) -> None:
        found = [(call, call_as_json(Call.objects.get(id=call.id))) for call in calls]
        rows = [_row(call, result) for call, result in found]
        head = ["recording", "length", "agent", "on channel", "call type", "marked", "CQR", "coverage", "verdict"]
        self.stdout.write(table(rows, head=head))
        target = data_dir() / "demo.json"
        results = [result for _, result in found if result is not None]
        target.write_text(json.dumps(results, ensure_ascii=False, indent=2), encoding="utf-8")
        self.stdout.write(f"\nAll of it, with every word and the evidence of every mark: {target}")


def _row(call: Call, result: dict[str, Any] | None) -> list[str]:
    call.refresh_from_db()
    if result is None:
        return [call.file_name, "", call.agent_name, "", "", "", "", "", "failed: see the call list"]
    evaluation = result["evaluation"]
    criteria = evaluation["criteria"]
    marked = sum(item["state"] == "marked" for item in criteria)
    asked = sum(item["state"] != "not_applicable" for item in criteria)
    cqr = evaluation["cqr_pct"]
    channel = call.recording.agent_channel
    return [
        call.file_name,
        clock(call.duration_s or 0),
        call.agent_name,
        "unsure" if channel is None else f"{channel} ({call.recording.agent_channel_source})",
        evaluation["call_type"],
        f"{marked} of {asked}",
        "–" if cqr is None else str(whole(cqr)),
        f"{whole(evaluation['coverage_pct'])} %",
        evaluation["verdict"],
    ]
