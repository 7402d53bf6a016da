"""People's marks: reviews with their history, which mark counts, and who was shown what the machine says (ADR 17)."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sapa.accounts.models import Person
from sapa.calls.models import Call
from sapa.reviews.types import Fault, Judgement
from sapa.scorecards.models import ScorecardRecord, ScorecardRevision, VerdictChoice


class ReviewState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    REPLACED = "replaced", _("Replaced")


class JudgementChoice(models.TextChoices):
    OPEN = Judgement.OPEN.value, _("not marked yet")
    FULL = Judgement.FULL.value, _("done in full")
    HALF = Judgement.HALF.value, _("done in part")
    ZERO = Judgement.ZERO.value, _("not done")
    NOT_APPLICABLE = Judgement.NOT_APPLICABLE.value, _("not applicable")
    CANNOT_TELL = Judgement.CANNOT_TELL.value, _("cannot tell")


class FaultChoice(models.TextChoices):
    AGENT = Fault.AGENT.value, _("the agent")
    PROCESS = Fault.PROCESS.value, _("the process")
    OUTSIDE = Fault.OUTSIDE.value, _("outside control")


class Review(models.Model):
    """One person's evaluation of one call. `version` grows with each change; score and verdict are those of its own
    marks, `is_blind` is known once it is submitted."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="reviews")
    revision = models.ForeignKey(ScorecardRevision, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="reviews")
    replaces = models.OneToOneField("self", null=True, on_delete=models.SET_NULL, related_name="replaced_by")
    call_type = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=ReviewState, default=ReviewState.DRAFT)
    version = models.IntegerField(default=1)
    comment = models.TextField(blank=True)
    praise = models.TextField(blank=True)
    change_reason = models.TextField(blank=True)
    is_blind = models.BooleanField(null=True)
    cqr_pct = models.FloatField(null=True)
    coverage_pct = models.FloatField(default=0)
    verdict = models.CharField(max_length=15, choices=VerdictChoice, default=VerdictChoice.UNDECIDED)
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-started_at", "pk"]
        indexes = [models.Index(fields=["reviewer", "state", "-saved_at"], name="review_desk")]
        constraints = [
            models.UniqueConstraint(
                fields=["call", "reviewer"], condition=Q(state=ReviewState.DRAFT), name="review_one_draft"
            )
        ]

    @property
    def is_draft(self) -> bool:
        return self.state == ReviewState.DRAFT


class ReviewMark(models.Model):
    """`evidence` is a list of `{start_s, end_s, quote}`, in the order in which it was pointed at."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="marks")
    position = models.IntegerField()
    criterion = models.CharField(max_length=40)
    weight = models.FloatField()
    critical = models.BooleanField()
    judgement = models.CharField(max_length=15, choices=JudgementChoice, default=JudgementChoice.OPEN)
    comment = models.TextField(blank=True)
    fault = models.CharField(max_length=10, choices=FaultChoice, default=FaultChoice.AGENT)
    praised = models.BooleanField(default=False)
    evidence = models.JSONField(default=list)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["review", "criterion"], name="review_mark_once")]


class ReviewEdit(models.Model):
    """What a mark of a draft was before version `version` was made."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="edits")
    version = models.IntegerField()
    criterion = models.CharField(max_length=40)
    before = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "version"], name="review_edit_once")]


class CountedMark(models.Model):
    """Which person's mark counts for a criterion of a call: a pointer; a later review or an appeal moves it."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="counted_marks")
    scorecard = models.ForeignKey(ScorecardRecord, on_delete=models.PROTECT, related_name="+")
    criterion = models.CharField(max_length=40)
    mark = models.ForeignKey(ReviewMark, on_delete=models.CASCADE, related_name="counted")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "scorecard", "criterion"], name="counted_mark_once")]


class MachineShown(models.Model):
    """This person was shown the machine's marks of this call: what they say of it later is not said blind."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "person"], name="machine_shown_once")]
