"""Reading people's marks, always as somebody: a draft is its reviewer's alone, a review goes with its call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from sapa.accounts.models import Person, Role
from sapa.analytics.selectors import measures_of
from sapa.calls.models import Call
from sapa.calls.selectors import calls_visible_to, given_now, team_names_of
from sapa.core.clock import now_at
from sapa.reviews.errors import ReviewMissing
from sapa.reviews.models import CountedMark, MachineShown, Review, ReviewMark, ReviewState
from sapa.reviews.scoring import Judged, score_of_marks, unasked_of
from sapa.scorecards.judging import facts_of
from sapa.scorecards.models import EvaluationRecord, ScorecardRevision
from sapa.scorecards.selectors import scorecard_of
from sapa.scorecards.types import Score, Scorecard
from sapa.transcripts.selectors import transcript_of

DRAFT_HOLDS = timedelta(days=1)  # after that another may be given the call; the draft stays
AT_WORK = timedelta(minutes=10)  # a draft saved within this is somebody marking now
SUBMITTED = (ReviewState.SUBMITTED, ReviewState.REPLACED)


def review_visible_to(person: Person, review_id: UUID) -> Review:
    """Raises `ReviewMissing` alike for one that is not there, another's draft, and one of a call not theirs to see."""
    found = reviews_shown_to(person).select_related("call__queue", "revision__scorecard", "reviewer", "replaces")
    review = found.filter(pk=review_id, call__in=calls_visible_to(person)).prefetch_related("marks").first()
    if review is None:
        raise ReviewMissing
    return review


def reviews_shown_to(person: Person) -> QuerySet[Review]:
    """Own reviews, and what others submitted: that is closed to who marks blind until their own is, and to outside
    reviewers for good (ADR 17, 18). Not scoped by call."""
    own = Review.objects.filter(reviewer=person)
    if person.is_outside:
        return own
    submitted = Review.objects.exclude(state=ReviewState.DRAFT)
    return own | (submitted.filter(call__in=_calls_opened_to(person)) if is_blind(person) else submitted)


def reviews_of(person: Person, call: Call) -> list[Review]:
    """What people said of a call and stands, as far as it is this person's to read; the newest first."""
    rows = reviews_shown_to(person).filter(call=call, state=ReviewState.SUBMITTED).order_by("-submitted_at")
    return list(rows.select_related("reviewer", "revision__scorecard").prefetch_related("marks"))


def draft_of(person: Person, call: Call) -> Review | None:
    return Review.objects.filter(call=call, reviewer=person, state=ReviewState.DRAFT).first()


def others_at_work(person: Person, call: Call) -> list[Review]:
    """Drafts of other people on this call that were touched just now; an outside reviewer is not told of colleagues."""
    if person.is_outside:
        return []
    drafts = Review.objects.filter(call=call, state=ReviewState.DRAFT, saved_at__gte=now_at() - AT_WORK)
    return list(drafts.exclude(reviewer=person).select_related("reviewer").order_by("started_at"))


def reviews_by(person: Person) -> QuerySet[Review]:
    """Own drafts and submitted reviews of calls that are theirs to see, the newest first."""
    mine = Review.objects.filter(reviewer=person, call__in=calls_visible_to(person))
    shown = mine.exclude(state=ReviewState.REPLACED).select_related("call__queue", "revision__scorecard")
    return shown.order_by("-saved_at", "pk")


def reviews_about(person: Person, names: Sequence[str]) -> QuerySet[Review]:
    """What people said of the calls of these names, as far as they are this person's to see; the newest call first."""
    about = Review.objects.filter(call__in=calls_visible_to(person), state=ReviewState.SUBMITTED)
    shown = about.filter(call__agent_name__in=[name for name in names if name])
    shown = shown.select_related("call__queue", "revision__scorecard", "reviewer").prefetch_related("marks")
    return shown.order_by("-call__started_at", "-submitted_at")


def calls_to_mark(person: Person) -> QuerySet[Call]:
    """Graded calls that wait for this person, the first first.

    For an outside reviewer those given that they have not marked, by their day and then as they were given; for others
    those that nobody has marked, or begun today, the newest first.
    """
    graded = EvaluationRecord.objects.filter(call=OuterRef("pk"))
    calls = calls_visible_to(person).filter(Exists(graded))
    reviews = Review.objects.filter(call=OuterRef("pk"))
    if person.is_outside:
        given = given_now(person).filter(call=OuterRef("pk"))
        theirs = calls.filter(~Exists(reviews.filter(reviewer=person)))
        until_on, given_at = (Subquery(given.values(field)[:1]) for field in ("until_on", "given_at"))
        theirs = theirs.annotate(until_on=until_on, given_at=given_at)
        return theirs.order_by(F("until_on").asc(nulls_last=True), "given_at", "started_at", "id")
    given_up = Q(state=ReviewState.DRAFT, saved_at__lt=now_at() - DRAFT_HOLDS) & ~Q(reviewer=person)
    return calls.filter(~Exists(reviews.exclude(given_up))).order_by("-started_at", "id")


