"""Whatever a speech server does, the call fails with a code that says whether another try may help, and without the key
in its sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from sapa.core.errors import SapaError
from sapa.pipeline.tests.processes import free_port
from sapa.recordings.types import Samples
from sapa.transcripts.engines import SAMPLE_RATE_HZ, openai_http
from sapa.transcripts.engines.openai_http import OpenAiHttp, client
from sapa.transcripts.engines.openai_http.client import ServerPlace
from sapa.transcripts.tests.server import (
    KEY,
    Stub,
    breaks_off,
    breaks_off_half_way,
    drips,
    hangs,
    hangs_half_way,
    stub_server,
)
from sapa.transcripts.tests.test_pieces import loud_in

TALK: Samples = np.full((1, 2 * SAMPLE_RATE_HZ), 0.5, dtype=np.float32)


@pytest.fixture(autouse=True)
def loud_is_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_http, "_voice_in", loud_in)


@pytest.fixture
def stub() -> Iterator[Stub]:
    with stub_server() as running:
        yield running


def failure(url: str, *, timeout_s: float = 5.0) -> SapaError:
    with pytest.raises(SapaError) as caught:
        OpenAiHttp("whisper-1", ServerPlace(url, KEY, timeout_s)).transcribe(TALK)
    assert KEY not in caught.value.message
    assert KEY not in repr(caught.value.__cause__)
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "is_retryable"),
    [
        (301, "speech_server_refused", False),
        (400, "speech_server_refused", False),
        (401, "speech_server_refused", False),
        (403, "speech_server_refused", False),
        (404, "speech_server_refused", False),
        (408, "speech_server_failed", True),
        (413, "speech_server_refused", False),
        (422, "speech_server_refused", False),
        (429, "speech_server_failed", True),
        (500, "speech_server_failed", True),
        (503, "speech_server_failed", True),
    ],
)
def test_a_status_is_a_code(stub: Stub, status: int, code: str, is_retryable: bool) -> None:
    stub.status = status
    failed = failure(stub.url)
    assert (failed.code, failed.retryable) == (code, is_retryable)
    assert f"status {status}" in failed.message
    assert len(stub.asked) == 1


@pytest.mark.parametrize(
    ("status", "remedy"),
    [(401, "SAPA_ASR_SERVER_KEY"), (404, "SAPA_ASR_SERVER_URL"), (302, "SAPA_ASR_SERVER_URL"), (413, "20 MB")],
)
def test_a_refusal_says_what_to_look_at(stub: Stub, status: int, remedy: str) -> None:
    stub.status = status
    assert remedy in failure(stub.url).message


def test_nobody_is_led_elsewhere(stub: Stub) -> None:
    with stub_server() as other:
        stub.status, stub.headers = 307, {"Location": f"{other.url}/audio/transcriptions"}
        assert failure(stub.url).code == "speech_server_refused"
        assert other.asked == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"error": {"message": f"Wrong key {KEY}\nfor\x1b[31m you"}}, ": Wrong key … for [31m you."),
        ({"detail": "No such model."}, ": No such model."),
        ({"error": "x" * 900}, ": " + "x" * 200 + "."),
        ({"detail": [{"loc": ["body", "file"]}]}, "status 400."),
        ("<html>Bad gateway</html>", "status 400."),
        ("[" * 100_000, "status 400."),
    ],
)
def test_what_the_server_says_is_quoted_in_short_and_without_the_key(stub: Stub, answer: Any, said: str) -> None:
    stub.status, stub.answers = 400, [answer]
    assert failure(stub.url).message.endswith(said)


def test_nobody_there_is_worth_another_try() -> None:
    failed = failure(f"http://127.0.0.1:{free_port()}/v1")
    assert (failed.code, failed.retryable) == ("speech_server_unreachable", True)
    assert "no connection" in failed.message


@pytest.mark.parametrize("behaviour", [hangs, hangs_half_way, drips])
def test_who_does_not_come_to_an_end_is_left(stub: Stub, behaviour: Callable[[Stub], Any]) -> None:
    stub.behave = behaviour(stub)
    failed = failure(stub.url, timeout_s=0.2)
    assert (failed.code, failed.retryable) == ("speech_server_unreachable", True)


@pytest.mark.parametrize("behaviour", [breaks_off, breaks_off_half_way])
def test_who_breaks_off_is_asked_again_later(stub: Stub, behaviour: Callable[[Any], None]) -> None:
    stub.behave = behaviour
    failed = failure(stub.url)
    assert (failed.code, failed.retryable) == ("speech_server_unreachable", True)


def test_an_endless_answer_is_not_kept(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MOST_ANSWER_BYTES", 1 << 20)
    stub.answers = [b" " * (2 << 20)]
    assert failure(stub.url).code == "speech_answer_invalid"


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("<!doctype html><title>Sign in</title>", "web page"),
        ("not JSON", "no JSON"),
        ("", "no JSON"),
        (b"\xff\xfe{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "no JSON object"),
        ({}, "no text"),
        ({"text": None}, "no text"),
        ({"text": "a", "language": 3}, "language"),
        ({"text": "a", "words": "a"}, "words are no list"),
        ({"text": "a", "words": ["a"]}, "words are no list"),
        ({"text": "a", "words": [{"word": "a", "end": 1.0}]}, "start is no number"),
        ({"text": "a", "words": [{"start": 0.0, "end": 1.0}]}, "word is no text"),
        ({"text": "a", "words": [{"word": "a", "start": "0", "end": 1.0}]}, "start is no number"),
        ({"text": "a", "words": [{"word": "a", "start": True, "end": 1.0}]}, "start is no number"),
        ('{"text": "a", "words": [{"word": "a", "start": NaN, "end": 1}]}', "start is no number"),
        ('{"text": "a", "words": [{"word": "a", "start": 1, "end": 1e999}]}', "end is no number"),
        ({"text": "a", "words": [{"word": "a", "start": 0, "end": 10**400}]}, "end is no number"),
        ({"text": "a", "segments": [{"text": "a", "start": 0.0}]}, "end is no number"),
        ({"text": "a", "segments": [{"start": 0.0, "end": 1.0}]}, "text is no text"),
    ],
)
def test_an_answer_that_is_none_is_said_to_be_none(stub: Stub, answer: Any, problem: str) -> None:
    stub.answers = [answer]
    failed = failure(stub.url)
    assert (failed.code, failed.retryable) == ("speech_answer_invalid", False)
    assert problem in failed.message


def test_a_language_that_is_none_is_refused_before_anything_is_sent(stub: Stub, refused: Callable[..., Any]) -> None:
    with refused("language_unknown"):
        OpenAiHttp("whisper-1", ServerPlace(stub.url)).transcribe(TALK, language="xx")
    assert stub.asked == []
