"""A worker that does one step and then hangs until it is killed: `python -m … STAGE run|write FILE`.

`run` hangs between the work and its save, `write` between the save and its commit. FILE appears when it hangs.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import django


def main(stage_key: str, step: str, hangs: Path) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "sapa.config.settings"
    django.setup()
    from sapa.pipeline.runner import Worker
    from sapa.pipeline.stages import Stage
    from sapa.pipeline.tests.spoken import ADDRESS
    from sapa.transcripts.engines import ENGINES
    from sapa.transcripts.services import ENGINE

    done = getattr(Stage, step)

    def do_and_hang(stage: Stage, call_id: UUID, given: Any) -> Any:
        result = done(stage, call_id, given)
        if stage.key == stage_key:
            hangs.touch()
            Event().wait()
        return result

    setattr(Stage, step, do_and_hang)
    ENGINES[ENGINE] = ADDRESS
    with Worker(Event()) as worker:
        worker.run_all()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
