"""What goes to a speech server and what becomes of its answers; a real server is asked in tests/engines."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sapa.recordings.types import Samples
from sapa.transcripts.engines import SAMPLE_RATE_HZ, engine_state, openai_http
from sapa.transcripts.engines.openai_http import OpenAiHttp
from sapa.transcripts.engines.openai_http.answer import UNTOLD_CONFIDENCE
from sapa.transcripts.engines.openai_http.client import ServerPlace, wav_of
from sapa.transcripts.engines.openai_http.languages import CODES, language_code
from sapa.transcripts.languages import LANGUAGES
from sapa.transcripts.pieces import PIECE_S
from sapa.transcripts.tests.server import KEY, Asked, Stub, stub_server
from sapa.transcripts.tests.test_pieces import loud_in
from sapa.transcripts.types import HeardSpeech, LeftOutReason

SHORT_PIECE_S = 10


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    monkeypatch.setattr(openai_http, "_voice_in", loud_in)
    monkeypatch.setattr(openai_http, "LONGEST_PIECE", SHORT_PIECE_S * SAMPLE_RATE_HZ)
    with stub_server() as running:
        yield running


@pytest.fixture
def engine(stub: Stub) -> OpenAiHttp:
    return OpenAiHttp("whisper-1", ServerPlace(stub.url, KEY, 5.0))


def line(*talk_s: tuple[float, float], length_s: float = 10.0) -> Samples:
    """One channel with talk at these seconds."""
    samples = np.zeros((1, round(length_s * SAMPLE_RATE_HZ)), dtype=np.float32)
    for start_s, end_s in talk_s:
        samples[0, round(start_s * SAMPLE_RATE_HZ) : round(end_s * SAMPLE_RATE_HZ)] = 0.5
    return samples


def heard_of(stub: Stub, engine: OpenAiHttp, samples: Samples, *answers: Any, **told: Any) -> HeardSpeech:
    stub.answers = list(answers)
    return engine.transcribe(samples, **told)


def timed(heard: HeardSpeech, channel: int = 0) -> list[tuple[str, float, float]]:
    return [(word.text, word.start_s, word.end_s) for word in heard.channels[channel]]


def said(*words: tuple[str, float, float], **more: Any) -> dict[str, Any]:
    listed = [{"word": text, "start": start_s, "end": end_s} for text, start_s, end_s in words]
    return {"text": " ".join(text.strip() for text, _, _ in words), "language": "english", "words": listed} | more


def segment(text: str, start_s: float, end_s: float, **more: Any) -> dict[str, Any]:
    return {"text": text, "start": start_s, "end": end_s} | more


def sound_of(asked: Asked) -> tuple[int, int, int, float]:
    with wave.open(io.BytesIO(asked.all("file")[0])) as sent:
        seconds = sent.getnframes() / sent.getframerate()
        return sent.getnchannels(), sent.getsampwidth(), sent.getframerate(), round(seconds, 2)


def test_a_channel_is_sent_as_the_api_wants_it(stub: Stub, engine: OpenAiHttp) -> None:
    heard_of(stub, engine, line((1.0, 4.0)), said(), language="en", hints=("Aigerim", "Sapa Bank"))
    (asked,) = stub.asked
    assert (asked.method, asked.path) == ("POST", "/v1/audio/transcriptions")
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert sound_of(asked) == (1, 2, 16_000, 4.0)  # half a second of the silence around the talk
    assert [pair for pair in asked.form if pair[0] != "file"] == [
        ("model", "whisper-1"),
        ("response_format", "verbose_json"),
        ("timestamp_granularities[]", "word"),
        ("timestamp_granularities[]", "segment"),
        ("language", "en"),
        ("prompt", "Aigerim, Sapa Bank"),
    ]


def test_without_a_key_none_is_sent(stub: Stub) -> None:
    OpenAiHttp("whisper-1", ServerPlace(stub.url)).transcribe(line((1.0, 4.0)))
    assert "Authorization" not in stub.asked[0].headers
    assert stub.asked[0].all("language") == stub.asked[0].all("prompt") == []


def test_more_hints_than_are_read_are_not_sent(stub: Stub, engine: OpenAiHttp) -> None:
    heard_of(stub, engine, line((1.0, 4.0)), said(), hints=[f"name{number:06}" for number in range(100)])
    (prompt,) = stub.asked[0].all("prompt")
    assert prompt.endswith("name000049")
    assert len(prompt) <= openai_http.MOST_HINT_LETTERS


def test_times_are_counted_from_the_start_of_the_channel(stub: Stub, engine: OpenAiHttp) -> None:
    heard = heard_of(stub, engine, line((2.0, 4.0)), said(("hello", 0.6, 1.0), ("there", 1.0, 1.4)))
    assert timed(heard) == [("hello", 2.1, 2.5), ("there", 2.5, 2.9)]
    assert (heard.engine, heard.model, heard.language) == ("openai_http", "whisper-1", "en")


def test_a_channel_without_talk_is_not_sent(stub: Stub, engine: OpenAiHttp) -> None:
    heard = engine.transcribe(np.concatenate([line(), line((1.0, 1.2))]))
    assert (heard.channels, heard.language, heard.language_confidence) == (((), ()), "", 0.0)
    assert stub.asked == []


def test_a_long_channel_goes_in_pieces_cut_where_nobody_speaks(stub: Stub, engine: OpenAiHttp) -> None:
    talk = line((1.0, 7.0), (9.0, 13.0), length_s=25.0)
    shares: list[float] = []
    first, second = said(("one", 0.5, 1.0)), said(("two", 0.5, 1.0))
    heard = heard_of(stub, engine, talk, first, second, progress=shares.append)
    assert timed(heard) == [("one", 1.0, 1.5), ("two", 9.0, 9.5)]
    assert [sound_of(asked)[3] for asked in stub.asked] == [7.0, 5.0]
    assert shares == [pytest.approx(0.6), 1.0, 1.0]
    assert [asked.all("language") for asked in stub.asked] == [[], ["en"]]


def test_ten_minutes_stay_below_twenty_megabytes() -> None:
    samples = np.zeros(round(PIECE_S * SAMPLE_RATE_HZ), dtype=np.float32)
    assert len(wav_of(samples)) < 20_000_000


def test_what_is_too_loud_is_cut_and_not_turned_over() -> None:
    loud = np.array([-2.0, -1.0, 0.0, 1.0, 2.0], dtype=np.float32)
    with wave.open(io.BytesIO(wav_of(loud))) as sent:
        assert np.frombuffer(sent.readframes(5), dtype="<i2").tolist() == [-32767, -32767, 0, 32767, 32767]


def test_the_language_is_that_of_most_of_the_talk_and_the_rest_is_heard_again(stub: Stub, engine: OpenAiHttp) -> None:
    two = np.concatenate([line((1.0, 2.0)), line((1.0, 4.0))])
    english, polish = said(("hi", 0.5, 0.9)), said(("tak", 0.5, 0.9), language="polish")
    again = said(("hej", 0.5, 0.9), language="polish")
    heard = heard_of(stub, engine, two, english, polish, again)
    assert (heard.language, heard.language_confidence) == ("pl", 0.75)
    assert ([word for word, _, _ in timed(heard)], timed(heard, 1)[0][0]) == (["hej"], "tak")
    assert [asked.all("language") for asked in stub.asked] == [[], [], ["pl"]]


@pytest.mark.parametrize("told", ["", None, "unknown", "klingon"])
def test_a_server_that_tells_no_language_is_believed_its_words(stub: Stub, engine: OpenAiHttp, told: Any) -> None:
    heard = heard_of(stub, engine, line((1.0, 4.0)), said(("hi", 0.5, 0.9), language=told))
    assert (heard.language, heard.language_confidence) == ("", 0.0)
    assert timed(heard) == [("hi", 1.0, 1.4)]


def test_the_names_of_languages_are_those_of_whisper() -> None:
    assert set(CODES.values()) == LANGUAGES
    told = ["english", "Haitian Creole", "en", "en-US", "pt_BR", "kazakh", "burmese", "klingon", ""]
    assert [language_code(name) for name in told] == ["en", "ht", "en", "en", "pt", "kk", "my", "", ""]


def test_words_out_of_order_and_beyond_the_sound_are_put_into_it(stub: Stub, engine: OpenAiHttp) -> None:
    words = said(("three", 7.0, 99.0), ("one", -5.0, 1.0), ("two", 3.0, 2.0))
    heard = heard_of(stub, engine, line((0.0, 8.0), length_s=8.0), words)
    assert timed(heard) == [("one", 0.0, 1.0), ("two", 3.0, 3.0), ("three", 7.0, 8.0)]


def test_pieces_of_words_are_joined_where_words_come_with_their_space(stub: Stub, engine: OpenAiHttp) -> None:
    words = said((" at", 0.5, 0.7), (" 9", 0.7, 0.9), (".30", 0.9, 1.1), ("am.", 1.1, 1.3), (" ", 1.3, 1.4))
    assert timed(heard_of(stub, engine, line((1.0, 4.0)), words)) == [("at", 1.0, 1.2), ("9.30am.", 1.2, 1.8)]


def test_words_may_lie_in_their_segments(stub: Stub, engine: OpenAiHttp) -> None:
    word = {"word": " hi", "start": 0.5, "end": 0.9, "probability": 0.7}
    answer = {"text": "hi", "segments": [segment("hi", 0.5, 0.9, words=[word])]}
    heard = heard_of(stub, engine, line((1.0, 4.0)), answer)
    assert (timed(heard), heard.channels[0][0].confidence) == ([("hi", 1.0, 1.4)], 0.7)


def test_words_without_times_are_spread_over_their_segment(stub: Stub, engine: OpenAiHttp) -> None:
    answer = {"text": "one two", "words": None, "segments": [segment(" one two", 0.5, 2.5, avg_logprob=-0.2)]}
    heard = heard_of(stub, engine, line((1.0, 4.0)), answer)
    assert timed(heard) == [("one", 1.0, 2.0), ("two", 2.0, 3.0)]
    assert heard.channels[0][0].confidence == pytest.approx(0.819, abs=0.001)


def test_text_without_any_times_is_spread_over_the_voice_of_its_piece(stub: Stub, engine: OpenAiHttp) -> None:
    heard = heard_of(stub, engine, line((1.0, 2.0), (6.0, 7.0)), {"text": " one two "})
    assert timed(heard) == [("one", 1.0, 2.0), ("two", 6.0, 7.0)]
    assert heard.channels[0][0].confidence == UNTOLD_CONFIDENCE


def test_a_word_that_stands_in_no_segment_is_kept(stub: Stub, engine: OpenAiHttp) -> None:
    answer = said(("one", 0.5, 0.9), ("two", 2.0, 2.4), segments=[segment("one", 0.5, 0.9, avg_logprob=-0.1)])
    heard = heard_of(stub, engine, line((1.0, 4.0)), answer)
    assert [word.text for word in heard.channels[0]] == ["one", "two"]
    assert [word.confidence for word in heard.channels[0]] == [pytest.approx(0.905), UNTOLD_CONFIDENCE]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"compression_ratio": 3.0}, LeftOutReason.REPEATS),
        ({"no_speech_prob": 0.9, "avg_logprob": -1.5}, LeftOutReason.NOISE),
    ],
)
def test_what_the_server_itself_doubts_is_left_out(
    stub: Stub, engine: OpenAiHttp, told: dict[str, float], reason: LeftOutReason
) -> None:
    good, bad = segment("yes", 0.5, 1.0), segment("no no no", 1.0, 3.0, **told)
    heard = heard_of(stub, engine, line((1.0, 4.0)), {"text": "yes no no no", "segments": [good, bad]})
    assert [word.text for word in heard.channels[0]] == ["yes"]
    (left_out,) = heard.left_out
    assert (left_out.text, left_out.reason, left_out.channel) == ("no no no", reason, 0)


def test_words_far_from_any_voice_are_left_out(stub: Stub, engine: OpenAiHttp) -> None:
    answer = said(("yes", 0.5, 1.0), ("Thanks", 4.0, 4.5), ("bye", 7.5, 8.0))
    heard = heard_of(stub, engine, line((1.0, 2.0), (8.0, 9.0)), answer)
    assert [word.text for word in heard.channels[0]] == ["yes", "bye"]
    assert [(one.text, one.reason) for one in heard.left_out] == [("Thanks", LeftOutReason.NO_VOICE)]


def test_the_administrator_is_told_that_it_answers_even_without_a_list_of_models(stub: Stub, settings: Any) -> None:
    settings.SAPA_ASR_SERVER_URL, stub.status = stub.url, 404
    assert engine_state("openai_http").endswith("answers, model whisper-1")
    assert (stub.asked[0].method, stub.asked[0].path) == ("GET", "/v1/models")


def test_the_key_is_not_shown_with_the_place() -> None:
    place = replace(ServerPlace("http://127.0.0.1/v1"), key=KEY)
    assert KEY not in repr(place)
