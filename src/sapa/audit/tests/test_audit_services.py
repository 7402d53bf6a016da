from __future__ import annotations

import pytest

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.audit.services import SAME_HEARING, TOUCHING_S, audit_stretch, audit_write
from sapa.pipeline.tests.workbench import at_once
from tests.fixtures.world import FrozenClock

VERB, SUBJECT = "recording.heard", "call 1"


def heard(person: Person, start_s: float, end_s: float, *, verb: str = VERB, subject: str = SUBJECT) -> AuditEntry:
    return audit_stretch(verb, subject=subject, person=person, start_s=start_s, end_s=end_s)


def stretches() -> list[tuple[float | None, float | None]]:
    return list(AuditEntry.objects.filter(verb=VERB).order_by("id").values_list("start_s", "end_s"))


def test_an_act_is_kept_with_who_when_and_what(bogdan: Person, frozen_clock: FrozenClock) -> None:
    entry = audit_write("stage.retried", subject=SUBJECT, person=bogdan, stage="grade")
    entry.refresh_from_db()
    assert (entry.verb, entry.subject, entry.person, entry.at) == ("stage.retried", SUBJECT, bogdan, frozen_clock.at)
    assert entry.details == {"stage": "grade"}


@pytest.mark.django_db
def test_an_act_of_the_machine_has_no_person() -> None:
    assert audit_write("call.taken", subject=SUBJECT).person is None


def test_playing_on_lengthens_the_row(bogdan: Person, frozen_clock: FrozenClock) -> None:
    heard(bogdan, 0.0, 5.0)
    frozen_clock.advance(seconds=5)
    entry = heard(bogdan, 5.0, 10.0)
    assert stretches() == [(0.0, 10.0)]
    assert (entry.last_at - entry.at).total_seconds() == 5


def test_playing_again_keeps_one_row(bogdan: Person) -> None:
    heard(bogdan, 2.0, 8.0)
    heard(bogdan, 3.0, 4.0)
    assert stretches() == [(2.0, 8.0)]


def test_going_back_a_little_lengthens_the_row_to_the_front(bogdan: Person) -> None:
    heard(bogdan, 5.0, 8.0)
    heard(bogdan, 3.0, 5.0 - TOUCHING_S)
    assert stretches() == [(3.0, 8.0)]


def test_a_jump_is_another_row(bogdan: Person) -> None:
    heard(bogdan, 0.0, 5.0)
    heard(bogdan, 5.0 + TOUCHING_S + 0.01, 9.0)
    assert stretches() == [(0.0, 5.0), (5.51, 9.0)]


def test_a_long_break_is_another_row(bogdan: Person, frozen_clock: FrozenClock) -> None:
    heard(bogdan, 0.0, 5.0)
    frozen_clock.at += SAME_HEARING
    heard(bogdan, 0.0, 5.0)
    assert len(stretches()) == 1
    frozen_clock.at += SAME_HEARING
    frozen_clock.advance(seconds=1)
    heard(bogdan, 0.0, 5.0)
    assert len(stretches()) == 2


def test_every_person_call_and_act_has_rows_of_its_own(bogdan: Person, celina: Person) -> None:
    heard(bogdan, 0.0, 5.0)
    heard(celina, 0.0, 5.0)
    heard(bogdan, 0.0, 5.0, subject="call 2")
    heard(bogdan, 0.0, 5.0, verb="recording.served")
    assert AuditEntry.objects.filter(verb__startswith="recording.").count() == 4


def test_a_stretch_between_two_makes_them_one(bogdan: Person, frozen_clock: FrozenClock) -> None:
    first = heard(bogdan, 0.0, 10.0)
    frozen_clock.advance(seconds=5)
    heard(bogdan, 20.0, 30.0)
    frozen_clock.advance(seconds=5)
    joined = heard(bogdan, 10.0, 20.0)
    assert stretches() == [(0.0, 30.0)]
    assert (joined.pk, joined.at, joined.last_at) == (first.pk, first.at, frozen_clock.at)


def test_the_same_stretch_twice_at_once_is_one_row(transactional_db: None, bogdan: Person) -> None:
    for number in range(10):
        subject = f"call {number}"
        for act in at_once(*2 * [lambda subject=subject: heard(bogdan, 0.0, 8.0, subject=subject)]):
            act.result()
    assert AuditEntry.objects.filter(verb=VERB).count() == 10


def test_neighbouring_stretches_at_once_are_one_row(transactional_db: None, bogdan: Person) -> None:
    for act in at_once(
        *(lambda start_s=start_s: heard(bogdan, start_s, start_s + 8.0) for start_s in (0.0, 8.0, 16.0))
    ):
        act.result()
    assert stretches() == [(0.0, 24.0)]
