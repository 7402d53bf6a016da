"""The child that decodes: what it may not do, what ends it, and what is left when something is killed."""

from __future__ import annotations

import io
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sapa.recordings import decoders
from sapa.recordings.decoders import decode
from sapa.recordings.decoding import client, process, seccomp
from sapa.recordings.decoding.order import DecodeLimits, Order
from sapa.recordings.decoding.process import Outcome
from sapa.recordings.errors import DecoderKilled, SoundUnwritable
from sapa.recordings.tests.encoded import EVERY_FORM
from sapa.recordings.tests.hostile import giants
from sapa.recordings.tests.processes import PATIENCE_S, children_of, is_gone_soon
from sapa.recordings.tests.sounds import RATE_HZ, riff, tone, wav

SHORT = wav([tone(400.0), tone(1000.0)])
NOT_PERMITTED = 1


@pytest.fixture
def five_hours(tmp_path: Path) -> Path:
    return next(iter(giants())).write(tmp_path)


@pytest.fixture
def an_hour(tmp_path: Path) -> Path:
    path = tmp_path / "hour.wav"
    path.write_bytes(riff(bytes(2 * RATE_HZ * 3600), 1))
    return path


def limited(monkeypatch: pytest.MonkeyPatch, **limits: float) -> None:
    monkeypatch.setattr(decoders, "LIMITS", DecodeLimits(**limits))  # type: ignore[arg-type]


def child_at_work() -> int:
    """The child that decodes now; it may take a moment to be there."""
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        if found := children_of(process.decoder().process.pid):
            return found.pop()
        select.select([], [], [], 0.01)
    raise AssertionError("no child came")


def test_it_may_connect_to_nothing_open_nothing_and_start_nothing() -> None:
    found = client.confinement()
    assert found["is_filtered"] == seccomp.is_known_here()
    if seccomp.is_known_here():
        assert set(found["attempts"].values()) == {NOT_PERMITTED}


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_fits_into_its_jumps(machine: str) -> None:
    code = seccomp.filter_of(machine)
    assert len(code) % 8 == 0
    assert len(code) // 8 < 4096


def test_its_decoder_is_given_no_secret() -> None:
    environment = Path(f"/proc/{process.decoder().process.pid}/environ").read_bytes()
    assert b"SAPA_" not in environment
    assert b"DJANGO" not in environment


def test_a_recording_that_takes_too_long_is_left(
    monkeypatch: pytest.MonkeyPatch, five_hours: Path, refused: Callable[..., Any]
) -> None:
    limited(monkeypatch, shortest_limit_s=0.3, limit_per_mb_s=0.0)
    with five_hours.open("rb") as source, refused("audio_too_slow"):
        decode(source, sample_rate_hz=16_000)
    assert children_of(process.decoder().process.pid) == set()


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"memory_mb": 1}, "audio_too_large"),
        ({"most_sound_mb": 1}, "audio_too_large"),
        ({"longest_h": 4.9}, "audio_too_long"),
        ({"space_kept_mb": 1 << 40}, "storage_write_failed"),
    ],
)
def test_what_goes_over_a_limit_is_refused(
    monkeypatch: pytest.MonkeyPatch, limits: dict[str, float], code: str, refused: Callable[..., Any]
) -> None:
    limited(monkeypatch, **limits)
    content = wav([tone(400.0, duration_s=60.0)] * 2)
    if code == "audio_too_long":
        limited(monkeypatch, longest_h=0.01)
    with refused(code):
        decode(io.BytesIO(content), sample_rate_hz=16_000)


def test_a_full_disk_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    limited(monkeypatch, space_kept_mb=1 << 40)
    with pytest.raises(SoundUnwritable) as caught:
        decode(io.BytesIO(SHORT))
    assert caught.value.retryable


def test_a_data_folder_that_cannot_be_written_to_is_said(data_dir: Path, refused: Callable[..., Any]) -> None:
    (data_dir / "tmp").write_text("in the way")
    with refused("storage_write_failed"):
        decode(io.BytesIO(SHORT))


def test_nothing_is_left_in_the_data_folder(data_dir: Path) -> None:
    audio = decode(io.BytesIO(wav([tone(400.0, duration_s=600.0)] * 2)), sample_rate_hz=16_000)
    assert audio.samples.nbytes > 64 << 20
    assert list((data_dir / "tmp").iterdir()) == []


def test_a_child_that_is_killed_is_told_and_may_be_tried_again(five_hours: Path) -> None:
    with ThreadPoolExecutor(1) as pool, five_hours.open("rb") as source:
        waiting = pool.submit(decode, source, sample_rate_hz=16_000)
        os.kill(child_at_work(), signal.SIGKILL)
        with pytest.raises(DecoderKilled) as caught:
            waiting.result(PATIENCE_S)
    assert (caught.value.code, caught.value.retryable) == ("audio_decoder_killed", True)


def test_a_child_ends_when_nobody_waits_for_it_any_more(monkeypatch: pytest.MonkeyPatch, five_hours: Path) -> None:
    """As when the working process is told to stop in the middle."""
    children: list[int] = []

    def interrupted(_: object) -> bytes:
        children.append(child_at_work())
        raise KeyboardInterrupt

    monkeypatch.setattr(process, "_all_of", interrupted)
    with five_hours.open("rb") as source, pytest.raises(KeyboardInterrupt):
        decode(source, sample_rate_hz=16_000)
    assert is_gone_soon(children[0])


