"""Two people submit their reviews of one call at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.reviews.models import CountedMark, Review, ReviewState
from sapa.reviews.services import review_start, review_submit
from sapa.reviews.tests.test_reviewing import CRITERIA, marked
from sapa.reviews.types import Judgement

TIMES = 5


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_both_are_kept_and_one_counts_whole(celina: Person, bogdan: Person, call: Call) -> None:
    for _ in range(TIMES):
        together = Barrier(2)
        drafts = [(person, _all_marked(person, call)) for person in (celina, bogdan)]
        with ThreadPoolExecutor(2) as pool:
            done = [pool.submit(_submit, person, review, together) for person, review in drafts]
            for one in done:
                one.result(30)
        assert (
            Review.objects.filter(pk__in=[review.pk for _, review in drafts], state=ReviewState.SUBMITTED).count() == 2
        )
        counted = CountedMark.objects.filter(call=call)
        assert counted.count() == len(CRITERIA)
        assert counted.values("mark__review").distinct().count() == 1
        assert counted[0].mark.review == Review.objects.filter(call=call).latest("submitted_at")
        Review.objects.filter(call=call).delete()


def _all_marked(person: Person, call: Call) -> Review:
    review = review_start(person, call)
    for criterion in CRITERIA:
        review = marked(person, review, criterion, Judgement.FULL)
    return review


def _submit(person: Person, review: Review, together: Barrier) -> None:
    try:
        together.wait(10)
        review_submit(person, review, version=review.version)
    finally:
        connection.close()
