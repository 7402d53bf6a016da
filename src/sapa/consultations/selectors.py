"""Reading drafts open for comment, always as somebody: to whom each is open, whose comments and trials one may read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from sapa.accounts.models import Person, Role, Team
from sapa.analytics.models import CallMeasures
from sapa.calls.models import Call
from sapa.calls.selectors import calls_visible_to, is_scoped
from sapa.consultations.errors import CommentMissing, ConsultationMissing, TrialMissing
from sapa.consultations.models import Comment, Consultation, DraftReading, Trial
from sapa.consultations.types import State
from sapa.core.clock import now_at
from sapa.reviews.selectors import unasked_about
from sapa.scorecards.models import ScorecardDraft, ScorecardRevision
from sapa.scorecards.selectors import card_of, draft_with, may_change_forms, revision_made_from, scorecard_of
from sapa.scorecards.types import Scorecard
from sapa.transcripts.models import TranscriptRecord


@dataclass(frozen=True)
class Standing:
    """`draft` while there is one, `revision` once it is published."""

    state: State
    draft: ScorecardDraft | None
    revision: ScorecardRevision | None

    @property
    def is_open(self) -> bool:
        return self.state is State.OPEN


def standing_of(consultation: Consultation) -> Standing:
    token = consultation.draft_token
    draft = draft_with(token)
    revision = None if draft else revision_made_from(token)
    return Standing(_state_of(consultation, draft, revision), draft, revision)


def _state_of(consultation: Consultation, draft: ScorecardDraft | None, revision: ScorecardRevision | None) -> State:
    if draft is None:
        return State.PUBLISHED if revision else State.DISCARDED
    if consultation.closed_at is not None:
        return State.CLOSED
    return State.OVER if consultation.until_on and consultation.until_on < localdate(now_at()) else State.OPEN


def consultations_open() -> QuerySet[Consultation]:
    """Everybody's. The same as `State.OPEN`, asked of the database."""
    due = Q(until_on=None) | Q(until_on__gte=localdate(now_at()))
    draft = ScorecardDraft.objects.filter(token=OuterRef("draft_token"))
    return Consultation.objects.filter(due, Exists(draft), closed_at=None)


def consultations_addressed_to(person: Person) -> QuerySet[Consultation]:
    """Open or not. An agent by the own team; who controls quality by the granted teams too, and without grants by all.
    Outside reviewers are not asked: colleagues' names stand at the comments (ADR 18)."""
    if not _is_of_the_house(person):
        return Consultation.objects.none()
    if person.controls_quality and not is_scoped(person):
        return Consultation.objects.all()
    granted = person.team_grants.values("team") if person.controls_quality else Team.objects.none().values("pk")
    own = Q(team=person.team_id) if person.team_id else Q(pk__in=())
    to_a_team = Consultation.teams.through.objects.filter(own | Q(team__in=granted), consultation=OuterRef("pk"))
    return Consultation.objects.filter(Q(to_everybody=True) | Exists(to_a_team))


def consultations_open_to(person: Person) -> QuerySet[Consultation]:
    """Those that this person is asked to comment; who may change forms is not asked, but answers."""
    if may_change_forms(person):
        return Consultation.objects.none()
    return consultations_addressed_to(person).filter(pk__in=consultations_open().values("pk"))


def is_asked_to_comment(person: Person) -> bool:
    """Asked for every page; where nothing is open, as on most days, by one small question."""
    return Consultation.objects.filter(closed_at=None).exists() and consultations_open_to(person).exists()


def consultations_with(person: Person) -> QuerySet[Consultation]:
    """Those that this person said something in, whatever became of them."""
    if not _is_of_the_house(person):
        return Consultation.objects.none()
    wrote = Comment.objects.filter(consultation=OuterRef("pk"), author=person)
    tried = Trial.objects.filter(consultation=OuterRef("pk"), person=person)
    return Consultation.objects.filter(Exists(wrote) | Exists(tried))


def consultation_visible_to(person: Person, consultation_id: int) -> Consultation:
    """Open to this person, or one that they took part in; every one to who may change forms. Raises
    `ConsultationMissing` alike for what is not there and not theirs."""
    found = Consultation.objects.filter(pk=consultation_id)
    if not may_change_forms(person):
        open_to, with_them = consultations_open_to(person), consultations_with(person)
        found = found.filter(Q(pk__in=open_to.values("pk")) | Q(pk__in=with_them.values("pk")))
    consultation = found.select_related("scorecard", "opened_by").first()
    if consultation is None:
        raise ConsultationMissing
    return consultation


def consultation_on(draft: ScorecardDraft) -> Consultation | None:
    return Consultation.objects.select_related("scorecard", "opened_by").filter(draft_token=draft.token).first()


def consultations_on(drafts: Iterable[ScorecardDraft]) -> QuerySet[Consultation]:
    return Consultation.objects.filter(draft_token__in=[draft.token for draft in drafts]).select_related("opened_by")


