"""Carrying calls through the line: claim rows, do their work, write the results, let go when asked to stop."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connection

from sapa.audit.errors import ChainBroken
from sapa.audit.sealing import audit_seal
from sapa.core.errors import SapaError
from sapa.pipeline.errors import DatabaseAway, LateResult
from sapa.pipeline.keeper import Keeper, keeper
from sapa.pipeline.leases import (
    stage_fail,
    stage_finish,
    stage_progress,
    stage_release,
    stages_claim,
    stages_due,
    stages_let_go,
    stages_sweep,
)
from sapa.pipeline.models import StageRow
from sapa.pipeline.presence import worker_gone, worker_seen
from sapa.pipeline.stages import STAGE_KEYS, stage_named

log = logging.getLogger("sapa.line")
IDLE_S = 0.5
PROGRESS_EVERY_S = 1.0
DATABASE_AGAIN_S = 2.0
SEAL_S = 1.0  # at a time; a long backlog must not hold up the calls
MOST_UNEXPECTED = 3  # a mistake of ours seldom mends itself
MOST_ANSWERED = 60  # tries to save, two minutes: a full disk may be freed, a mistake of ours will not mend
AWAY = (OperationalError, InterfaceError)  # gone, restarting, locked for too long, its disk full: it comes back


class StopSign(Protocol):
    """`threading.Event`, or one that several processes share."""

    def is_set(self) -> bool: ...

    def wait(self, timeout: float | None = None) -> bool: ...


class _Stopped(Exception):
    """The worker is asked to stop; the stage in hand is left."""


@dataclass(frozen=True)
class Turn:
    """`done` rows were worked at; `left` are the stages that have more which is due."""

    done: int
    left: tuple[str, ...]


class Worker:
    """One working process; it holds the speech model once loaded, and rows under its own name.

    Nothing that happens to the database ends it: while that is away it waits, with the finished result in its hands.
    """

    def __init__(
        self,
        stop: StopSign,
        *,
        stages: Sequence[str] = STAGE_KEYS,
        at_once: int | None = None,
        heartbeat: bool = True,
    ) -> None:
        self._stop = stop
        self._stages = stages
        self._at_once = at_once
        self._keeping: AbstractContextManager[Keeper] = keeper() if heartbeat else nullcontext(Keeper())
        self._heartbeat = heartbeat
        self._sweep_due_s = self._sweeps_rest_until_s = 0.0
        self._may_hold = False

    def __enter__(self) -> Self:
        self._keeper = self._keeping.__enter__()
        log.info("worker %s takes %s", self.holder, ", ".join(self._stages), extra={"holder": self.holder})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(DatabaseError, InterfaceError):  # it will be missed soon enough
            worker_gone(self.holder)
        self._keeping.__exit__(kind, problem, trace)

    @property
    def holder(self) -> str:
        return self._keeper.holder

    def run_until_stopped(self) -> None:
        while not self._stop.is_set():
            if not self.run_some():
                self._keeper.resting()
                self._stop.wait(IDLE_S)

    def run_turn(self, *, limit_s: float) -> Turn:
        """Work until nothing is due or the turn is over; a row that was begun is finished all the same."""
        over_s, done = time.monotonic() + limit_s, 0
        while not self._stop.is_set() and time.monotonic() < over_s and (count := self.run_some()):
            done += count
        self._keeper.resting()
        return Turn(done, tuple(self._patiently(lambda: stages_due(self._stages)) or ()))

    def run_all(self) -> int:
        """Work until nothing is due; how many rows were worked at."""
        done = 0
        while not self._stop.is_set() and (count := self.run_some()):
            done += count
        return done

    def run_some(self) -> int:
        """Claim what is best and work at it; 0 when there is nothing."""
        if time.monotonic() >= self._sweep_due_s:
            self._sweep_due_s = time.monotonic() + sweep_every_s() * random.uniform(0.8, 1.2)  # noqa: S311 - spread
            self._patiently(lambda: worker_seen(self.holder, self._stages))
            self._patiently(self.sweep)
        rows = self._patiently(self._claim) or []
        for place, row in enumerate(rows):
            if self._stop.is_set():
                for left in rows[place:]:
                    self._patiently(lambda left=left: stage_release(left), even_when_stopped=True)  # type: ignore[misc]
                return place
            self._run(row)
        self._may_hold = False
        return len(rows)

    def sweep(self) -> None:
        """Not soon after the database was away: those who live must be the first to say so."""
        if time.monotonic() < self._sweeps_rest_until_s:
            return
        if returned := stages_sweep():
            log.warning("%d stages whose worker was lost wait again", returned)
        try:
            audit_seal(budget_s=SEAL_S)
        except ChainBroken as exc:
            log.error("%s", exc.message, extra={"code": exc.code})

    def _claim(self) -> list[StageRow]:
        """A claim whose answer was lost may have been made, and the heartbeat would hold its rows for ever."""
        if self._may_hold:
            stages_let_go(self.holder)
        self._may_hold = True
        rows = stages_claim(self.holder, stages=self._stages, limit=self._at_once)
        self._may_hold = bool(rows)
        return rows

    def _run(self, row: StageRow) -> None:
        told = {"call": str(row.call_id), "stage": row.stage, "attempt": row.attempt}
        started = time.monotonic()
        try:
            if self._heartbeat:
                self._keeper.begun()
            result = stage_named(row.stage).run(row.call_id, self._reporter(row))
            self._save(row, result)
        except _Stopped:
            self._patiently(lambda: stage_release(row), even_when_stopped=True)
            log.info("call %s %s was broken off to stop; it waits again", row.call_id, row.stage, extra=told)
        except LateResult as exc:
            log.warning("%s", exc.message, extra=told)
        except AWAY as exc:
            _tell_away(exc)
            self._fail(row, DatabaseAway())
        except SapaError as exc:
            told["code"] = exc.code
            log.warning("call %s %s failed: %s %s", row.call_id, row.stage, exc.code, exc.message, extra=told)
            self._fail(row, exc)
        except Exception:
            # The edge of the line: whatever a stage raises, the call keeps its reason and the line goes on.
            log.exception("call %s %s failed unexpectedly", row.call_id, row.stage, extra=told)
            self._fail(row, _unexpected(), most_tries=MOST_UNEXPECTED)
        else:
            told["took_s"] = round(time.monotonic() - started, 3)
            log.info("call %s %s done in %.1f s", row.call_id, row.stage, told["took_s"], extra=told)

    def _save(self, row: StageRow, result: Any) -> None:
        """A result may have taken half an hour, so it is held on to while the database is away."""
        saved = self._patiently(lambda: stage_finish(row, result), even_when_stopped=True, most_answered=MOST_ANSWERED)
        if not saved:
            log.warning("call %s %s: the result could not be saved before the stop", row.call_id, row.stage)

    def _fail(self, row: StageRow, error: SapaError, **limits: int) -> None:
        self._patiently(lambda: stage_fail(row, error, **limits), even_when_stopped=True)

    def _patiently(
        self, act: Callable[[], Any], *, even_when_stopped: bool = False, most_answered: int | None = None
    ) -> Any:
        """Do it as soon as the database lets us; None when asked to stop before that.

        `even_when_stopped` tries once after the stop, for what is worth saving; what cannot be saved then is returned
        to the line by the keeper or a sweep. `most_answered` ends the patience with a database that is there and
        refuses just this.
        """
        failures = answered = 0
        while even_when_stopped or not self._stop.is_set():
            try:
                if not connection.in_atomic_block:
                    close_old_connections()
                return act()
            except AWAY as exc:
                self._sweeps_rest_until_s = time.monotonic() + settings.SAPA_LEASE_S / 3
                failures += 1
                if failures == 1:
                    _tell_away(exc)
                answered += _database_answers()
                if most_answered is not None and answered >= most_answered:
                    raise
            if self._stop.wait(DATABASE_AGAIN_S):
                return None
        return None

    def _reporter(self, row: StageRow) -> Callable[[float], None]:
        last_s = 0.0

        def report(share: float) -> None:
            nonlocal last_s
            if self._stop.is_set() and share < 1.0:  # what is done is worth saving
                raise _Stopped
            if time.monotonic() - last_s >= PROGRESS_EVERY_S:
                last_s = time.monotonic()
                if self._heartbeat:
                    self._keeper.begun(again=False)
                try:
                    stage_progress(row, share)
                except AWAY as exc:
                    log.debug("progress not told: %s", exc)  # the work goes on without

        return report


def run_until(stop: StopSign, *, stages: Sequence[str] = STAGE_KEYS) -> None:
    """Work until `stop` is set; the stage in hand is left at its next sign of progress, to wait again."""
    with Worker(stop, stages=stages) as worker:
        worker.run_until_stopped()


def sweep_every_s() -> float:
    """Together with a lease, the pause after a death and a look it keeps a lost row from lying for 90 s (ADR 9)."""
    return settings.SAPA_LEASE_S / 6


def _database_answers() -> bool:
    if connection.in_atomic_block:
        return True
    connection.close()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except AWAY:
        return False
    return True


def _tell_away(problem: Exception) -> None:
    log.warning("the database cannot be reached; waiting for it: %s", str(problem).partition("\n")[0])


def _unexpected() -> SapaError:
    return SapaError(
        "unexpected_error",
        "Something went wrong that Sapa did not expect. The log of the worker has the details; try again, "
        "and report it if it comes back.",
        retryable=True,
    )
