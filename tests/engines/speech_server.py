"""A real server that speaks OpenAI's API for transcriptions: open-asr-server with the packaged model, as a process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import urllib3

from sapa.pipeline.tests.processes import free_port

KEY = "a-key-that-nobody-may-see"
WITHIN_S = 60.0  # it loads the model before it answers


@dataclass(frozen=True)
class RunningServer:
    url: str
    model: str


@contextmanager
def speech_server(model_folder: Path, log: Path) -> Iterator[RunningServer]:
    """Answers on a loopback port of its own until the block ends; it may fetch nothing."""
    port, model = free_port(), f"faster-whisper:{model_folder}"
    variables = {
        "HF_HUB_OFFLINE": "1",
        "OPEN_ASR_SERVER_API_KEY": KEY,
        "OPEN_ASR_SERVER_PRELOAD": model,
        "OPEN_ASR_SERVER_ALLOWED_MODELS": model,
    }
    command = [sys.executable, "-c", "from open_asr_server.cli import app; app()", "serve"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)], env=os.environ | variables, stdout=out, stderr=out
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/v1/models", process, log)
        yield RunningServer(f"http://127.0.0.1:{port}/v1", model)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline, pause = time.monotonic() + WITHIN_S, Event()
    with urllib3.PoolManager(retries=False) as pool:
        while not _answers(pool, address):
            assert process.poll() is None, f"the server ended: {log.read_text()}"
            assert time.monotonic() < deadline, f"no answer within {WITHIN_S} s: {log.read_text()}"
            pause.wait(0.2)


def _answers(pool: urllib3.PoolManager, address: str) -> bool:
    try:
        return pool.request("GET", address, headers={"Authorization": f"Bearer {KEY}"}, timeout=2.0).status == 200
    except urllib3.exceptions.HTTPError:
        return False
