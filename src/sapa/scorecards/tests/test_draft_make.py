from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.calls.services import queue_grant
from sapa.scorecards.drafts import draft_make, form_start
from sapa.scorecards.models import ScorecardDraft, ScorecardRecord
from sapa.scorecards.selectors import card_of
from sapa.scorecards.tests.cards import card, criterion
from sapa.scorecards.tests.drafted import KEY, drafted, published

pytestmark = pytest.mark.django_db


def test_a_draft_starts_as_the_newest_revision(bogdan: Person) -> None:
    published()
    form = published(band_pct=70)
    draft = draft_make(bogdan, KEY)
    assert card_of(draft) == form
    assert (draft.version, draft.changed_by, draft.based_on and draft.based_on.number) == (1, bogdan, 2)


def test_it_may_start_from_an_earlier_one_and_is_then_told_from_the_newest(bogdan: Person) -> None:
    first = published()
    published(band_pct=70)
    draft = draft_make(bogdan, KEY, revision=1)
    assert card_of(draft) == first
    assert draft.based_on is not None
    assert draft.based_on.number == 2


def test_what_is_imported_for_a_known_form_keeps_that_forms_key(bogdan: Person) -> None:
    published()
    draft = draft_make(bogdan, KEY, content=card(criterion("new"), key="elsewhere"))
    assert card_of(draft).key == KEY
    assert [one.key for one in card_of(draft).criteria] == ["new"]


def test_there_is_one_draft_of_a_form(bogdan: Person, administrator: Person, refused: Callable[..., Any]) -> None:
    drafted(bogdan)
    with refused("draft_exists"):
        draft_make(administrator, KEY)


@pytest.mark.parametrize("revision", [0, 2, -1])
def test_a_revision_that_is_not_there_is_refused(bogdan: Person, refused: Callable[..., Any], revision: int) -> None:
    published()
    with refused("scorecard_missing"):
        draft_make(bogdan, KEY, revision=revision)
    with refused("scorecard_missing"):
        draft_make(bogdan, "nothing")


def test_a_new_form_is_a_draft_without_any_revision(bogdan: Person, refused: Callable[..., Any]) -> None:
    draft = form_start(bogdan, card(key="brand_new", call_types=[], sections=[]))
    assert (draft.based_on, draft.scorecard.revisions.count()) == (None, 0)
    with refused("scorecard_exists"):
        form_start(bogdan, card(key="brand_new"))
    with refused("scorecard_exists"):
        form_start(bogdan, card(key="inbound_service"))


def test_making_is_audited(bogdan: Person) -> None:
    drafted(bogdan)
    entry = AuditEntry.objects.get(verb="scorecard.draft_made")
    assert (entry.subject, entry.person_id, entry.details) == (f"scorecard {KEY}", bogdan.pk, {"based_on": 1})


def test_who_sees_only_some_calls_or_does_not_manage_makes_none(
    bogdan: Person, celina: Person, aigerim: Person, daniyar: Person, refused: Callable[..., Any]
) -> None:
    published()
    queue_grant(None, "bogdan", "cards")
    for person in (bogdan, celina, aigerim, daniyar):
        with refused("forms_not_yours"):
            draft_make(person, KEY)
        with refused("forms_not_yours"):
            form_start(person, card(key="brand_new"))
    assert not ScorecardDraft.objects.exists()
    assert not ScorecardRecord.objects.filter(key="brand_new").exists()
