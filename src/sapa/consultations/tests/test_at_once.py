"""A comment at the moment of publishing, two answers at once, and one press twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.consultations.comments import comment_add, comment_reply
from sapa.consultations.models import Comment, Trial
from sapa.consultations.selectors import standing_of
from sapa.consultations.tests.rounds import commented, opened, reworded, said
from sapa.consultations.trials import trial_start
from sapa.consultations.types import Outcome, State
from sapa.core.errors import SapaError
from sapa.scorecards.drafts import draft_publish
from sapa.scorecards.tests.drafted import KEY

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def at_once(*verbs: Callable[[], Any]) -> list[str]:
    """What each gave: "done" or the code of its refusal."""
    together = Barrier(len(verbs))

    def run(verb: Callable[[], Any]) -> str:
        try:
            together.wait(10)
            verb()
        except SapaError as exc:
            return exc.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(verbs)) as pool:
        return [one.result(30) for one in [pool.submit(run, verb) for verb in verbs]]


def test_a_comment_is_before_the_publishing_or_refused(bogdan: Person, aigerim: Person) -> None:
    made = opened(bogdan)
    reworded(bogdan)
    given = said("greeting")
    published, commented = at_once(
        lambda: draft_publish(bogdan, KEY, version=2), lambda: comment_add(aigerim, made, given)
    )
    assert published == "done"
    assert commented in {"done", "consultation_closed"}
    assert Comment.objects.count() == (commented == "done")
    standing = standing_of(made)
    assert standing.state is State.PUBLISHED
    assert standing.revision is not None
    assert all(one.written_at <= standing.revision.published_at for one in Comment.objects.all())


def test_of_two_answers_at_once_one_is_kept(bogdan: Person, administrator: Person, aigerim: Person) -> None:
    comment = commented(aigerim, opened(bogdan))
    told = at_once(
        lambda: comment_reply(bogdan, comment, Outcome.ANSWERED, "One", version=1),
        lambda: comment_reply(administrator, comment, Outcome.ANSWERED, "Two", version=1),
    )
    assert sorted(told) == ["comment_changed", "done"]
    assert Comment.objects.get().version == 2


def test_one_call_is_tried_once(bogdan: Person, aigerim: Person, call: Call) -> None:
    made = opened(bogdan)
    told = at_once(lambda: trial_start(aigerim, made, call.pk), lambda: trial_start(aigerim, made, call.pk))
    assert told == ["done", "done"]
    assert Trial.objects.count() == 1


def test_one_comment_sent_twice_is_one(bogdan: Person, aigerim: Person) -> None:
    made, given = opened(bogdan), said("greeting")
    told = at_once(lambda: comment_add(aigerim, made, given), lambda: comment_add(aigerim, made, given))
    assert told == ["done", "done"]
    assert Comment.objects.count() == 1
