"""The site is killed while a client hands in calls: what was answered is there, once; the rest is sent again."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from threading import Event, Thread

from sapa.pipeline.tests.processes import child_running, until
from tests.faults.clips import clip
from tests.faults.figures import Figures, wrong_of
from tests.faults.site import Site, site_of
from tests.faults.world import World

AGAIN_S = 0.1


@dataclass(frozen=True)
class Size:
    kills: int
    least_uploads: int


SHORT = Size(kills=3, least_uploads=10)
FULL = Size(kills=40, least_uploads=400)


@dataclass
class Client:
    """Hands in one recording after the other, each as often as it takes to get an answer."""

    site: Site
    taken: dict[int, str] = field(default_factory=dict)  # clip → id of its call
    unanswered: int = 0
    strange: list[int] = field(default_factory=list)
    _over: Event = field(default_factory=Event)

    def start(self) -> Thread:
        thread = Thread(target=self._run, name="client")
        thread.start()
        return thread

    def stop(self) -> None:
        self._over.set()

    def _run(self) -> None:
        for number in count():
            if self._over.is_set():
                return
            self._hand_in(number)

    def _hand_in(self, number: int) -> None:
        """To the end, even when asked to stop: what was sent once must be answered once."""
        while True:
            answer = self.site.hand_in(clip(number), name=f"call-{number}.wav")
            if answer is not None and answer[0] in {200, 201}:
                self.taken[number] = answer[1]["id"]
                return
            if answer is None:
                self.unanswered += 1
            else:
                self.strange.append(answer[0])
            Event().wait(AGAIN_S)


def run(world: World, size: Size) -> Figures:
    chance = random.Random(20260309)
    site = site_of(world, SAPA_WORKER_STAGES="recording")  # it is about the site; the speech model is slow to start
    client, hit = Client(site), Counter[str]()
    thread = client.start()
    recoveries_s = []
    for number in range(size.kills):
        before = len(client.taken)
        until(lambda before=before: len(client.taken) > before + 1, within_s=120)  # type: ignore[misc]
        Event().wait(chance.uniform(0, 0.3))
        hit[kill_some(site, number, chance)] += 1
        began_s = time.monotonic()
        before = len(client.taken)
        until(lambda before=before: len(client.taken) > before, within_s=120)  # type: ignore[misc]
        recoveries_s.append(time.monotonic() - began_s)
    until(lambda: len(client.taken) >= size.least_uploads, within_s=300)
    client.stop()
    thread.join(timeout=60)
    return figures_of(world, client, hit, recoveries_s)


def kill_some(site: Site, number: int, chance: random.Random) -> str:
    """Who is killed; `sapa serve` itself is started again here, as systemd would."""
    web = until(lambda: site.child("gunicorn"), within_s=60)
    scheduler = site.child("scheduler")
    kinds = ["all of it", "web worker", "web", *(["scheduler"] if scheduler else [])]
    kind = kinds[number % len(kinds)]
    if kind == "all of it":
        site.process.kill()
        site.start_again()
    elif kind == "web worker":
        os.kill(until(lambda: child_running(web, "gunicorn")), signal.SIGKILL)
    elif kind == "web":
        os.kill(web, signal.SIGKILL)
    else:
        os.kill(scheduler or 0, signal.SIGKILL)
        until(lambda: site.child("scheduler"), within_s=60)
    return kind


def figures_of(world: World, client: Client, hit: Counter[str], recoveries_s: list[float]) -> Figures:
    rows = {str(key).replace("-", "") for (key,) in world.ask("SELECT id FROM calls_call")}
    answered = {key.replace("-", "") for key in client.taken.values()}
    lost = len(answered - rows) + len(client.taken) - len(answered)
    doubled = len(rows - answered)
    named = {str(blob) for (blob,) in world.ask("SELECT blob_id FROM recordings_recordingpart")}
    stored = {path.name for path in (world.data_dir / "blobs").rglob("*") if path.is_file()}
    notes = [
        ", ".join(f"{kind} killed {times}×" for kind, times in hit.items()),
        f"{client.unanswered} requests without an answer, sent again",
        f"{len(stored - named)} files left over for the tidying",
    ]
    wrong = wrong_of(files_missing=len(named - stored), answers_strange=len(client.strange))
    times, title = hit.total(), "kill -9 of the site under uploads"
    return Figures(title, world.title, times, len(rows), lost, doubled, recoveries_s, notes, wrong)
