"""`sapa scheduler`: Celery's beat with one entry and no state file. Two of them ring twice, which harms nothing."""

from __future__ import annotations

import signal
import sys
from typing import Any

from celery.beat import Scheduler, Service

from sapa.pipeline.broker.app import SCHEDULE, SWEEP_TASK, app
from sapa.pipeline.broker.ringer import ringer
from sapa.pipeline.runner import sweep_every_s


class LineScheduler(Scheduler):  # type: ignore[misc] # the vendor has no types
    """Its messages go the way of the rings: a broker that is away costs a line in the log, not a trace for each."""

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        ringer.ring(SCHEDULE)


def schedule() -> None:
    """Until told to stop."""
    app.conf.beat_schedule = {"line_sweep": {"task": SWEEP_TASK, "schedule": sweep_every_s()}}
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    Service(app, scheduler_cls=LineScheduler).start()
