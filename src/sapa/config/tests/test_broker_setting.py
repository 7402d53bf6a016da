from __future__ import annotations

import pytest

from sapa.config import env

STAGES = ("recording", "transcribe")


@pytest.fixture(autouse=True)
def own_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """What these tests declare is not for docs/configuration.md."""
    monkeypatch.setattr(env, "VARIABLES", {})


@pytest.mark.parametrize(
    "raw", ["", "amqp://u:p@server:5672//", "amqps://server//", "redis://:p@127.0.0.1:6379/0", "rediss://server/1"]
)
def test_the_address_of_a_broker_is_read(monkeypatch: pytest.MonkeyPatch, raw: str) -> None:
    monkeypatch.setenv("SAPA_X", raw)
    assert env.broker("SAPA_X", "", "a broker") == raw
    assert env.VARIABLES["SAPA_X"].secret


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ("server:5672", "scheme 'server' is not one of: amqp, amqps, redis, rediss"),
        ("memory://", "scheme 'memory' is not one of"),
        ("sqla+sqlite:///file", "scheme 'sqla+sqlite' is not one of"),
        ("amqp://", "it names no host"),
        ("redis://server:port/0", "the port is not a number"),
        ("redis://server:70000/0", "the port is not a number from 0 to 65535"),
    ],
)
def test_an_address_that_cannot_be_right_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, raw: str, problem: str
) -> None:
    monkeypatch.setenv("SAPA_X", raw)
    with pytest.raises(env.BadSetting) as caught:
        env.broker("SAPA_X", "", "a broker")
    assert problem in str(caught.value)


def test_some_of_a_few_words_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.some("SAPA_X", "stages", allowed=STAGES) == []
    monkeypatch.setenv("SAPA_X", " transcribe , recording ")
    assert env.some("SAPA_X", "stages", allowed=STAGES) == ["transcribe", "recording"]


def test_a_word_that_is_none_of_them_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAPA_X", "transcribe,grading")
    with pytest.raises(env.BadSetting) as caught:
        env.some("SAPA_X", "stages", allowed=STAGES)
    assert str(caught.value) == "sapa: SAPA_X: 'grading' is not one of: recording, transcribe"
