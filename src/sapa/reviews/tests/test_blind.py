"""Who sees the machine's marks before their own, and that it is written down."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.reviews.models import MachineShown
from sapa.reviews.selectors import calls_to_mark, machine_is_hidden_at_desk, machine_is_hidden_from
from sapa.reviews.services import machine_show, review_reopen, review_start, review_submit
from sapa.reviews.tests.test_reviewing import marked, submitted
from sapa.reviews.types import Judgement

pytestmark = pytest.mark.django_db
OF_THE_MACHINE = re.compile(r"marked by the machine|\b70\s%|class=\"verdict ")


def test_a_reviewer_sees_no_figure_of_the_machine_anywhere(
    celina: Person, call: Call, signed_in: Any, api_of: Any
) -> None:
    site: Client = signed_in(celina)
    for address in ("/calls/", "/calls/?verdict=successful", f"/calls/{call.pk}/"):
        page = site.get(address).content.decode()
        assert not OF_THE_MACHINE.search(page), address
    assert "Robert Johnson" not in site.get("/calls/?verdict=successful").content.decode()
    result = api_of(celina).get(f"/api/v1/calls/{call.pk}").json()["result"]
    assert result["evaluation"] is None
    assert result["turns"]
    assert not MachineShown.objects.exists()


def test_after_their_own_is_submitted_everything_is_open(celina: Person, call: Call, signed_in: Any) -> None:
    submitted(celina, call)
    page = signed_in(celina).get(f"/calls/{call.pk}/").content.decode()
    assert "marked by the machine" in page
    page = signed_in(celina).get("/calls/").content.decode()
    assert re.search(r"\b70\s%", page)
    assert re.search('class="verdict ', page)


def test_a_change_after_the_machine_was_seen_is_not_blind_any_more(celina: Person, call: Call, signed_in: Any) -> None:
    first = submitted(celina, call)
    signed_in(celina).get(f"/calls/{call.pk}/")
    draft = review_reopen(celina, first, reason="heard again")
    assert review_submit(celina, draft, version=draft.version).is_blind is False


def test_whoever_asks_sees_it_and_is_written_down(celina: Person, call: Call, signed_in: Any) -> None:
    site: Client = signed_in(celina)
    assert site.post(f"/calls/{call.pk}/machine").status_code == 302
    assert "marked by the machine" in site.get(f"/calls/{call.pk}/").content.decode()
    assert MachineShown.objects.filter(person=celina, call=call).count() == 1
    assert submitted(celina, call).is_blind is False


def test_a_supervisor_sees_it_and_a_look_is_written_down(bogdan: Person, call: Call, signed_in: Any) -> None:
    assert machine_is_hidden_at_desk(bogdan, call)
    assert not machine_is_hidden_from(bogdan, call)
    signed_in(bogdan).get(f"/calls/{call.pk}/")
    assert not machine_is_hidden_at_desk(bogdan, call)
    assert submitted(bogdan, call).is_blind is False


def test_a_look_by_the_program_interface_counts_too(bogdan: Person, call: Call, api_of: Any) -> None:
    assert api_of(bogdan).get(f"/api/v1/calls/{call.pk}").json()["result"]["evaluation"]["cqr_pct"] == 70
    assert MachineShown.objects.filter(person=bogdan).exists()


def test_an_agents_look_is_nobodys_business(aigerim: Person, call: Call, signed_in: Any) -> None:
    assert "marked by the machine" in signed_in(aigerim).get(f"/calls/{call.pk}/").content.decode()
    assert not MachineShown.objects.exists()


def test_switched_off_nothing_is_hidden(celina: Person, call: Call, signed_in: Any, settings: Any) -> None:
    settings.SAPA_BLIND_REVIEWS = False
    assert "marked by the machine" in signed_in(celina).get(f"/calls/{call.pk}/").content.decode()
    assert not machine_is_hidden_at_desk(celina, call)


def test_without_an_evaluation_there_is_nothing_to_hide(celina: Person, call: Call) -> None:
    call.evaluations.all().delete()
    assert not machine_is_hidden_from(celina, call)
    assert submitted_without_form(celina, call) == []


def submitted_without_form(person: Person, call: Call) -> list[str]:
    """The form is then the one that the call would get."""
    review = review_start(person, call)
    return [mark.criterion for mark in review.marks.all() if mark.judgement != Judgement.OPEN]


def test_the_next_call_is_one_that_nobody_marked_or_marks(celina: Person, bogdan: Person, call: Call) -> None:
    assert calls_to_mark(celina).first() == call
    marked(bogdan, review_start(bogdan, call), "need", Judgement.FULL)
    assert calls_to_mark(celina).first() is None


def test_who_sees_no_call_gets_none(daniyar: Person, call: Call) -> None:
    assert calls_to_mark(daniyar).first() is None


def test_it_is_shown_once_however_often(bogdan: Person, call: Call) -> None:
    machine_show(bogdan, call)
    machine_show(bogdan, call)
    assert MachineShown.objects.count() == 1
