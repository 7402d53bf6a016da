"""The demo: sample calls through the whole line, told as it goes, and kept as one JSON file."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from sapa.calls.models import Call
from sapa.core.errors import SapaError
from sapa.core.storage import data_dir
from sapa.pipeline.call_json import call_as_json
from sapa.pipeline.errors import LineBroken
from sapa.pipeline.ingest import IngestResult, name_as_text
from sapa.pipeline.models import StageState
from sapa.pipeline.report import clock, table, whole
from sapa.pipeline.runner import Worker
from sapa.pipeline.selectors import line_of, lines_of

HEAD = ["recording", "length", "agent", "on channel", "call type", "marked", "CQR", "coverage", "verdict"]
LOOK_EVERY_S = 1.0


@dataclass(frozen=True)
class Shown:
    """One file of the demo: its line in the table, and its item of `demo.json`."""

    row: list[str]
    item: dict[str, Any]

    @property
    def is_graded(self) -> bool:
        return "error" not in self.item


def work_through(calls: list[Call], tell: Callable[[int, float], None]) -> None:
    """Run the line in a thread of its own; `tell` hears how many calls are done and the share of all the work.

    Whatever ends the line early is raised here.
    """
    endings: list[SapaError | None] = []

    def work() -> None:
        try:
            with Worker(threading.Event()) as worker:
                worker.run_all()
            endings.append(None)
        except SapaError as exc:
            endings.append(exc)
        finally:
            connection.close()

    worker = threading.Thread(target=work, name="line", daemon=True)
    worker.start()
    while worker.is_alive():
        worker.join(LOOK_EVERY_S)
        lines = lines_of(call.id for call in calls).values()
        done = sum(line.state == StageState.DONE for line in lines)
        tell(done, sum(line.share for line in lines) / max(1, len(calls)))
    ending = endings[0] if endings else LineBroken()
    if ending is not None:
        raise ending


def shown(result: IngestResult) -> Shown:
    name = name_as_text(result.path.name)
    if result.taken is None:
        error = result.error.as_json() if result.error else {}
        return Shown([name, *[""] * 7, error.get("code", "")], {"file": name, "error": error})
    call = Call.objects.select_related("recording").get(id=result.taken.call.id)
    graded = call_as_json(call)
    if graded is None:
        return _failed(call)
    return Shown(_row(call, graded["evaluation"]), graded)


def keep(items: list[Shown]) -> Path:
    target = data_dir() / "demo.json"
    target.write_text(json.dumps([item.item for item in items], ensure_ascii=False, indent=2), encoding="utf-8")
    return target


def demo_table(items: list[Shown]) -> str:
    return table([item.row for item in items], head=HEAD)


def _failed(call: Call) -> Shown:
    current = line_of(call).current
    row = current.row if current else None
    error = {"code": row.error_code if row else "", "message": row.error_message if row else ""}
    return Shown([call.file_name, *[""] * 7, error["code"]], {"file": call.file_name, "error": error})


def _row(call: Call, evaluation: dict[str, Any]) -> list[str]:
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