def test_a_decoder_that_does_not_answer_is_left_and_replaced(
    monkeypatch: pytest.MonkeyPatch, refused: Callable[..., Any]
) -> None:
    monkeypatch.setattr(process, "START_WITHIN_S", 0.2)
    monkeypatch.setattr(process, "END_WITHIN_S", 0.2)
    stuck = process.decoder().process.pid
    os.kill(stuck, signal.SIGSTOP)
    limited(monkeypatch, shortest_limit_s=0.3)
    with refused("audio_too_slow"):
        decode(io.BytesIO(SHORT))
    monkeypatch.undo()
    assert is_gone_soon(stuck)
    assert decode(io.BytesIO(SHORT)).channels == 2


def test_a_decoder_that_is_killed_is_started_again() -> None:
    assert decode(io.BytesIO(SHORT)).channels == 2
    first = process.decoder().process.pid
    os.kill(first, signal.SIGKILL)
    assert decode(io.BytesIO(SHORT)).channels == 2
    assert process.decoder().process.pid != first


def test_one_killed_in_the_middle_of_a_recording_takes_its_child_along(an_hour: Path) -> None:
    with ThreadPoolExecutor(1) as pool, an_hour.open("rb") as source:
        waiting = pool.submit(decode, source)
        child = child_at_work()
        os.kill(process.decoder().process.pid, signal.SIGKILL)
        assert is_gone_soon(child)
        assert waiting.result(60).channels == 1


def test_all_end_with_the_working_process(five_hours: Path) -> None:
    script = (
        "import django; django.setup()\n"
        "from sapa.recordings.decoding import process\n"
        "from sapa.recordings.decoders import decode\n"
        "print(process.decoder().process.pid, flush=True)\n"
        f"decode(open({str(five_hours)!r}, 'rb'), sample_rate_hz=16000)\n"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "sapa.config.settings"}
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment) as worker:
        assert worker.stdout is not None
        decoder = int(worker.stdout.readline())
        deadline_s = time.monotonic() + PATIENCE_S
        while not (children := children_of(decoder)) and time.monotonic() < deadline_s:
            select.select([], [], [], 0.01)
        assert children
        worker.kill()
    assert is_gone_soon(decoder)
    assert all(is_gone_soon(child) for child in children)


def test_a_forked_worker_has_its_own_decoder() -> None:
    """As Celery makes them: the copy must neither share nor outlive the original's decoder."""
    decode(io.BytesIO(SHORT))
    ours = process.decoder().process.pid
    pid = os.fork()
    if pid == 0:
        is_well = decode(io.BytesIO(SHORT)).channels == 2 and process.decoder().process.pid != ours
        process.decoder_end()
        os._exit(0 if is_well else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert decode(io.BytesIO(SHORT)).channels == 2
    assert process.decoder().process.pid == ours


def test_many_at_once_do_not_get_into_each_others_way() -> None:
    forms = [*EVERY_FORM.values()] * 3
    alone = [decode(io.BytesIO(content)).samples.tobytes() for content in forms]
    with ThreadPoolExecutor(8) as pool:
        together = pool.map(lambda content: decode(io.BytesIO(content)).samples.tobytes(), forms)
        assert list(together) == alone


def test_a_stream_without_a_file_is_copied_into_one() -> None:
    class Remote(io.BytesIO):
        """As an object store gives it."""

        def fileno(self) -> int:
            raise io.UnsupportedOperation("fileno")

    source = Remote(SHORT)
    source.seek(77)
    assert decode(source).duration_s == 1.0


def test_a_stream_that_breaks_off_is_the_callers_error() -> None:
    class Broken(io.BytesIO):
        def read(self, count: int | None = -1, /) -> bytes:
            if self.tell() > 1000:
                raise ConnectionResetError("gone")
            return super().read(500)

    with pytest.raises(ConnectionResetError):
        decode(Broken(SHORT))


@pytest.mark.parametrize(
    "report",
    [
        {},
        {"frames": 8000},
        {"frames": "8000", "channels": 2, "sample_rate_hz": 8000},
        {"frames": 1 << 60, "channels": 2, "sample_rate_hz": 8000},
        {"frames": -1, "channels": 2, "sample_rate_hz": 8000},
        {"frames": 8000, "channels": 4000, "sample_rate_hz": 8000},
        {"frames": 8000, "channels": 2, "sample_rate_hz": 1},
        {"code": "call_conflict"},
        {"code": ["audio_empty"], "problem": {"a": 1}},
    ],
)
def test_what_a_child_says_is_not_believed(report: dict[str, Any], refused: Callable[..., Any]) -> None:
    outcome = Outcome(report, signal=0, was_late=False, processor_s=0.1, peak_rss_bytes=0)
    with refused("audio_unreadable"):
        client._audio_of(outcome, Order("wav"), -1)


def test_a_childs_words_come_without_signs_that_do_harm() -> None:
    refusal = client._refusal("audio_unreadable", "\x1b[2J" + "x" * 500 + "\n", Order("wav"))
    assert "\x1b" not in refusal.message
    assert len(refusal.message) < 250
