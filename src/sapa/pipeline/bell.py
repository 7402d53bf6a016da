"""Rings the workers of a stage after its row was opened. Without a broker nothing is rung: workers look by themselves.

A ring carries no work and may be lost, doubled or late: whoever hears it looks at the stage rows (ADR 9).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from sapa.core.errors import SapaError


class BrokerUnreachable(SapaError):
    def __init__(self, address: str, problem: str) -> None:
        super().__init__(
            "broker_unreachable",
            f"The broker {address} cannot be reached: {problem}. The line goes on without it, more slowly. Check "
            "SAPA_BROKER_URL and that the server runs.",
            retryable=True,
            http_status=503,
            problem=f"{address} cannot be reached: {problem}",
            remedy="check SAPA_BROKER_URL and that the server runs; the line goes on without it, more slowly",
        )


@dataclass(frozen=True)
class WorkerAnswer:
    """A worker that is there: its name, the stages it takes, and how many turns it is working at now."""

    name: str
    stages: tuple[str, ...]
    turns: int


def ring(stage: str) -> None:
    """Tell the workers of `stage` that it has work. Never raises and never waits; the sweep mends a lost ring."""
    if settings.SAPA_BROKER_URL:
        from sapa.pipeline.broker.ringer import ringer

        ringer.ring(stage)


def workers_answering(timeout_s: float = 1.0) -> list[WorkerAnswer]:
    """The workers that answer over the broker within `timeout_s`; none without a broker.

    Raises `BrokerUnreachable`.
    """
    if not settings.SAPA_BROKER_URL:
        return []
    from sapa.pipeline.broker.asking import workers_answering as asked

    return asked(timeout_s)