def consultations_of(form_key: str) -> QuerySet[Consultation]:
    """Of this form, over all its drafts, the newest first."""
    return Consultation.objects.filter(scorecard__key=form_key)


def may_take_part(person: Person, consultation: Consultation) -> bool:
    return consultations_open_to(person).filter(pk=consultation.pk).exists()


def comments_visible_to(person: Person, consultation: Consultation) -> QuerySet[Comment]:
    """One's own; all of them to who may change forms and, where they are shared, to whom they were addressed."""
    comments = Comment.objects.filter(consultation=consultation).select_related(
        "author", "replied_by", "reading", "trial_mark__trial__call"
    )
    is_shared = consultation.is_shared and consultations_addressed_to(person).filter(pk=consultation.pk).exists()
    return comments if may_change_forms(person) or is_shared else comments.filter(author=person)


def own_comment(person: Person, comment_id: int) -> Comment:
    """Raises `CommentMissing` alike for another's."""
    comment = Comment.objects.select_related("consultation", "reading").filter(pk=comment_id, author=person).first()
    if comment is None:
        raise CommentMissing
    return comment


def trials_of(person: Person, consultation: Consultation) -> QuerySet[Trial]:
    """One's own, of calls that one may still see. Nobody reads another's."""
    return _own_trials(person).filter(consultation=consultation).select_related("call__queue", "reading")


def trial_visible_to(person: Person, trial_id: UUID) -> Trial:
    """Raises `TrialMissing`."""
    mine = _own_trials(person).filter(pk=trial_id)
    trial = mine.select_related("call__queue", "reading", "consultation__opened_by").prefetch_related("marks").first()
    if trial is None:
        raise TrialMissing
    return trial


def _own_trials(person: Person) -> QuerySet[Trial]:
    mine = Trial.objects.filter(person=person, call__in=calls_visible_to(person))
    return mine if _is_of_the_house(person) else mine.none()


def _is_of_the_house(person: Person) -> bool:
    return person.controls_quality or (person.is_active and person.role == Role.AGENT)


def calls_to_try(person: Person, consultation: Consultation) -> QuerySet[Call]:
    """Heard calls that this person may see and has not tried here. For who controls quality those that others tried
    come first: only two marks of one call can be compared."""
    heard = calls_visible_to(person).filter(
        Exists(TranscriptRecord.objects.filter(call=OuterRef("pk"))),
        Exists(CallMeasures.objects.filter(call=OuterRef("pk"))),
    )
    trials = Trial.objects.filter(consultation=consultation, call=OuterRef("pk"))
    untried = heard.exclude(Exists(trials.filter(person=person))).annotate(is_tried=Exists(trials))
    order = ["-is_tried"] if person.controls_quality else []
    return untried.select_related("queue").order_by(*order, "-started_at", "-created_at")


def unasked_in_trial(trial: Trial) -> frozenset[str]:
    """Criteria that the conditions of the form leave out, by the answers so far and what is known of the call."""
    return unasked_about(trial.call, read_card(trial.reading), list(trial.marks.all()))


def read_card(reading: DraftReading) -> Scorecard:
    return Scorecard.model_validate(reading.content)


def card_now(consultation: Consultation, standing: Standing) -> Scorecard:
    """The draft as it stands, what it was published as, else what was read last."""
    if standing.draft is not None:
        return card_of(standing.draft)
    if standing.revision is not None:
        return scorecard_of(standing.revision)
    return read_card(consultation.readings.order_by("-draft_version")[0])


@dataclass(frozen=True)
class CommentCount:
    comments: int
    unanswered: int
    people: int


def comment_counts(consultations: Iterable[Consultation]) -> dict[int, CommentCount]:
    rows = Comment.objects.filter(consultation__in=list(consultations)).order_by()
    counts: dict[int, list[tuple[str, int]]] = {}
    for consultation, outcome, author in rows.values_list("consultation", "outcome", "author"):
        counts.setdefault(consultation, []).append((outcome, author))
    return {
        consultation: CommentCount(
            len(found), sum(not outcome for outcome, _ in found), len({author for _, author in found})
        )
        for consultation, found in counts.items()
    }


def comments_by_criterion(consultation: Consultation) -> dict[str, int]:
    """How many there are on each; those on the whole form under an empty key."""
    rows = Comment.objects.filter(consultation=consultation).order_by().values_list("criterion")
    return dict(rows.annotate(count=Count("pk")))


def teams_with_people() -> list[tuple[Team, int]]:
    """Every team with how many of its people sign in."""
    counts: dict[int, int] = {}
    members = Person.objects.filter(is_active=True, team__isnull=False).exclude(role__in=(Role.NONE, Role.OUTSIDE))
    for team in members.values_list("team", flat=True):
        counts[team] = counts.get(team, 0) + 1
    return [(team, counts.get(team.pk, 0)) for team in Team.objects.order_by("name")]
