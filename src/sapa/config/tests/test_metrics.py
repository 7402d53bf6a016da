"""What Prometheus reads: true figures of the line, for nobody without the token."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django.fixtures import DjangoAssertNumQueries

from sapa import __version__
from sapa.calls.models import Call
from sapa.core.clock import now_at
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.tests.workbench import take, tiny_wav
from tests.fixtures.world import FrozenClock

TOKEN = "for-the-monitor"  # not a secret of anybody


@pytest.fixture
def token(settings: Any) -> None:
    settings.SAPA_METRICS_TOKEN = TOKEN


def scrape(header: str = f"Bearer {TOKEN}") -> Any:
    return Client(headers={"authorization": header}).get("/metrics")


def figures() -> dict[tuple[str, ...], float]:
    """Name and labels in their order → value, as Prometheus itself would read the answer."""
    families = text_string_to_metric_families(scrape().content.decode())
    return {
        (one.name, *(value for _, value in sorted(one.labels.items()))): one.value
        for family in families
        for one in family.samples
    }


def test_without_a_token_set_there_is_no_such_address(db: None) -> None:
    assert Client().get("/metrics").status_code == 404
    assert scrape("Bearer ").status_code == 404


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ключ"])
def test_without_the_token_nothing_is_told(db: None, token: None, header: str) -> None:
    response = scrape(header.encode().decode("latin-1"))
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert b"sapa_" not in response.content


def test_a_session_of_the_site_is_no_token(db: None, token: None, administrator: Any) -> None:
    client = Client()
    client.force_login(administrator)
    assert client.get("/metrics").status_code == 401


def test_an_empty_line_is_all_nought(db: None, token: None) -> None:
    told = figures()
    assert told[("sapa_build_info", connection.vendor, __version__)] == 1
    assert told[("sapa_backlog_calls",)] == told[("sapa_calls_taken_total",)] == 0
    assert told[("sapa_stage_rows", "recording", "waiting")] == 0
    assert told[("sapa_storage_free_bytes",)] > 0


def test_it_counts_the_line(db: None, token: None, frozen_clock: FrozenClock) -> None:
    first, second, _third = (take(tiny_wav(sound)).call for sound in (1, 2, 3))
    failed = StageRow.objects.filter(call=first)
    failed.update(state=StageState.FAILED, error_code="audio_unreadable")
    holding = StageRow.objects.filter(call=second)
    holding.update(state=StageState.RUNNING, holder="box:1", lease_until=now_at() + timedelta(days=3650))
    frozen_clock.advance(minutes=10)
    told = figures()
    assert told[("sapa_stage_rows", "recording", "waiting")] == 1
    assert told[("sapa_stage_rows", "recording", "running")] == 1
    assert told[("sapa_failed_rows", "audio_unreadable", "recording")] == 1
    assert told[("sapa_oldest_waiting_seconds", "recording")] == 600
    assert told[("sapa_leases",)] == 1
    assert told[("sapa_backlog_calls",)] == 2
    assert told[("sapa_calls_taken_total",)] == 3


def test_it_tells_the_pace_and_leaves_out_what_is_not_known(call: Call, token: None) -> None:
    told = figures()
    assert told[("sapa_heard_audio_ratio", "5")] == pytest.approx(34 / 300)
    assert told[("sapa_done_audio_ratio", "60")] == pytest.approx(34 / 3600)
    assert told[("sapa_backlog_audio_seconds",)] == told[("sapa_line_empty_seconds",)] == 0
    StageRow.objects.filter(stage="transcribe").update(state=StageState.WAITING)
    take(tiny_wav(1))
    told = figures()
    assert told[("sapa_backlog_audio_seconds",)] == pytest.approx(34.0)
    assert told[("sapa_backlog_unmeasured_calls",)] == 1
    assert ("sapa_line_empty_seconds",) not in told
    assert ("sapa_worker_audio_ratio",) not in told


def test_it_counts_what_came_out(call: Call, token: None) -> None:
    told = figures()
    assert told[("sapa_calls_done_total",)] == 1
    assert told[("sapa_audio_done_seconds_total",)] == pytest.approx(34.0)


def test_a_scrape_asks_little(call: Call, token: None, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(12):
        scrape()


def test_a_database_that_is_away_is_told(db: None, token: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise OperationalError("connection refused to secret-server")

    monkeypatch.setattr(Call.objects, "count", refuse)
    response = scrape()
    assert response.status_code == 503
    assert b"secret-server" not in response.content
