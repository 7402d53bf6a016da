"""Hundreds of damaged and hostile files through the real decoder: each gives sound within limits or a code from the
table in docs/recordings.md; nothing hangs, nothing is connected to, nothing is left running."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sapa.core.errors import SapaError
from sapa.recordings import decoders
from sapa.recordings.decoders import decode
from sapa.recordings.decoding import client, process
from sapa.recordings.decoding.order import MB, DecodeLimits
from sapa.recordings.decoding.process import Outcome
from sapa.recordings.tests.encoded import LONGER_FORMS
from sapa.recordings.tests.hostile import MIDDLE_DAMAGES, Hostile, hostile_files
from sapa.recordings.tests.processes import Listener, children_of

PAGE = Path(__file__).parents[4] / "docs" / "recordings.md"
LIMITS = DecodeLimits(longest_h=6.0, shortest_limit_s=8.0, limit_per_mb_s=1.0, longest_limit_s=40.0)
RATE_HZ = 16_000
AT_LEAST_FILES = 500
MOST_RESIDENT_MB = 512


@dataclass(frozen=True)
class Result:
    """`code` is empty when there was sound. `whole_s`: how long the undamaged file is, where that must not change."""

    name: str
    code: str
    seconds: float
    is_in_limits: bool = True
    duration_s: float = 0.0
    is_truncated: bool = False
    whole_s: float = 0.0


@dataclass(frozen=True)
class Run:
    results: list[Result]
    outcomes: list[Outcome]
    connections: int
    decoder_pids: set[int]
    left: set[int]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    outcomes: list[Outcome] = []
    pids: set[int] = set()
    real = client._run

    def recorded(*given: Any) -> Outcome | None:
        outcome = real(*given)
        assert outcome is not None, "the decoder itself was lost"
        outcomes.append(outcome)
        pids.add(process.decoder().process.pid)
        return outcome

    folders = [tmp_path_factory.mktemp(f"hostile{number}") for number in range(2)]
    with pytest.MonkeyPatch.context() as patch, Listener() as listener, ThreadPoolExecutor(2) as pool:
        patch.setattr(client, "_run", recorded)
        patch.setattr(decoders, "LIMITS", LIMITS)
        files = list(hostile_files(f"http://127.0.0.1:{listener.port}"))
        halves = pool.map(_decode_all, (files[::2], files[1::2]), folders)
        results = [result for half in halves for result in half]
        yield Run(results, outcomes, listener.connections, pids, children_of(process.decoder().process.pid))


def _decode_all(files: list[Hostile], folder: Path) -> list[Result]:
    return [_decode_one(file, folder) for file in files]


def _decode_one(file: Hostile, folder: Path) -> Result:
    path = file.write(folder)
    started_s = time.monotonic()
    try:
        with path.open("rb") as source:
            audio = decode(source, sample_rate_hz=RATE_HZ)
    except SapaError as exc:
        return Result(file.name, exc.code, time.monotonic() - started_s)
    is_in_limits = (
        audio.sample_rate_hz == RATE_HZ
        and 0 < audio.channels <= 8
        and 0 < audio.duration_s <= LIMITS.longest_h * 3600
        and bool(np.isfinite(audio.samples[:, : 10 * RATE_HZ]).all())
    )
    seconds = time.monotonic() - started_s
    whole_s = decode(io.BytesIO(file.whole)).duration_s if file.whole else 0.0
    return Result(file.name, "", seconds, is_in_limits, audio.duration_s, audio.is_truncated, whole_s)


def test_there_are_many_and_they_are_the_same_each_time(run: Run) -> None:
    names = [result.name for result in run.results]
    assert len(set(names)) == len(names) >= AT_LEAST_FILES
    again = {file.name: file.content for file in hostile_files("http://127.0.0.1:9")}
    once_more = {file.name: file.content for file in hostile_files("http://127.0.0.1:9")}
    assert again == once_more


def test_each_gives_sound_within_limits_or_a_code_that_the_docs_explain(run: Run) -> None:
    explained = set(re.findall(r"^\| `([a-z_]+)` \|", PAGE.read_text(encoding="utf-8"), re.M))
    assert not [result for result in run.results if result.code and result.code not in explained]
    assert not [result for result in run.results if not result.is_in_limits]


def test_some_are_heard_and_each_way_of_refusing_is_met(run: Run) -> None:
    codes = {result.code for result in run.results}
    assert codes >= {"", "audio_empty", "audio_unsupported", "audio_unreadable", "audio_too_long"}


def test_damage_in_the_middle_changes_no_length_and_is_told(run: Run) -> None:
    damaged = [result for result in run.results if "flipped in the middle" in result.name]
    assert len(damaged) > len(LONGER_FORMS) * MIDDLE_DAMAGES
    assert not [result for result in damaged if result.code or not result.is_truncated]
    assert not [result for result in damaged if abs(result.duration_s - result.whole_s) > 0.05]


def test_none_hangs(run: Run) -> None:
    assert not [result for result in run.results if result.seconds > LIMITS.longest_limit_s + 5]


def test_none_takes_more_memory_than_is_promised(run: Run) -> None:
    assert max(outcome.peak_rss_bytes for outcome in run.outcomes) <= MOST_RESIDENT_MB * MB


def test_none_kills_its_decoder(run: Run) -> None:
    """A crash would be survived and told; of these files none is known to cause one."""
    assert not [result.name for result in run.results if result.code == "audio_decoder_killed"]
    assert len(run.decoder_pids) == 1


def test_nobody_was_connected_to_and_nothing_is_left_running(run: Run) -> None:
    assert run.connections == 0
    assert run.left == set()
