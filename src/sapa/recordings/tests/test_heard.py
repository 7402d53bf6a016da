"""The player tells what was played; the audit trail keeps it, one row for each person, call and stretch."""

from __future__ import annotations

import pytest

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.calls.models import Call
from tests.fixtures.cast import SignedIn


def test_it_keeps_the_stretch(call: Call, celina: Person, signed_in: SignedIn) -> None:
    response = signed_in(celina).post(f"/recordings/{call.pk}/heard", {"start_s": "3.5", "end_s": "7.25"})
    row = AuditEntry.objects.get(verb="recording.heard")
    assert response.status_code == 204
    assert (row.person_id, row.subject, row.start_s, row.end_s) == (celina.pk, f"call {call.pk}", 3.5, 7.25)


def test_stretches_that_touch_are_one_row(call: Call, celina: Person, signed_in: SignedIn) -> None:
    client = signed_in(celina)
    for start_s, end_s in ((0, 5), (5, 9), (20, 22)):
        client.post(f"/recordings/{call.pk}/heard", {"start_s": start_s, "end_s": end_s})
    rows = AuditEntry.objects.filter(verb="recording.heard").order_by("start_s")
    assert [(row.start_s, row.end_s) for row in rows] == [(0, 9), (20, 22)]


@pytest.mark.parametrize(
    ("start_s", "end_s"), [("5", "4"), ("-1", "4"), ("0", "999"), ("nan", "4"), ("0", "inf"), ("x", "4"), ("", "")]
)
def test_it_refuses_what_cannot_have_been_heard(
    call: Call, celina: Person, signed_in: SignedIn, start_s: str, end_s: str
) -> None:
    response = signed_in(celina).post(f"/recordings/{call.pk}/heard", {"start_s": start_s, "end_s": end_s})
    assert response.status_code == 400
    assert not AuditEntry.objects.filter(verb="recording.heard").exists()


def test_outsider_gets_404(call: Call, daniyar: Person, signed_in: SignedIn) -> None:
    response = signed_in(daniyar).post(f"/recordings/{call.pk}/heard", {"start_s": "0", "end_s": "1"})
    assert response.status_code == 404


def test_looking_is_not_hearing(call: Call, celina: Person, signed_in: SignedIn) -> None:
    assert signed_in(celina).get(f"/recordings/{call.pk}/heard").status_code == 405
