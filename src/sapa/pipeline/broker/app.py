"""The Celery application: one queue for each stage and one for the schedule, messages that are only doorbells.

A queue holds a few rings at most, so a line without workers leaves no backlog of them. Rings are acknowledged after the
turn: with one message at a time for each process, a worker that is busy takes none away from one that is not, and a
ring that dies with its worker rings again.
"""

from __future__ import annotations

import ssl
from typing import Any
from urllib.parse import urlsplit

from celery import Celery
from django.conf import settings
from kombu import Connection, Exchange, Queue

from sapa.pipeline.stages import STAGE_KEYS

SCHEDULE = "schedule"
HEARD_WITHIN_S = 60
MOST_UNHEARD = 16
CONNECT_WITHIN_S = 4.0
ANSWER_WITHIN_S = 2.0
TURN_TASK = "sapa.stage_work"
SWEEP_TASK = "sapa.line_sweep"


def _queue(name: str) -> Queue:
    """On RabbitMQ the server itself keeps it small; Redis knows no such limits, there the ringer does (`ringer.py`)."""
    return Queue(
        f"sapa.{name}",
        exchange=Exchange(""),  # the default one needs no binding, which an emptied broker would have forgotten
        routing_key=f"sapa.{name}",
        durable=True,
        max_length=MOST_UNHEARD,
        message_ttl=HEARD_WITHIN_S,
    )


QUEUES = {name: _queue(name) for name in (*STAGE_KEYS, SCHEDULE)}


def made_app() -> Celery:
    made = Celery("sapa", set_as_current=False, fixups=())
    made.conf.update(
        broker_url=settings.SAPA_BROKER_URL,
        broker_use_ssl=ssl_options(settings.SAPA_BROKER_URL),
        broker_transport_options=_transport_options(settings.SAPA_BROKER_URL),
        broker_connection_timeout=CONNECT_WITHIN_S,
        broker_connection_retry=True,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # for ever
        # A queue deleted between declaring and consuming it, or a turn longer than RabbitMQ waits for an answer.
        broker_channel_error_retry=True,
        broker_heartbeat=30,
        broker_pool_limit=2,
        task_queues=tuple(QUEUES.values()),
        task_default_queue=QUEUES[SCHEDULE].name,
        task_create_missing_queues=False,
        task_default_delivery_mode="transient",
        task_acks_late=True,
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_detect_quorum_queues=False,
        control_queue_expires=60.0,
        timezone="UTC",
    )
    return made


def ssl_options(url: str) -> dict[str, Any] | None:
    """`rediss:` and `amqps:` mean an encrypted line to a server whose certificate is checked."""
    parts = urlsplit(url)
    if parts.scheme == "rediss":
        return {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True}
    if parts.scheme == "amqps":
        return {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": parts.hostname}
    return None


def _transport_options(url: str) -> dict[str, Any]:
    if url.startswith("redis"):
        # A ring that its worker did not acknowledge, since it died or works at a long call, rings again after this.
        return {"visibility_timeout": 600, "socket_keepalive": True, "socket_connect_timeout": CONNECT_WITHIN_S}
    return {}


def impatient_connection(celery: Celery) -> Connection:
    """Waits for no answer longer than a moment, unlike the worker's connection, which waits for messages."""
    options = {"socket_timeout": ANSWER_WITHIN_S, "socket_connect_timeout": ANSWER_WITHIN_S}
    if not celery.conf.broker_url.startswith("redis"):
        options = {"read_timeout": ANSWER_WITHIN_S, "write_timeout": ANSWER_WITHIN_S, "confirm_publish": True}
    return celery.connection_for_write(connect_timeout=ANSWER_WITHIN_S, heartbeat=0, transport_options=options)


app = made_app()
