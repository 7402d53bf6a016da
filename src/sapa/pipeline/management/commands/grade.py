"""`sapa grade FILE…`: grade recordings without touching the database."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

from django.core.management.base import CommandError, CommandParser

from sapa.calls.connectors.files import LONGEST_OFFSET_S
from sapa.core.errors import SapaError
from sapa.pipeline.grade import GradedCall, GradeOptions, grade_file, graded_as_json
from sapa.pipeline.ingest import name_as_text
from sapa.pipeline.management.base import SapaCommand
from sapa.pipeline.report import call_report, result_line, table
from sapa.scorecards.evaluate import AUTO
from sapa.scorecards.library import DEFAULT_KEY, scorecard_from
from sapa.scorecards.types import Scorecard
from sapa.transcripts.engines import Engine, engine_named
from sapa.transcripts.errors import LanguageUnknown
from sapa.transcripts.plans import hints_cleaned
from sapa.transcripts.services import ENGINE, hearing_options

WRONG_USAGE = 2
AT_ONCE = 2  # calls


class Command(SapaCommand):
    help = "Grade recordings and print the result; nothing is stored."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="a recording; with --agent-file the customer's")
        parser.add_argument(
            "--agent-channel", choices=["0", "1", "auto"], default="auto", help="which channel is the agent's"
        )
        parser.add_argument(
            "--agent-file", type=Path, metavar="FILE", help="the agent's own recording; goes with exactly one FILE"
        )
        parser.add_argument(
            "--agent-offset",
            type=float,
            metavar="SECONDS",
            help="how much later the agent's file starts; left out, it is looked for in the sound",
        )
        parser.add_argument("--scorecard", default=DEFAULT_KEY, help="key of a shipped form, or a YAML file")
        parser.add_argument("--call-type", default=AUTO, help="key of a call type of the form, or auto")
        parser.add_argument("--language", default=AUTO, help="code of the spoken language (en), or auto")
        parser.add_argument(
            "--hint", action="append", default=[], help="a name or product word that may be said; may be repeated"
        )
        parser.add_argument("--json", action="store_true", help="print JSON and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        grading = self._options(options)
        engine = engine_named(ENGINE, "")
        _check_language(engine, grading.hearing.language)
        results: list[GradedCall | SapaError] = []
        for file, result in zip(options["files"], _graded(options["files"], engine, grading), strict=True):
            results.append(result)
            if not options["json"]:
                self._tell(file, result)
        if options["json"]:
            pairs = zip(options["files"], results, strict=True)
            shown = [_as_json(file, result) for file, result in pairs]
            self.stdout.write(json.dumps(shown, ensure_ascii=False, indent=2))
        elif len(results) > 1:
            self.stdout.write(_summary([result for result in results if isinstance(result, GradedCall)]))
        if any(isinstance(result, SapaError) for result in results):
            sys.exit(1)

    def _options(self, options: dict[str, Any]) -> GradeOptions:
        """Wrong usage ends here with status 2, before anything is heard."""
        try:
            card = scorecard_from(options["scorecard"])
        except SapaError as exc:
            raise CommandError(exc.message, returncode=WRONG_USAGE) from exc
        _check_call_type(card, options["call_type"])
        _check_agent_file(options)
        told = options["agent_channel"]
        language = options["language"].lower()
        return GradeOptions(
            card,
            options["call_type"],
            hearing_options(
                language=None if language == AUTO else language,
                agent_channel=None if told == AUTO else int(told),
                hints=hints_cleaned(options["hint"]),
            ),
            options["agent_file"],
            options["agent_offset"],
        )

    def _tell(self, file: str, result: GradedCall | SapaError) -> None:
        if isinstance(result, SapaError):
            self.stderr.write(f"{file}: {result.code}: {result.message}")
        else:
            self.stdout.write(call_report(result))


def _graded(files: Sequence[str], engine: Engine, options: GradeOptions) -> Iterator[GradedCall | SapaError]:
    """In their order, two at once: while one is read or marked, the other is heard (ADR 20)."""

    stopped = Event()

    def go_on(_share: float) -> None:
        if stopped.is_set():  # Ctrl-C does not wait for an hour of sound
            raise KeyboardInterrupt

    def graded(file: str) -> GradedCall | SapaError:
        try:
            return grade_file(Path(file), engine, options, go_on)
        except SapaError as exc:
            return exc

    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        yield from pool.map(graded, files)
    finally:
        stopped.set()
        pool.shutdown(cancel_futures=True)


def _check_call_type(card: Scorecard, call_type: str) -> None:
    known = [item.key for item in card.call_types]
    if call_type != AUTO and call_type not in known:
        raise CommandError(
            f"Scorecard {card.key} has no call type {call_type!r}. Known: {', '.join(known)}, or auto.",
            returncode=WRONG_USAGE,
        )


def _check_agent_file(options: dict[str, Any]) -> None:
    offset_s = options["agent_offset"]
    if options["agent_file"] is None:
        if offset_s is not None:
            raise CommandError("--agent-offset goes with --agent-file.", returncode=WRONG_USAGE)
        return
    if len(options["files"]) != 1:
        raise CommandError("--agent-file goes with exactly one FILE, the customer's.", returncode=WRONG_USAGE)
    if options["agent_channel"] != AUTO:
        raise CommandError("--agent-channel says nothing with --agent-file.", returncode=WRONG_USAGE)
    if offset_s is not None and not abs(offset_s) <= LONGEST_OFFSET_S:
        raise CommandError("--agent-offset is a number of seconds like 1.25 or -0.4.", returncode=WRONG_USAGE)


def _check_language(engine: Engine, language: str | None) -> None:
    if language is None:
        return
    try:
        known = engine.languages
    except SapaError:
        return  # no model: every file will say so
    if language not in known:
        raise CommandError(LanguageUnknown(language).message, returncode=WRONG_USAGE)


def _as_json(file: str, result: GradedCall | SapaError) -> dict[str, Any]:
    if isinstance(result, SapaError):
        return {"file": name_as_text(file), "error": result.as_json()}
    return graded_as_json(result)


def _summary(graded: list[GradedCall]) -> str:
    rows = [[Path(item.file).name, result_line(item)] for item in graded]
    return table(rows, head=["file", "result"]) if rows else ""
