"""What an operator may ask the workers, over the broker: who is there, and what each of them does."""

from __future__ import annotations

from typing import Any

from celery import Celery
from kombu.exceptions import KombuError

from sapa.pipeline.bell import BrokerUnreachable, WorkerAnswer
from sapa.pipeline.broker.app import SCHEDULE, app, impatient_connection


def workers_answering(timeout_s: float, *, celery: Celery = app) -> list[WorkerAnswer]:
    with impatient_connection(celery) as connection:
        away = (OSError, KombuError, *connection.connection_errors, *connection.channel_errors)
        try:
            connection.ensure_connection(max_retries=0)
            asked = celery.control.inspect(timeout=timeout_s, connection=connection)
            queues: dict[str, list[dict[str, Any]]] = asked.active_queues() or {}
            active: dict[str, list[Any]] = asked.active() or {}
        except away as exc:
            raise BrokerUnreachable(connection.as_uri(), str(exc)) from exc
    return [
        WorkerAnswer(name, tuple(_stages(taken)), len(active.get(name, ()))) for name, taken in sorted(queues.items())
    ]


def _stages(queues: list[dict[str, Any]]) -> list[str]:
    names = [str(queue["name"]).removeprefix("sapa.") for queue in queues]
    return [name for name in names if name != SCHEDULE]