def is_blind(person: Person) -> bool:
    """Whether this person marks without seeing the machine's marks first (ADR 17)."""
    return bool(settings.SAPA_BLIND_REVIEWS) and person.role in {Role.REVIEWER, Role.OUTSIDE}


def evaluations_shown_to(person: Person) -> QuerySet[EvaluationRecord]:
    """The machine's evaluations but those whose answer would spoil this person's own. Not scoped by call."""
    evaluations = EvaluationRecord.objects.all()
    return evaluations.filter(call__in=_calls_opened_to(person)) if is_blind(person) else evaluations


def _calls_opened_to(person: Person) -> QuerySet[Call]:
    """Calls of which this person submitted a review, or asked to see what the machine says."""
    asked_for = MachineShown.objects.order_by().filter(person=person).values("call")
    done = Review.objects.order_by().filter(reviewer=person, state__in=SUBMITTED).values("call")
    return Call.objects.filter(pk__in=asked_for.union(done))  # with OR in its place every call there is was asked


def machine_is_hidden_from(person: Person, call: Call) -> bool:
    """From reviewers everywhere, until their own review of the call is submitted or they ask."""
    return is_blind(person) and not evaluations_shown_to(person).filter(call=call).exists() and has_evaluation(call)


def colleagues_are_hidden_from(person: Person, call: Call) -> bool:
    """Whether what others said of this call is closed to this person; see `reviews_shown_to`."""
    return person.is_outside or (is_blind(person) and not _calls_opened_to(person).filter(pk=call.pk).exists())


def machine_is_hidden_at_desk(person: Person, call: Call) -> bool:
    """At the desk from everybody who was not shown the machine's marks of this call before."""
    if not (settings.SAPA_BLIND_REVIEWS and has_evaluation(call)) or was_shown_machine(person, call):
        return False
    return not Review.objects.filter(reviewer=person, call=call, state__in=SUBMITTED).exists()


def has_evaluation(call: Call) -> bool:
    return EvaluationRecord.objects.filter(call=call).exists()


def unasked_in(review: Review) -> frozenset[str]:
    """Criteria of a draft that its conditions leave out, by the answers so far and what is known of the call."""
    return unasked_about(review.call, scorecard_of(review.revision), list(review.marks.all()))


def unasked_about(call: Call, card: Scorecard, marks: Sequence[Judged]) -> frozenset[str]:
    """Criteria of this form that its conditions leave out, by these answers and what is known of the call."""
    if not any(criterion.conditions for criterion in card.criteria):
        return frozenset()
    transcript = transcript_of(call)
    language = transcript.language if transcript else call.language
    facts = {"language": language, **facts_of(call, team_names_of({call.agent_name}))}
    return unasked_of(card, marks, facts=facts, measures=measures_of(call))


def was_shown_machine(person: Person, call: Call) -> bool:
    return MachineShown.objects.filter(person=person, call=call).exists()


@dataclass(frozen=True)
class PeoplesScore:
    """The score of the marks that count, of one call by one scorecard, and whose they are."""

    revision: ScorecardRevision
    score: Score
    marks: dict[str, ReviewMark]
    reviewers: list[str]


def peoples_score(call: Call, *, scorecard_key: str) -> PeoplesScore | None:
    """None while nobody has marked this call by this scorecard."""
    rows = CountedMark.objects.filter(call=call, scorecard__key=scorecard_key)
    counted = list(rows.select_related("mark__review__reviewer", "mark__review__revision__scorecard"))
    if not counted:
        return None
    marks = {row.criterion: row.mark for row in sorted(counted, key=lambda row: row.mark.position)}
    newest = max((row.mark.review for row in counted), key=lambda review: review.submitted_at or review.saved_at)
    score = score_of_marks(marks.values(), scorecard_of(newest.revision))
    names = list(dict.fromkeys(str(row.mark.review.reviewer) for row in counted))
    return PeoplesScore(newest.revision, score, marks, names)
