"""A form with a published revision and a draft beside it."""

from __future__ import annotations

from typing import Any

from sapa.accounts.models import Person
from sapa.scorecards.drafts import draft_make
from sapa.scorecards.models import ScorecardDraft
from sapa.scorecards.services import scorecard_publish
from sapa.scorecards.tests.cards import card, criterion
from sapa.scorecards.types import Scorecard

KEY = "test_form"


def published(*criteria: dict[str, Any], **more: Any) -> Scorecard:
    form = card(*(criteria or (criterion("greeting"), criterion("closing"))), **more)
    scorecard_publish(form)
    return form


def drafted(person: Person, *criteria: dict[str, Any], **more: Any) -> ScorecardDraft:
    published(*criteria, **more)
    return draft_make(person, KEY)
