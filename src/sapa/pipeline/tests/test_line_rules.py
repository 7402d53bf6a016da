"""The rules of claim, lease and fence under any order of events, on whichever database this run is about.

A machine of hypothesis plays workers that claim, finish, fail, let go, die, wake up late or beat on; beside it stands a
plain account of who holds what. Whatever happens, a result counts once, and only from who holds the row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from django.db.models.functions import Now
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from sapa.calls.models import Call
from sapa.core.errors import SapaError
from sapa.pipeline import leases
from sapa.pipeline.errors import LateResult
from sapa.pipeline.leases import (
    leases_extend,
    stage_fail,
    stage_finish,
    stage_open,
    stage_release,
    stages_claim,
    stages_let_go,
    stages_of_dead,
    stages_sweep,
)
from sapa.pipeline.models import StagePriority, StageRow, StageState
from sapa.pipeline.services import stage_retry
from sapa.pipeline.stages import STAGE_KEYS, Stage
from sapa.pipeline.tests.test_leases import time_passes

FIRST, LAST = STAGE_KEYS[0], STAGE_KEYS[-1]
WORKERS = st.sampled_from(["one", "two", "three"])
AWAY = SapaError("storage_unreachable", "The storage is away.", retryable=True)
BROKEN = SapaError("audio_unreadable", "It cannot be decoded.")
LEDGER: list[tuple[UUID, str, object]] = []


@dataclass
class Account:
    """What we believe of one row: who holds it under which attempt, and how often it went wrong."""

    holder: str = ""
    attempt: int = 0
    deaths: int = 0
    tries: int = 0
    state: StageState = StageState.WAITING


@dataclass(frozen=True)
class Claimed:
    row: StageRow
    holder: str = field(default="")


class Line(RuleBasedStateMachine):
    claims = Bundle("claims")

    @initialize()
    def empty(self) -> None:
        Call.objects.all().delete()
        LEDGER.clear()
        self.accounts: dict[int, Account] = {}
        self.numbers = count()

    @rule(priority=st.sampled_from(StagePriority))
    def a_call_comes_in(self, priority: StagePriority) -> None:
        assume(Call.objects.count() < 5)
        at = Now()
        call = Call.objects.create(source_key=f"id:{next(self.numbers)}", started_at=at, created_at=at)
        stage_open(call.pk, FIRST, priority=priority)
        self.accounts[StageRow.objects.get(call=call).pk] = Account()

    @rule(target=claims, holder=WORKERS, limit=st.integers(1, 3))
    def claims_some(self, holder: str, limit: int) -> Any:
        rows = stages_claim(holder, limit=limit)
        assert len(rows) <= limit
        assert len({row.stage for row in rows}) <= 1
        for row in rows:
            account = self.accounts[row.pk]
            assert account.state == StageState.WAITING
            assert row.attempt == account.attempt + 1
            account.state, account.holder, account.attempt = StageState.RUNNING, holder, row.attempt
        return multiple(*(Claimed(row, holder) for row in rows))

    @rule(claimed=claims)
    def finishes(self, claimed: Claimed) -> None:
        account, row = self.accounts[claimed.row.pk], claimed.row
        if not self.is_holding(claimed):
            with pytest.raises(LateResult):
                stage_finish(row, row.attempt)
            return
        assert stage_finish(row, row.attempt)
        account.state, account.holder = StageState.DONE, ""
        if row.stage != LAST:
            following = StageRow.objects.get(call_id=row.call_id, stage=STAGE_KEYS[STAGE_KEYS.index(row.stage) + 1])
            self.accounts[following.pk] = Account()

    @rule(claimed=claims, error=st.sampled_from([AWAY, BROKEN]))
    def fails(self, claimed: Claimed, error: SapaError) -> None:
        stage_fail(claimed.row, error)
        if self.is_holding(claimed):
            account = self.accounts[claimed.row.pk]
            account.tries = claimed.row.tries + 1
            may_mend = error.retryable and account.tries < leases.MOST_TRIES
            account.state, account.holder = (StageState.WAITING if may_mend else StageState.FAILED), ""

    @rule(claimed=claims)
    def lets_go(self, claimed: Claimed) -> None:
        stage_release(claimed.row)
        if self.is_holding(claimed):
            account = self.accounts[claimed.row.pk]
            account.state, account.holder = StageState.WAITING, ""

    @rule(holder=WORKERS)
    def dies(self, holder: str) -> None:
        stages_of_dead(holder)
        for account in self.accounts.values():
            if account.holder == holder and account.state == StageState.RUNNING:
                self.died(account)
                account.holder = ""

    @rule(holder=WORKERS)
    def beats(self, holder: str) -> None:
        """What was taken for lost and claimed by nobody is its holder's again."""
        held = [account for account in self.accounts.values() if account.holder == holder]
        assert leases_extend(holder) == len(held)
        for account in held:
            account.deaths -= account.state == StageState.WAITING
            account.state = StageState.RUNNING

    @rule(holder=WORKERS)
    def does_not_know_what_it_claimed(self, holder: str) -> None:
        stages_let_go(holder)
        for account in self.accounts.values():
            if account.holder == holder:
                account.state, account.holder = StageState.WAITING, ""

    @rule(seconds=st.sampled_from([25, 70, 2000]))
    def time_goes_by(self, seconds: int) -> None:
        time_passes(seconds)

    @rule()
    def somebody_sweeps(self) -> None:
        running = list(StageRow.objects.filter(state=StageState.RUNNING).annotate(now=Now()))
        left_s = {row.pk: (row.lease_until - row.now).total_seconds() for row in running}  # type: ignore[operator]
        assume(all(abs(seconds) > 2 for seconds in left_s.values()))
        over = [key for key, seconds in left_s.items() if seconds < 0]
        stages_sweep()
        for key in over:
            self.died(self.accounts[key])

    @rule()
    def a_person_tries_all_again(self) -> None:
        for row in StageRow.objects.filter(state=StageState.FAILED):
            stage_retry(None, row.call)
            account = self.accounts[row.pk]
            account.state, account.tries, account.deaths = StageState.WAITING, 0, 0

    @invariant()
    def rows_are_as_accounted(self) -> None:
        for row in StageRow.objects.all():
            account = self.accounts[row.pk]
            believed = (account.state, account.holder, account.attempt, account.deaths, account.tries)
            assert (row.state, row.holder, row.attempt, row.deaths, row.tries) == believed
            assert (row.lease_until is not None) == (row.state == StageState.RUNNING)

    @invariant()
    def no_result_is_written_twice(self) -> None:
        written = [(call, stage) for call, stage, _ in LEDGER]
        assert len(written) == len(set(written))

    def teardown(self) -> None:
        """Whatever happened, every call can still be brought to its end."""
        if not hasattr(self, "accounts"):
            return
        for holder in ("one", "two", "three"):
            stages_of_dead(holder)
        for _ in range(100):
            for row in StageRow.objects.filter(state=StageState.FAILED):
                stage_retry(None, row.call)
            time_passes(3600)
            rows = stages_claim("last")
            if not rows:
                break
            for row in rows:
                stage_finish(row, row.attempt)
        assert {(call, stage) for call, stage, _ in LEDGER} == {
            (call, stage) for call in Call.objects.values_list("pk", flat=True) for stage in STAGE_KEYS
        }
        self.no_result_is_written_twice()

    def is_holding(self, claimed: Claimed) -> bool:
        account = self.accounts[claimed.row.pk]
        is_its = account.holder == claimed.holder and account.attempt == claimed.row.attempt
        return is_its and account.state in {StageState.RUNNING, StageState.WAITING}

    def died(self, account: Account) -> None:
        account.deaths += 1
        account.state = StageState.WAITING
        if account.deaths >= leases.MOST_DEATHS:
            account.state, account.holder = StageState.FAILED, ""


def test_a_result_counts_once_whatever_happens(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "MOST_DEATHS", 2)  # so low that both ends of the limits are met often
    monkeypatch.setattr(leases, "MOST_TRIES", 3)
    monkeypatch.setattr(Stage, "write", lambda stage, call_id, result: LEDGER.append((call_id, stage.key, result)))
    run_state_machine_as_test(
        Line,
        settings=settings(
            max_examples=60,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
