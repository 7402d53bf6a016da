"""Writing, changing, removing and answering comments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from sapa.accounts.models import Person, Role
from sapa.audit.models import AuditEntry
from sapa.consultations import comments
from sapa.consultations.comments import comment_add, comment_change, comment_remove, comment_reply
from sapa.consultations.models import Comment, DraftReading
from sapa.consultations.selectors import comment_counts, own_comment, read_card
from sapa.consultations.services import consultation_close
from sapa.consultations.tests.rounds import commented, opened, person_of, reworded, said, team_of
from sapa.consultations.types import Outcome, Terms
from sapa.scorecards.drafts import draft_discard, draft_publish
from sapa.scorecards.tests.drafted import KEY
from tests.fixtures.world import FrozenClock

pytestmark = pytest.mark.django_db
Refused = Callable[..., Any]


@pytest.fixture
def erlan(db: None) -> Person:
    return person_of("erlan", Role.AGENT)


def test_a_comment_keeps_what_was_read(bogdan: Person, aigerim: Person) -> None:
    made = opened(bogdan)
    comment = commented(aigerim, made, "greeting", text="  Which greeting?\x00 ")
    reworded(bogdan)
    comment.refresh_from_db()
    assert (comment.kind, comment.text, comment.outcome) == ("unclear", "Which greeting?", "")
    assert read_card(comment.reading).criteria[0].title == {"en": "greeting"}


def test_one_version_is_kept_once_for_all_who_answer_to_it(bogdan: Person, aigerim: Person, erlan: Person) -> None:
    made = opened(bogdan)
    commented(aigerim, made)
    commented(erlan, made)
    assert DraftReading.objects.count() == 1
    reworded(bogdan)
    commented(erlan, made, text="Better now", kind="clear")
    assert list(DraftReading.objects.values_list("draft_version", flat=True)) == [1, 2]


def test_the_whole_form_can_be_commented_on(bogdan: Person, aigerim: Person) -> None:
    assert commented(aigerim, opened(bogdan), "", kind="missing").criterion == ""


def test_other_words_than_were_read_are_not_commented_on(bogdan: Person, aigerim: Person, refused: Refused) -> None:
    made = opened(bogdan)
    on_greeting, on_closing, on_form = said("greeting"), said("closing"), said("")
    reworded(bogdan)
    for given in (on_greeting, on_form, replace(on_closing, read=""), replace(on_closing, criterion="nothing")):
        with refused("wording_changed"):
            comment_add(aigerim, made, given)
    assert comment_add(aigerim, made, on_closing).reading.draft_version == 2  # the edit was elsewhere


@pytest.mark.parametrize(("kind", "text"), [("unclear", " \x00 "), ("unclear", "x" * 2001), ("praise", "Good")])
def test_what_says_nothing_is_refused(bogdan: Person, aigerim: Person, kind: str, text: str, refused: Refused) -> None:
    made = opened(bogdan)
    with refused("comment_invalid"):
        commented(aigerim, made, kind=kind, text=text)


def test_sent_twice_it_is_one(bogdan: Person, aigerim: Person) -> None:
    made = opened(bogdan)
    assert commented(aigerim, made).pk == commented(aigerim, made).pk


def test_one_person_writes_so_many(bogdan: Person, aigerim: Person, erlan: Person, refused: Refused,
                                   monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(comments, "MOST_COMMENTS", 2)
    made = opened(bogdan)
    for text in ("one", "two"):
        commented(aigerim, made, text=text)
    with refused("comments_too_many"):
        commented(aigerim, made, text="three")
    commented(erlan, made, text="three")


def test_whom_it_is_not_open_to_cannot_comment(
    bogdan: Person, aigerim: Person, daniyar: Person, erlan: Person, refused: Refused
) -> None:
    team = team_of("Cards", aigerim)
    made = opened(bogdan, terms=Terms(to_everybody=False, team_ids=(team.pk,)))
    for person, code in ((erlan, "consultation_missing"), (daniyar, "consultation_missing"),
                         (bogdan, "consultation_not_yours")):  # fmt: skip
        with refused(code):
            commented(person, made)
    assert not Comment.objects.exists()


@pytest.mark.parametrize("how", ["by hand", "by the day", "published", "discarded"])
def test_closed_nothing_is_written(
    bogdan: Person, aigerim: Person, how: str, frozen_clock: FrozenClock, refused: Refused
) -> None:
    made = opened(bogdan, terms=Terms(until_on=date(2026, 3, 9)))
    comment, given = commented(aigerim, made), said("closing")
    if how == "by hand":
        consultation_close(bogdan, made)
    elif how == "by the day":
        frozen_clock.advance(days=1)
    elif how == "published":
        reworded(bogdan)
        draft_publish(bogdan, KEY, version=2)
    else:
        draft_discard(bogdan, KEY, version=1)
    for attempt in (
        lambda: comment_add(aigerim, made, given),
        lambda: comment_change(aigerim, comment, given, version=1),
        lambda: comment_remove(aigerim, comment, version=1),
    ):
        with refused("consultation_closed"):
            attempt()
    assert Comment.objects.get().text == "Say which greeting"


def test_own_comment_is_changed_and_removed(bogdan: Person, aigerim: Person) -> None:
    made = opened(bogdan)
    comment = commented(aigerim, made)
    reworded(bogdan)
    changed = comment_change(aigerim, comment, said("greeting", text="Say hello or hi?", kind="idea"), version=1)
    assert (changed.kind, changed.text, changed.version) == ("idea", "Say hello or hi?", 2)
    assert changed.changed_at is not None
    assert changed.reading.draft_version == 2  # read again when it was changed
    comment_remove(aigerim, changed, version=2)
    assert not Comment.objects.exists()


def test_an_old_window_changes_nothing(bogdan: Person, aigerim: Person, refused: Refused) -> None:
    comment = commented(aigerim, opened(bogdan))
    comment_change(aigerim, comment, said("greeting", text="New words"), version=1)
    with refused("comment_changed"):
        comment_change(aigerim, comment, said("greeting", text="Old window"), version=1)
    with refused("comment_changed"):
        comment_remove(aigerim, comment, version=1)
    assert Comment.objects.get().text == "New words"


def test_anothers_comment_is_not_there(bogdan: Person, aigerim: Person, erlan: Person, refused: Refused) -> None:
    comment = commented(aigerim, opened(bogdan, terms=Terms(is_shared=True)))
    with refused("comment_missing"):
        own_comment(erlan, comment.pk)
    with refused("comment_missing"):
        comment_change(erlan, comment, said("greeting"), version=1)
    with refused("comment_missing"):
        comment_remove(erlan, comment, version=1)


def test_an_answer_is_kept_with_who_gave_it(bogdan: Person, aigerim: Person) -> None:
    comment = commented(aigerim, opened(bogdan))
    answered = comment_reply(bogdan, comment, Outcome.ANSWERED, " Any greeting. ", version=1)
    assert (answered.outcome, answered.reply, answered.replied_by) == ("answered", "Any greeting.", bogdan)
    entry = AuditEntry.objects.get(verb="consultation.replied")
    assert (entry.person_id, entry.details) == (bogdan.pk, {"comment": comment.pk, "outcome": "answered"})
    assert "Any greeting" not in str(entry.details)


def test_taken_up_needs_no_words_and_answered_does(bogdan: Person, aigerim: Person, refused: Refused) -> None:
    comment = commented(aigerim, opened(bogdan))
    with refused("comment_invalid"):
        comment_reply(bogdan, comment, Outcome.ANSWERED, " ", version=1)
    assert comment_reply(bogdan, comment, Outcome.TAKEN_UP, "", version=1).outcome == "taken_up"


def test_an_answer_is_taken_back(bogdan: Person, aigerim: Person) -> None:
    comment = comment_reply(bogdan, commented(aigerim, opened(bogdan)), Outcome.ANSWERED, "Wrong place", version=1)
    back = comment_reply(bogdan, comment, Outcome.OPEN, "left over", version=2)
    assert (back.outcome, back.reply, back.replied_by, back.replied_at) == ("", "", None, None)


def test_of_two_who_answer_the_second_is_told(
    bogdan: Person, administrator: Person, aigerim: Person, refused: Refused
) -> None:
    comment = commented(aigerim, opened(bogdan))
    comment_reply(bogdan, comment, Outcome.ANSWERED, "First", version=1)
    with refused("comment_changed"):
        comment_reply(administrator, comment, Outcome.TAKEN_UP, "Second", version=1)
    assert Comment.objects.get().reply == "First"


def test_an_answer_to_words_that_changed_is_told(bogdan: Person, aigerim: Person, refused: Refused) -> None:
    comment = commented(aigerim, opened(bogdan))
    comment_change(aigerim, comment, said("greeting", text="Other words"), version=1)
    with refused("comment_changed"):
        comment_reply(bogdan, comment, Outcome.ANSWERED, "To the first words", version=1)


def test_what_is_answered_stays_as_it_is(bogdan: Person, aigerim: Person, refused: Refused) -> None:
    comment = commented(aigerim, opened(bogdan))
    comment_reply(bogdan, comment, Outcome.TAKEN_UP, "", version=1)
    with refused("comment_answered"):
        comment_change(aigerim, comment, said("greeting", text="Other"), version=2)
    with refused("comment_answered"):
        comment_remove(aigerim, comment, version=2)


def test_only_who_may_change_forms_answers(bogdan: Person, aigerim: Person, celina: Person, refused: Refused) -> None:
    comment = commented(aigerim, opened(bogdan, terms=Terms(is_shared=True)))
    for person in (aigerim, celina):
        with refused("forms_not_yours"):
            comment_reply(person, comment, Outcome.TAKEN_UP, "", version=1)


def test_after_publishing_it_can_still_be_answered(bogdan: Person, aigerim: Person) -> None:
    comment = commented(aigerim, opened(bogdan))
    reworded(bogdan)
    draft_publish(bogdan, KEY, version=2)
    assert comment_reply(bogdan, comment, Outcome.ANSWERED, "Late, but", version=1).reply == "Late, but"


def test_counts_tell_what_waits(bogdan: Person, aigerim: Person, erlan: Person) -> None:
    made = opened(bogdan)
    assert comment_counts([made]) == {}
    comment_reply(bogdan, commented(aigerim, made), Outcome.TAKEN_UP, "", version=1)
    commented(aigerim, made, "closing")
    commented(erlan, made)
    count = comment_counts([made])[made.pk]
    assert (count.comments, count.unanswered, count.people) == (3, 2, 2)
