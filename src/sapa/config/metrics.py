"""`/metrics` for Prometheus: figures of the whole line, read from the database at each scrape.

Nothing is counted in the process, so every machine gives the same figures and one scrape of one of them is enough. Only
this module meets the vendor.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from sapa import __version__
from sapa.calls.models import Call
from sapa.calls.selectors import watched_files_refused
from sapa.core.clock import now_at
from sapa.pipeline.pace import Pace
from sapa.pipeline.presence import WorkerPresent, leases_live, workers_present
from sapa.pipeline.status import StageCounts, audio_done, failures, pace_of, space, stage_counts

MOST_REASONS = 100  # a label for each; codes are ours and few, this only bounds what they may grow to


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Only for whoever sends `SAPA_METRICS_TOKEN`; while none is set there is no such address.

    That a request comes from this machine says nothing: behind a proxy all of them do.
    """
    token: str = settings.SAPA_METRICS_TOKEN
    if not token:
        raise Http404
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secrets.compare_digest(given.strip().encode(), token.encode()):
        return HttpResponse("A token is needed.\n", status=401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    registry.register(LineCollector())
    try:
        content = generate_latest(registry)
    except DatabaseError:
        return HttpResponse("The database is not ready.\n", status=503)
    return HttpResponse(content, content_type=CONTENT_TYPE_PLAIN_0_0_4)


class LineCollector(Collector):
    def describe(self) -> Iterator[Metric]:
        """Nothing, so that registering asks the database for nothing."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        yield _build()
        at, stages = now_at(), stage_counts()
        yield from _stages(at, stages)
        yield from _failed()
        leases = leases_live()
        present = workers_present(leases)
        yield _workers(present)
        yield from _pace(pace_of(at, stages, present))
        yield _gauge("sapa_leases", "Rows that a living worker holds", leases.total())
        calls_done, audio_s = audio_done()
        yield _counter("sapa_calls_taken", "Calls that were taken in", Call.objects.count())
        yield _counter("sapa_calls_done", "Calls that came out of the line", calls_done)
        yield _counter("sapa_audio_done_seconds", "Sound of the calls that came out of the line", audio_s)
        yield _gauge("sapa_refused_files", "Watched files that are no calls", watched_files_refused().count())
        room = space()
        yield _gauge("sapa_storage_used_bytes", "What all recordings take", room.recordings_bytes)
        yield _gauge("sapa_storage_free_bytes", "Room left beside the data folder", room.free_bytes)
        yield _gauge("sapa_database_bytes", "Size of the database", room.database_bytes)


def _build() -> Metric:
    metric = GaugeMetricFamily("sapa_build_info", "Which program this is", labels=("version", "database"))
    metric.add_metric((__version__, connection.vendor), 1)
    return metric


def _workers(present: Sequence[WorkerPresent]) -> Metric:
    metric = GaugeMetricFamily("sapa_workers", "Workers that gave a sign lately", labels=("state",))
    working = sum(worker.is_working for worker in present)
    metric.add_metric(("working",), working)
    metric.add_metric(("idle",), len(present) - working)
    return metric


def _stages(at: datetime, stages: Sequence[StageCounts]) -> Iterator[Metric]:
    rows = GaugeMetricFamily("sapa_stage_rows", "Steps of calls, by stage and state", labels=("stage", "state"))
    oldest = GaugeMetricFamily("sapa_oldest_waiting_seconds", "How long the oldest has waited", labels=("stage",))
    for counts in stages:
        by_state = {
            "waiting": counts.waiting,
            "later": counts.later,
            "running": counts.running,
            "failed": counts.failed,
            "done": counts.done,
        }
        for state, number in by_state.items():
            rows.add_metric((counts.stage, state), number)
        waited = (at - counts.oldest_waiting_at).total_seconds() if counts.oldest_waiting_at else 0.0
        oldest.add_metric((counts.stage,), max(0.0, waited))
    yield rows
    yield oldest
    yield _gauge("sapa_backlog_calls", "Calls in the line", sum(counts.in_line for counts in stages))


def _pace(pace: Pace) -> Iterator[Metric]:
    """What is not known has no sample, so that an alarm on it stays quiet."""
    heard = GaugeMetricFamily("sapa_heard_audio_ratio", "Hours of sound heard per hour", labels=("minutes",))
    done = GaugeMetricFamily("sapa_done_audio_ratio", "Hours of sound that came out per hour", labels=("minutes",))
    for lately in (pace.recent, pace.hour):
        heard.add_metric((str(lately.minutes),), lately.heard_ratio)
        done.add_metric((str(lately.minutes),), lately.done_ratio)
    yield heard
    yield done
    yield _gauge(
        "sapa_backlog_audio_seconds", "Sound that is still to be heard, as far as measured", pace.backlog.audio_s
    )
    unmeasured = pace.backlog.unmeasured_calls
    yield _gauge("sapa_backlog_unmeasured_calls", "Calls in the line that were not measured yet", unmeasured)
    yield _gauge("sapa_worker_audio_ratio", "Hours of sound that a worker hears per hour of work", pace.worker_ratio)
    yield _gauge("sapa_line_empty_seconds", "Until the line is empty, if nothing more comes", pace.left_s)


def _failed() -> Iterator[Metric]:
    metric = GaugeMetricFamily("sapa_failed_rows", "Steps that failed, by stage and code", labels=("stage", "code"))
    for failure in failures(limit=MOST_REASONS):
        metric.add_metric((failure.stage, failure.code), failure.count)
    yield metric


def _gauge(name: str, text: str, value: float | None) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(name, text, value=value)
