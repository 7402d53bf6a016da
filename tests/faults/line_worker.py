"""`sapa worker` with a stand-in for the speech model, a ledger of what is written, and faults on order.

The other stages do their real work. The ledger has no unique constraint and is written inside the fenced save, so that
a result that counted twice would show. Orders come by the environment: `FAULTS_SLOW_S` (each stage rests up to so long
with its result in hand), `FAULTS_POISON` (a call whose file name begins so kills its worker), `FAULTS_STOP_IN_WRITE`
(the first save of a transcript stops this process, as a frozen machine would).
"""

from __future__ import annotations

import os
import random
import signal
import sys
from threading import Event
from typing import Any
from uuid import UUID

import django

SLOW_S = float(os.environ.get("FAULTS_SLOW_S", "0"))
POISON = os.environ.get("FAULTS_POISON", "")
STOP_IN_WRITE = os.environ.get("FAULTS_STOP_IN_WRITE", "")


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "sapa.config.settings"
    django.setup()
    from sapa.pipeline.tests.spoken import ADDRESS
    from sapa.transcripts.engines import ENGINES
    from sapa.transcripts.services import ENGINE

    ENGINES[ENGINE] = ADDRESS
    stages_watch()
    from sapa.pipeline import cli

    sys.argv = ["sapa", "worker", *sys.argv[1:]]
    cli.main()


def stages_watch() -> None:
    """Every stage rests a while after its work, and enters in the ledger what it saves."""
    from django.db import connection

    from sapa.pipeline.stages import Stage

    work, save = Stage.run, Stage.write

    def run(stage: Stage, call_id: UUID, progress: Any) -> Any:
        if POISON and _file_name(call_id).startswith(POISON):
            os.kill(os.getpid(), signal.SIGKILL)
        result = work(stage, call_id, progress)
        if SLOW_S:
            Event().wait(random.uniform(SLOW_S / 10, SLOW_S))
        return result

    def write(stage: Stage, call_id: UUID, result: Any) -> None:
        save(stage, call_id, result)
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO faults_ledger VALUES (%s, %s, %s)", [call_id.hex, stage.key, os.getpid()])
        if STOP_IN_WRITE and stage.key == "transcribe":
            os.kill(os.getpid(), signal.SIGSTOP)

    setattr(Stage, "run", run)  # noqa: B010 - they are methods of a frozen class
    setattr(Stage, "write", write)  # noqa: B010


def _file_name(call_id: UUID) -> str:
    from sapa.calls.models import Call

    return Call.objects.values_list("file_name", flat=True).get(id=call_id)


if __name__ == "__main__":
    main()
