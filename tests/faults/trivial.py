"""A line of one stage that does nothing, to see what the rules of the line themselves cost and withstand.

`python -m tests.faults.trivial fill COUNT` makes so many jobs; `… worker` is `sapa worker` with that line.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from uuid import UUID

import django

STAGE = "trivial"
AT_ONCE = 100
BATCH = 5000


def work(call_id: UUID, progress: Callable[[float], None]) -> str:
    return call_id.hex


def save(call_id: UUID, result: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO faults_ledger VALUES (%s, %s, %s)", [result, STAGE, os.getpid()])


def main(what: str, *arguments: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "sapa.config.settings"
    django.setup()
    from sapa.pipeline import stages

    # Before anything else takes its copy of them.
    stages.STAGES = (stages.Stage(STAGE, "Trivial", f"{__spec__.name}:work", f"{__spec__.name}:save", AT_ONCE),)
    stages.STAGE_KEYS = (STAGE,)
    if what == "fill":
        fill(int(arguments[0]))
    else:
        from sapa.pipeline import cli

        sys.argv = ["sapa", what, *arguments]
        cli.main()


def fill(count: int) -> None:
    from sapa.calls.models import Call
    from sapa.core.clock import now_at
    from sapa.pipeline.models import StageRow

    at = now_at()
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        calls = [Call(source_key=f"trivial:{number}", started_at=at, created_at=at) for number in numbers]
        Call.objects.bulk_create(calls)
        StageRow.objects.bulk_create(StageRow(call=call, stage=STAGE, opened_at=at) for call in calls)


if __name__ == "__main__":
    main(*sys.argv[1:])
