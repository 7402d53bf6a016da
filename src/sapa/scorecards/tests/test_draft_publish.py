from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.scorecards.drafts import draft_discard, draft_edit, draft_publish, form_start
from sapa.scorecards.editing import section_set
from sapa.scorecards.models import ScorecardDraft, ScorecardRecord, ScorecardRevision
from sapa.scorecards.selectors import scorecard_of
from sapa.scorecards.tests.cards import card, criterion
from sapa.scorecards.tests.drafted import KEY, drafted, published
from sapa.scorecards.types import Scorecard

pytestmark = pytest.mark.django_db
RENAME = partial(section_set, key="all", title={"en": "Everything"})


def test_a_draft_becomes_the_next_revision_and_is_gone(bogdan: Person) -> None:
    drafted(bogdan)
    draft_edit(bogdan, KEY, RENAME, version=1, verb="section_set")
    publication = draft_publish(bogdan, KEY, version=2)
    assert (publication.changed, publication.revision.number) == (True, 2)
    assert scorecard_of(publication.revision).sections[0].title == {"en": "Everything"}
    assert not ScorecardDraft.objects.exists()
    entry = AuditEntry.objects.filter(verb="scorecard.published").latest("pk")
    assert (entry.person_id, entry.details) == (bogdan.pk, {"revision": 2})


def test_a_draft_without_a_change_is_no_new_revision(bogdan: Person) -> None:
    drafted(bogdan)
    publication = draft_publish(bogdan, KEY, version=1)
    assert (publication.changed, publication.revision.number) == (False, 1)


def test_while_something_is_wrong_it_stays_a_draft(bogdan: Person, refused: Callable[..., Any]) -> None:
    form_start(bogdan, card(criterion(weights={}), key="brand_new"))
    with refused("draft_unfinished"):
        draft_publish(bogdan, "brand_new", version=1)
    assert ScorecardDraft.objects.count() == 1
    assert not ScorecardRevision.objects.filter(scorecard__key="brand_new").exists()


def test_what_somebody_changed_meanwhile_is_not_published_unseen(
    bogdan: Person, administrator: Person, refused: Callable[..., Any]
) -> None:
    drafted(bogdan)
    draft_edit(administrator, KEY, RENAME, version=1, verb="section_set")
    with refused("draft_conflict"):
        draft_publish(bogdan, KEY, version=1)


def test_a_discarded_draft_leaves_the_published_form(bogdan: Person, refused: Callable[..., Any]) -> None:
    drafted(bogdan)
    with refused("draft_conflict"):
        draft_discard(bogdan, KEY, version=7)
    draft_discard(bogdan, KEY, version=1)
    assert not ScorecardDraft.objects.exists()
    assert ScorecardRecord.objects.filter(key=KEY).exists()
    assert AuditEntry.objects.filter(verb="scorecard.draft_discarded", person_id=bogdan.pk).exists()


def test_a_form_that_was_never_published_goes_with_its_draft(bogdan: Person) -> None:
    form_start(bogdan, card(key="brand_new"))
    draft_discard(bogdan, "brand_new", version=1)
    assert not ScorecardRecord.objects.filter(key="brand_new").exists()


def test_neither_is_for_others(bogdan: Person, celina: Person, refused: Callable[..., Any]) -> None:
    drafted(bogdan)
    for service in (draft_publish, draft_discard):
        with refused("forms_not_yours"):
            service(celina, KEY, version=1)


def test_what_was_published_before_forms_could_say_more_is_the_same_content_now(bogdan: Person) -> None:
    """Its digest was made without the fields that came later."""
    published()
    ScorecardRevision.objects.filter(scorecard__key=KEY).update(digest="made by an older program")
    stored = Scorecard.model_validate(ScorecardRevision.objects.get(scorecard__key=KEY).content)
    assert stored.mode == "cqr"
    assert all(one.na_allowed and not one.conditions for one in stored.criteria)
    published()
    assert ScorecardRevision.objects.filter(scorecard__key=KEY).count() == 1
