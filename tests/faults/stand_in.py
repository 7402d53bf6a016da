"""`sapa` with an engine that hears a known talk, and a ledger of who worked at what.

`python -m tests.faults.stand_in LEDGER SLOW_S ARGUMENTS…`. With SLOW_S a transcript takes that long,
telling of its progress ten times a second.
"""

from __future__ import annotations

import os
import sys
import time
from threading import Event
from typing import Any
from uuid import UUID

import django


def main(ledger: str, slow_s: float, arguments: list[str]) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "sapa.config.settings"
    django.setup()
    from sapa.pipeline.cli import main as sapa
    from sapa.pipeline.stages import Stage
    from sapa.pipeline.tests.spoken import ADDRESS
    from sapa.transcripts.engines import ENGINES
    from sapa.transcripts.services import ENGINE

    work, pause = Stage.run, Event()

    def told(stage: Stage, call_id: UUID, progress: Any) -> Any:
        write(ledger, f"{os.getpid()} {stage.key} {call_id}\n")
        until_s = time.monotonic() + (slow_s if stage.key == "transcribe" else 0.0)
        while time.monotonic() < until_s:
            pause.wait(0.1)
            progress(0.5)
        return work(stage, call_id, progress)

    setattr(Stage, "run", told)  # noqa: B010 - it is a method of a frozen class
    ENGINES[ENGINE] = ADDRESS
    sys.argv[1:] = arguments
    sapa()


def write(ledger: str, line: str) -> None:
    """One write in append mode, so that lines of several processes do not mix."""
    file = os.open(ledger, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
    os.write(file, line.encode())
    os.close(file)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), sys.argv[3:])
