"""Drafts open for comment: to whom, what was read, what people said of it and how they would mark by it (ADR 19).

Trial marks are kept here and nowhere else, so that no figure about people can meet them."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sapa.accounts.models import Person, Team
from sapa.calls.models import Call
from sapa.consultations.types import Kind, Outcome
from sapa.reviews.models import JudgementChoice
from sapa.scorecards.models import ScorecardRecord, VerdictChoice


class KindChoice(models.TextChoices):
    CLEAR = Kind.CLEAR.value, pgettext_lazy("of a comment", "Clear")
    UNCLEAR = Kind.UNCLEAR.value, pgettext_lazy("of a comment", "Unclear")
    UNFAIR = Kind.UNFAIR.value, pgettext_lazy("of a comment", "Unfair or outside my control")
    MISSING = Kind.MISSING.value, pgettext_lazy("of a comment", "Something is missing")
    IDEA = Kind.IDEA.value, pgettext_lazy("of a comment", "An idea")


class OutcomeChoice(models.TextChoices):
    OPEN = Outcome.OPEN.value, pgettext_lazy("of a comment", "Unanswered")
    ANSWERED = Outcome.ANSWERED.value, pgettext_lazy("of a comment", "Answered")
    TAKEN_UP = Outcome.TAKEN_UP.value, pgettext_lazy("of a comment", "Taken up")


class Consultation(models.Model):
    """One for each draft. Whether it is open is derived: see `consultations.selectors`. `form_key` outlives a form that
    was never published; `version` counts the changes of its terms."""

    draft_token = models.UUIDField(unique=True, editable=False)
    scorecard = models.ForeignKey(ScorecardRecord, null=True, on_delete=models.SET_NULL, related_name="consultations")
    form_key = models.CharField(max_length=40)
    to_everybody = models.BooleanField(default=True)
    teams = models.ManyToManyField(Team, blank=True, related_name="+")
    note = models.TextField(blank=True)
    until_on = models.DateField(null=True)
    is_shared = models.BooleanField(default=False)
    version = models.IntegerField(default=1)
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-opened_at", "-pk"]


class DraftReading(models.Model):
    """The draft of one version as it was read: kept when somebody answers to it."""

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="readings")
    draft_version = models.IntegerField()
    content = models.JSONField()

    class Meta:
        ordering = ["draft_version"]
        constraints = [models.UniqueConstraint(fields=["consultation", "draft_version"], name="draft_reading_once")]


class Trial(models.Model):
    """One person marks one call by the draft, for trial. What the machine gives by the same reading is known once it is
    done. It is no evaluation of anybody and counts nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="trials")
    reading = models.ForeignKey(DraftReading, on_delete=models.CASCADE, related_name="trials")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="+")
    call_type = models.CharField(max_length=40)
    version = models.IntegerField(default=1)
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    cqr_pct = models.FloatField(null=True)
    verdict = models.CharField(max_length=15, choices=VerdictChoice, default=VerdictChoice.UNDECIDED)
    machine_cqr_pct = models.FloatField(null=True)
    machine_verdict = models.CharField(max_length=15, choices=VerdictChoice, default=VerdictChoice.UNDECIDED)

    class Meta:
        ordering = ["-begun_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["consultation", "person", "call"], name="trial_once")]

    @property
    def is_done(self) -> bool:
        return self.done_at is not None


class MachineAnswer(models.TextChoices):
    FULL = "1", _("done in full")
    HALF = "0.5", _("done in part")
    ZERO = "0", _("not done")
    ABSTAINED = "abstained", _("machine abstains")
    NOT_APPLICABLE = "not_applicable", _("not applicable")


class TrialMark(models.Model):
    """`machine` is empty until the trial is done; `reason` is `{code, facts}`, `evidence` a list of
    `{start_s, end_s, quote}`, both the machine's."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="marks")
    position = models.IntegerField()
    criterion = models.CharField(max_length=40)
    weight = models.FloatField()
    critical = models.BooleanField()
    judgement = models.CharField(max_length=15, choices=JudgementChoice, default=JudgementChoice.OPEN)
    machine = models.CharField(max_length=15, choices=MachineAnswer, blank=True)
    reason = models.JSONField(default=dict)
    evidence = models.JSONField(default=list)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["trial", "criterion"], name="trial_mark_once")]


class Comment(models.Model):
    """On one criterion of what was read, or on the whole form where `criterion` is empty. `version` counts the changes
    of both its author and whoever answers; `trial_mark` is where it began, if it began there."""

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="comments")
    reading = models.ForeignKey(DraftReading, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    criterion = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=10, choices=KindChoice)
    text = models.TextField()
    version = models.IntegerField(default=1)
    written_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=OutcomeChoice, default=OutcomeChoice.OPEN, blank=True)
    reply = models.TextField(blank=True)
    replied_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    replied_at = models.DateTimeField(null=True)
    trial_mark = models.OneToOneField(TrialMark, null=True, on_delete=models.SET_NULL, related_name="comment")

    class Meta:
        ordering = ["-written_at", "-pk"]
        indexes = [models.Index(fields=["consultation", "author"], name="comment_author")]
