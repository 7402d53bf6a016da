"""Drafts open for comment over the REST API."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from sapa.accounts.models import Person, Role
from sapa.consultations.models import Comment
from sapa.consultations.tests.rounds import commented, opened, person_of, reworded
from sapa.consultations.types import Terms
from sapa.scorecards.tests.drafted import KEY

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Person], Client]
ALL = "/api/v1/consultations"


def test_what_is_open_to_you_is_listed_with_its_words(bogdan: Person, aigerim: Person, api_of: SignedIn) -> None:
    made = opened(bogdan, terms=Terms(note="Fair?"))
    (told,) = api_of(aigerim).get(ALL).json()
    assert (told["id"], told["form"], told["note"], told["opened_by"]) == (made.pk, KEY, "Fair?", "Bogdan")
    assert [one["key"] for one in told["criteria"]] == ["greeting", "closing"]
    assert told["criteria"][0]["anchors"]["1"] == {"en": "all"}
    assert api_of(bogdan).get(ALL).json() == []


def test_a_comment_is_made_on_what_was_read(bogdan: Person, aigerim: Person, api_of: SignedIn) -> None:
    made, client = opened(bogdan), api_of(aigerim)
    (told,) = client.get(ALL).json()
    address = f"{ALL}/{made.pk}/comments"
    given = {"criterion": "greeting", "kind": "unclear", "text": "Which?", "read": told["criteria"][0]["read"]}
    response = client.post(address, given, content_type="application/json")
    assert response.status_code == 201
    assert response.json()["author"] == "Aigerim"
    assert [one["text"] for one in client.get(address).json()] == ["Which?"]
    reworded(bogdan)
    response = client.post(address, {**given, "text": "Again"}, content_type="application/json")
    assert (response.status_code, response.json()["error"]["code"]) == (409, "wording_changed")
    assert Comment.objects.count() == 1


def test_others_comments_are_not_told(bogdan: Person, aigerim: Person, api_of: SignedIn) -> None:
    erlan = person_of("erlan", Role.AGENT)
    made = opened(bogdan)
    commented(erlan, made)
    assert api_of(aigerim).get(f"{ALL}/{made.pk}/comments").json() == []
    assert len(api_of(bogdan).get(f"{ALL}/{made.pk}/comments").json()) == 1
