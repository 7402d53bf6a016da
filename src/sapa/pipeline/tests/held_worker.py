"""A worker whose first stage holds the interpreter lock, as a native library may: `python -m … SECONDS FILE`."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import django


def main(seconds: int, begun: Path) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "sapa.config.settings"
    django.setup()
    from sapa.pipeline.runner import Worker
    from sapa.pipeline.stages import Stage

    work = Stage.run

    def hold_and_work(stage: Stage, call_id: UUID, progress: Any) -> Any:
        begun.touch()
        ctypes.PyDLL(None).sleep(seconds)  # PyDLL, unlike CDLL, does not let go of the lock
        return work(stage, call_id, progress)

    setattr(Stage, "run", hold_and_work)  # noqa: B010 - it is a method of a frozen class
    with Worker(Event(), stages=["recording"]) as worker:
        worker.run_all()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
