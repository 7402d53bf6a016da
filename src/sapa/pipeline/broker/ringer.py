"""Sends the rings of one process, in a thread of its own, so that no call waits for a broker that is slow or away.

Rings for the same queue that come close together are one ring. No ring is sent to a queue that holds enough unheard
ones. What cannot be sent is dropped: the sweep makes up for it.
"""

from __future__ import annotations

import atexit
import logging
import os
import time
from contextlib import suppress
from threading import Condition, Thread
from typing import Any

from celery import Celery
from kombu import Connection
from kombu.exceptions import KombuError

from sapa.pipeline.broker.app import (
    MOST_UNHEARD,
    QUEUES,
    SCHEDULE,
    SWEEP_TASK,
    TURN_TASK,
    app,
    impatient_connection,
)

log = logging.getLogger("sapa.bell")
RING_EVERY_S = 0.2
AGAIN_AFTER_S = 5.0  # a broker that is away is left alone for this long
TELL_EVERY_S = 60.0
LAST_RINGS_S = 2.0  # a command that ends waits no longer for its rings


class Ringer:
    """Safe to use from any thread; after a fork the child begins with a thread and a connection of its own."""

    def __init__(self, celery: Celery = app) -> None:
        self._celery = celery
        self._begin_anew()
        os.register_at_fork(after_in_child=self._begin_anew)
        atexit.register(self.finish)

    def _begin_anew(self) -> None:
        self._changed = Condition()
        self._wanted: list[str] = []
        self._is_sending = False
        self._thread: Thread | None = None
        self._connection: Connection | None = None
        self._away_until_s = self._told_until_s = 0.0

    def ring(self, name: str) -> None:
        with self._changed:
            if name in self._wanted or time.monotonic() < self._away_until_s:
                return
            self._wanted.append(name)
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._run, name="sapa-bell", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def finish(self) -> None:
        """At the end of the process: let the thread send what is left, for a moment."""
        with self._changed:
            if self._thread is not None and self._thread.is_alive():
                self._changed.wait_for(lambda: not (self._wanted or self._is_sending), LAST_RINGS_S)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._wanted)
                names, self._wanted = self._wanted, []
                self._is_sending = True
            self._send(names)
            with self._changed:
                self._is_sending = False
                self._changed.notify_all()
            time.sleep(RING_EVERY_S)

    def _send(self, names: list[str]) -> None:
        """A connection that had gone stale since the last ring is made anew once."""
        for is_last in (self._connection is None, True):
            connection = self._connection = self._connection or impatient_connection(self._celery)
            away = (OSError, KombuError, *connection.connection_errors, *connection.channel_errors)
            try:
                connection.ensure_connection(max_retries=0)  # otherwise it would try again and again
                with self._celery.amqp.Producer(connection) as producer:
                    for name in names:
                        self._publish(name, producer)
            except away as exc:
                self._hang_up()
                if is_last:
                    self._tell_away(connection.as_uri(), exc)
                    return
            else:
                return

    def _publish(self, name: str, producer: Any) -> None:
        queue = QUEUES[name]
        unheard = queue(producer.channel).queue_declare().message_count
        if unheard >= MOST_UNHEARD:
            return
        self._celery.send_task(
            SWEEP_TASK if name == SCHEDULE else TURN_TASK,
            args=[] if name == SCHEDULE else [name],
            queue=queue,
            producer=producer,
            retry=False,
        )

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(OSError, KombuError, *connection.connection_errors, *connection.channel_errors):
                connection.release()

    def _tell_away(self, address: str, problem: Exception) -> None:
        now_s = time.monotonic()
        with self._changed:
            self._away_until_s = now_s + AGAIN_AFTER_S
        if now_s >= self._told_until_s:
            self._told_until_s = now_s + TELL_EVERY_S
            log.warning("the broker %s cannot be reached; workers find the work themselves: %s", address, problem)


ringer = Ringer()
