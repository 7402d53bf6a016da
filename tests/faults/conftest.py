from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests import brokers, needs


@pytest.fixture(scope="package")
def running_redis() -> Iterator[brokers.Broker]:
    with brokers.redis(needs.redis_program() or "") as broker:
        yield broker


@pytest.fixture(scope="package")
def running_rabbitmq() -> Iterator[brokers.Broker]:
    with brokers.rabbitmq(needs.rabbitmq_program() or "") as broker:
        yield broker


@pytest.fixture
def redis(running_redis: brokers.Broker) -> Iterator[brokers.Broker]:
    with _as_new(running_redis) as broker:
        yield broker


@pytest.fixture
def rabbitmq(running_rabbitmq: brokers.Broker) -> Iterator[brokers.Broker]:
    with _as_new(running_rabbitmq) as broker:
        yield broker


@pytest.fixture(params=["redis", "rabbitmq"])
def broker(request: pytest.FixtureRequest) -> brokers.Broker:
    """Where the two may differ, a test runs with each."""
    chosen: brokers.Broker = request.getfixturevalue(request.param)
    return chosen


@contextmanager
def _as_new(broker: brokers.Broker) -> Iterator[brokers.Broker]:
    """One server serves all tests; each finds it running and empty, whatever the test before did to it."""
    if not broker.is_running:
        broker.start()
    broker.empty()
    yield broker
