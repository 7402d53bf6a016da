from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from sapa.accounts.models import Person
from sapa.audit.models import AuditEntry
from sapa.calls.services import queue_grant
from sapa.scorecards.drafts import draft_criterion_add, draft_edit, draft_undo
from sapa.scorecards.editing import criterion_delete, criterion_move, section_set
from sapa.scorecards.models import ScorecardDraft, ScorecardRevision
from sapa.scorecards.selectors import card_of
from sapa.scorecards.tests.cards import criterion
from sapa.scorecards.tests.drafted import KEY, drafted, published
from sapa.scorecards.types import Scorecard

pytestmark = pytest.mark.django_db
RENAME = partial(section_set, key="all", title={"en": "Everything"})
DELETE = partial(criterion_delete, key="greeting")


def keys(draft: ScorecardDraft) -> list[str]:
    return [one.key for one in card_of(draft).criteria]


def test_an_edit_is_kept_with_who_and_the_next_version(bogdan: Person, administrator: Person) -> None:
    drafted(bogdan)
    draft = draft_edit(administrator, KEY, RENAME, version=1, verb="section_set", part="all")
    assert card_of(draft).sections[0].title == {"en": "Everything"}
    assert (draft.version, draft.changed_by) == (2, administrator)
    entry = AuditEntry.objects.get(verb="scorecard.draft_changed")
    assert (entry.person_id, entry.details) == (administrator.pk, {"change": "section_set", "part": "all"})


def test_what_is_published_stays_as_it_is(bogdan: Person) -> None:
    drafted(bogdan)
    draft_edit(bogdan, KEY, DELETE, version=1, verb="criterion_delete")
    content = ScorecardRevision.objects.get(scorecard__key=KEY).content
    assert len(content["sections"][0]["criteria"]) == 2


def test_who_read_an_older_version_overwrites_nothing(
    bogdan: Person, administrator: Person, refused: Callable[..., Any]
) -> None:
    drafted(bogdan)
    draft_edit(administrator, KEY, RENAME, version=1, verb="section_set")
    with refused("draft_conflict", version=2):
        draft_edit(bogdan, KEY, DELETE, version=1, verb="criterion_delete")
    assert keys(ScorecardDraft.objects.get()) == ["greeting", "closing"]
    assert AuditEntry.objects.filter(verb="scorecard.draft_changed").count() == 1


def test_a_part_that_is_gone_is_said_and_nothing_is_written(bogdan: Person, refused: Callable[..., Any]) -> None:
    drafted(bogdan)
    with refused("form_part_missing"):
        draft_edit(bogdan, KEY, partial(criterion_move, key="nobody", by=1), version=1, verb="criterion_move")
    assert ScorecardDraft.objects.get().version == 1


def test_content_that_would_not_be_read_back_is_refused(bogdan: Person, refused: Callable[..., Any]) -> None:
    drafted(bogdan)

    def spoil(form: Scorecard) -> Scorecard:
        return form.model_copy(update={"band_pct": 400.0})

    with refused("form_edit_invalid"):
        draft_edit(bogdan, KEY, spoil, version=1, verb="spoil")


def test_the_last_change_is_taken_back_and_brought_again(bogdan: Person, refused: Callable[..., Any]) -> None:
    drafted(bogdan)
    with refused("nothing_to_undo"):
        draft_undo(bogdan, KEY, version=1)
    assert keys(draft_edit(bogdan, KEY, DELETE, version=1, verb="criterion_delete")) == ["closing"]
    assert keys(draft_undo(bogdan, KEY, version=2)) == ["greeting", "closing"]
    assert keys(draft_undo(bogdan, KEY, version=3)) == ["closing"]
    with refused("draft_conflict"):
        draft_undo(bogdan, KEY, version=3)


def test_a_key_that_any_revision_had_is_not_given_again(bogdan: Person) -> None:
    published(criterion("tone"))
    drafted(bogdan, criterion("greeting"))
    draft = draft_criterion_add(bogdan, KEY, "all", {"en": "Tone"}, version=1)
    draft = draft_criterion_add(bogdan, KEY, "all", {"en": "Greeting"}, version=draft.version)
    draft = draft_criterion_add(bogdan, KEY, "all", {"ru": "Тон"}, version=draft.version)
    assert keys(draft) == ["greeting", "tone_2", "greeting_2", "criterion_1"]


def test_others_change_nothing(bogdan: Person, celina: Person, refused: Callable[..., Any]) -> None:
    drafted(bogdan)
    queue_grant(None, "bogdan", "cards")
    bogdan.is_scoped = None
    for person in (bogdan, celina):
        with refused("forms_not_yours"):
            draft_edit(person, KEY, DELETE, version=1, verb="criterion_delete")
        with refused("forms_not_yours"):
            draft_undo(person, KEY, version=1)
    with refused("forms_not_yours"):
        draft_criterion_add(celina, KEY, "all", {"en": "Tone"}, version=1)


def test_a_form_without_a_draft_is_said(administrator: Person, refused: Callable[..., Any]) -> None:
    published()
    with refused("draft_missing"):
        draft_edit(administrator, KEY, DELETE, version=1, verb="criterion_delete")
