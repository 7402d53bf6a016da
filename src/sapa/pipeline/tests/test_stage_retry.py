from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.calls.models import Call
from sapa.core.errors import SapaError
from sapa.pipeline.leases import stage_fail, stage_finish
from sapa.pipeline.models import StageRow, StageState
from sapa.pipeline.services import stage_retry
from sapa.pipeline.tests.test_stage_finish import FACTS
from sapa.pipeline.tests.workbench import claim, stages_of, take


@pytest.fixture
def failed(db: None) -> Call:
    call = take().call
    row = claim()
    assert row is not None
    stage_fail(row, SapaError("audio_unreadable", "It cannot be decoded. Export it again."))
    return call


def test_a_failed_stage_keeps_its_code_and_sentence(failed: Call) -> None:
    row = StageRow.objects.get()
    assert (row.state, row.error_code) == (StageState.FAILED, "audio_unreadable")
    assert row.error_message == "It cannot be decoded. Export it again."
    assert row.finished_at is not None
    assert stages_of(failed) == {"recording": "failed"}


def test_a_failed_stage_is_left_alone_until_somebody_asks(failed: Call, bogdan: Person) -> None:
    assert claim() is None
    stage_retry(bogdan, failed)
    row = claim()
    assert row is not None
    assert (row.attempt, row.error_code) == (2, "")


def test_the_second_try_carries_the_call_on(failed: Call, bogdan: Person) -> None:
    stage_retry(bogdan, failed)
    row = claim()
    assert row is not None
    stage_finish(row, FACTS)
    assert stages_of(failed) == {"recording": "done", "transcribe": "waiting"}


def test_who_asked_is_written_down(failed: Call, bogdan: Person) -> None:
    stage_retry(bogdan, failed)
    entry = AuditEntry.objects.get(verb="stage.retried")
    assert (entry.person_id, entry.subject, entry.details) == (bogdan.pk, f"call {failed.pk}", {"stage": "recording"})


@pytest.mark.parametrize("state", [StageState.WAITING, StageState.RUNNING, StageState.DONE])
def test_what_did_not_fail_cannot_be_tried_again(
    failed: Call, bogdan: Person, refused: Callable[..., Any], state: StageState
) -> None:
    StageRow.objects.update(state=state)
    with refused("stage_not_failed"):
        stage_retry(bogdan, failed)
    assert not AuditEntry.objects.filter(verb="stage.retried").exists()
