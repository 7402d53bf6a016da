"""`sapa worker` with a broker: Celery's main process listens, its pool works.

A killed main process takes its pool with it (Celery asks the kernel for that), and the keepers give back the rows.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
from collections.abc import Sequence
from typing import Any

from celery import signals
from django.db import connections

from sapa.pipeline.broker.app import QUEUES, SCHEDULE, SWEEP_TASK, TURN_TASK, app
from sapa.pipeline.broker.hand import Hand, SharedStop

GOODBYE_WITHIN_S = 25  # `sapa serve` ends what has not ended after 30
log = logging.getLogger("sapa.line")
_hand: Hand | None = None  # of this pool process


def stage_work(stage: str) -> None:
    """The doorbell. It tells which stage rang, but the hand takes whatever is best for it."""
    assert _hand is not None
    _hand.turn()


def line_sweep() -> None:
    """The ring of the scheduler."""
    assert _hand is not None
    _hand.sweep()


app.task(stage_work, name=TURN_TASK)
app.task(line_sweep, name=SWEEP_TASK)


def work(*, stages: Sequence[str], processes: int) -> int:
    """Until told to stop; the exit status."""
    stop = SharedStop()
    connections.close_all()  # none may be shared with the pool

    def begin(**_: Any) -> None:
        global _hand  # noqa: PLW0603 - one in each pool process
        connections.close_all()
        _hand = Hand(stop, stages=stages)

    def end(**_: Any) -> None:
        if _hand is not None:
            _hand.close()

    def stopping(**_: Any) -> None:
        stop.set()
        # Celery says goodbye to the broker, and waits for the answer of a frozen one for ever.
        signal.signal(signal.SIGALRM, lambda *_: os._exit(0))
        signal.alarm(GOODBYE_WITHIN_S)

    def listening(**_: Any) -> None:
        log.info("listening at the broker for %s", ", ".join(stages))

    signals.setup_logging.connect(_keep_logging, weak=False)
    signals.worker_ready.connect(listening, weak=False)
    signals.worker_process_init.connect(begin, weak=False)
    signals.worker_process_shutdown.connect(end, weak=False)
    signals.worker_shutting_down.connect(stopping, weak=False)
    worker = app.Worker(
        hostname=f"sapa-{os.getpid()}@{socket.gethostname()}",
        pool="prefork",
        concurrency=processes,
        queues=[QUEUES[name].name for name in (*stages, SCHEDULE)],
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def _keep_logging(**_: Any) -> None:
    """Our own logging is set up already; that somebody listens keeps Celery's away."""
