"""`sapa status`: what is in the line, what failed and why, how fast it goes, how much room there is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils.timezone import localtime

from sapa.core.errors import SapaError
from sapa.pipeline.bell import WorkerAnswer, workers_answering
from sapa.pipeline.management.base import SapaCommand
from sapa.pipeline.pace import Pace
from sapa.pipeline.readiness import database_require
from sapa.pipeline.status import LineStatus, line_status

SENTENCE_LETTERS = 160


class Command(SapaCommand):
    help = "Tell what is in the line, what failed and why, and how fast it goes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            database_require()
        except SapaError as exc:
            raise CommandError(f"{exc.message} ({exc.code})") from exc
        status = line_status()
        answering, silence = _answering()
        if options["json"]:
            told = {**as_json(status), "answering": None if silence else [asdict(one) for one in answering]}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
            return
        for part in (_stages, _running, _failures, _refused, _phone_system, _pace, _room):
            for line in part(status):
                self.stdout.write(line)
        for one in answering:
            self.stdout.write(f"Answers: {one.name}, takes {', '.join(one.stages)}, {one.turns} at work.")
        if silence:
            self.stdout.write(silence)


def _answering() -> tuple[list[WorkerAnswer], str]:
    """The workers that answer over the broker, or why nobody could be asked."""
    try:
        return workers_answering(), ""
    except SapaError as exc:
        return [], f"{exc.message} ({exc.code})"


def as_json(status: LineStatus) -> dict[str, Any]:
    told = {**asdict(status), "in_line": status.in_line, "failed": status.failed}
    told["oldest_waiting_at"] = status.oldest_waiting_at
    told.update(told.pop("pace"))
    for key, lately in (("recent", status.pace.recent), ("hour", status.pace.hour)):
        told[key].update(done_ratio=round(lately.done_ratio, 3), heard_ratio=round(lately.heard_ratio, 3))
    told["empty_at"] = localtime(status.empty_at) if status.empty_at else None
    plain: dict[str, Any] = json.loads(json.dumps(told, default=_plain))
    return plain


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _stages(status: LineStatus) -> Iterator[str]:
    yield f"{'stage':<12}{'waiting':>9}{'later':>9}{'running':>9}{'failed':>9}{'done':>9}"
    for row in status.stages:
        figures = (row.waiting, row.later, row.running, row.failed, row.done)
        yield f"{row.stage:<12}" + "".join(f"{figure:>9}" for figure in figures)
    if status.oldest_waiting_at:
        yield f"The oldest has waited for {duration(_since_s(status, status.oldest_waiting_at))}."
    elif not status.in_line:
        yield "Nothing is in the line."


def _running(status: LineStatus) -> Iterator[str]:
    if status.running:
        yield ""
    for row in status.running:
        took = duration(_since_s(status, row.started_at)) if row.started_at else "?"
        held = f"held by {row.holder}" if row.is_live else f"lost by {row.holder or 'nobody'}; it will be returned"
        yield f"running  {row.call_id}  {row.stage}, {row.progress_share:.0%}, for {took}, {held}"


def _failures(status: LineStatus) -> Iterator[str]:
    if status.failures:
        yield ""
    for failure in status.failures:
        said = failure.message.replace("\n", " ")[:SENTENCE_LETTERS]
        yield f"failed   {failure.count} × {failure.code} at {failure.stage}: {said}"
        yield f"         the newest: call {failure.call_id}  {failure.file_name}".rstrip()
    if status.failures:
        yield "Let them try again: sapa retry --code CODE, or --all"


def _refused(status: LineStatus) -> Iterator[str]:
    if status.refused_files:
        yield ""
        yield f"{status.refused_files} files of watched folders were refused, the newest:"
    for file in status.newest_refused:
        yield f"refused  {file.path}: {file.code}: {file.message[:SENTENCE_LETTERS]}"


def _phone_system(status: LineStatus) -> Iterator[str]:
    if status.phone_system is None:
        return
    ago = duration(_since_s(status, status.phone_system.read_at))
    yield ""
    yield f"The phone system's records last held something new {ago} ago."
    if status.phone_system.to_make:
        yield f"Rows of {status.phone_system.to_make} names wait to be made into calls."


def _pace(status: LineStatus) -> Iterator[str]:
    pace = status.pace
    yield ""
    for lately in (pace.recent, pace.hour):
        yield (
            f"Last {lately.minutes} minutes: {lately.calls} calls done, {lately.audio_s / 3600:.2f} hours of sound; "
            f"heard {lately.heard_audio_s / 3600:.2f} hours, {lately.heard_ratio:.1f} for each hour of the clock."
        )
    if status.in_line:
        yield from _backlog(pace)
        yield f"In the line: {status.in_line}; empty {_empty(status)}."
    if not (status.workers or status.idle):
        yield "Workers: none. Nothing moves until one is there: sapa worker (sapa serve runs some)."
    if status.workers:
        yield f"Workers at work: {', '.join(status.workers)}."
    if status.idle:
        yield f"Workers that wait for work: {', '.join(status.idle)}."


def _backlog(pace: Pace) -> Iterator[str]:
    waits = pace.backlog
    words = f"Still to be heard: {waits.audio_s / 3600:.2f} hours of sound in {waits.calls} calls"
    if waits.unmeasured_calls:
        likely = (
            "" if waits.expected_audio_s is None else f", likely {waits.expected_audio_s / 3600:.2f} hours together"
        )
        words += f", and {waits.unmeasured_calls} calls of which nobody knows yet how long they are{likely}"
    yield f"{words}."
    if pace.worker_ratio is not None:
        yield (
            f"Workers that hear: {pace.hearing_workers}; each hears {pace.worker_ratio:.1f} hours of sound "
            "in an hour of its work."
        )


def _empty(status: LineStatus) -> str:
    """In the time zone of the site, with the day where it is another."""
    if status.empty_at is None or status.pace.left_s is None:
        return "at a time that is not known yet"
    at, now = localtime(status.empty_at), localtime(status.at)
    words = f"{at:%H:%M}" if at.date() == now.date() else f"{at:%Y-%m-%d %H:%M}"
    return f"at about {words} ({settings.TIME_ZONE}), in {duration(status.pace.left_s)}"


def _room(status: LineStatus) -> Iterator[str]:
    room = status.space
    yield (
        f"Calls: {status.calls}. Recordings {_size(room.recordings_bytes)}, database {_size(room.database_bytes)}, "
        f"{_size(room.free_bytes)} free."
    )


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:.1f} GB" if size_bytes >= 1e9 else f"{size_bytes / 1e6:.1f} MB"


def _since_s(status: LineStatus, at: datetime) -> float:
    return (status.at - at).total_seconds()


def duration(seconds: float) -> str:
    """42 s, 12 min, 3 h 20 min, 2 d 5 h."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes = whole // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min"
    return f"{hours // 24} d {hours % 24} h"
