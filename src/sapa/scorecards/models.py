"""Stored scorecards: immutable revisions, and the evaluations made with them."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from sapa.accounts.models import Person
from sapa.calls.models import Call


class ScorecardRecord(models.Model):
    """A scorecard is a name; all content is in its revisions."""

    key = models.CharField(max_length=40, unique=True)


class ScorecardRevision(models.Model):
    """Published content. Never changed: a change is the next number. `draft_token` is that of the draft it was made
    from."""

    scorecard = models.ForeignKey(ScorecardRecord, on_delete=models.PROTECT, related_name="revisions")
    number = models.IntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    draft_token = models.UUIDField(null=True, unique=True, editable=False)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["scorecard", "number"], name="revision_number")]


class ScorecardDraft(models.Model):
    """The next revision while it is made; one for each form. `version` counts the changes: who saves says which one was
    read. `undo_content` is what it was before the last change. `token` is never given to another draft."""

    token = models.UUIDField(default=uuid4, unique=True, editable=False)
    scorecard = models.OneToOneField(ScorecardRecord, on_delete=models.CASCADE, related_name="draft")
    content = models.JSONField()
    version = models.IntegerField(default=1)
    based_on = models.ForeignKey(ScorecardRevision, null=True, on_delete=models.PROTECT, related_name="+")
    changed_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField()
    undo_content = models.JSONField(null=True)


class FormRule(models.Model):
    """Calls that fit get this form; the first rule that fits counts. `conditions`: `{fact: [values]}`, all must fit."""

    position = models.IntegerField()
    scorecard = models.ForeignKey(ScorecardRecord, on_delete=models.CASCADE, related_name="rules")
    conditions = models.JSONField(default=dict)

    class Meta:
        ordering = ["position", "pk"]


class VerdictChoice(models.TextChoices):
    SUCCESSFUL = "successful", _("Successful")
    UNSUCCESSFUL = "unsuccessful", _("Unsuccessful")
    UNDECIDED = "undecided", _("Undecided")


class EvaluationRecord(models.Model):
    """The machine's evaluation of a call with one revision. People's evaluations will stand beside it. `proposed` is
    its verdict where the form leaves the verdict to a person."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="evaluations")
    revision = models.ForeignKey(ScorecardRevision, on_delete=models.PROTECT, related_name="evaluations")
    call_type = models.CharField(max_length=40)
    call_type_source = models.CharField(max_length=10)
    cqr_pct = models.FloatField(null=True)
    coverage_pct = models.FloatField()
    verdict = models.CharField(max_length=15, choices=VerdictChoice)
    proposed = models.CharField(max_length=15, choices=VerdictChoice, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "revision"], name="evaluation_once")]
        indexes = [
            models.Index(fields=["cqr_pct", "id"], name="evaluation_cqr"),
            models.Index(fields=["verdict", "call"], name="evaluation_verdict"),
        ]


class MarkRecord(models.Model):
    """`evidence` is a list of `{start_s, end_s, quote}`; `reason` is `{code, facts}`."""

    evaluation = models.ForeignKey(EvaluationRecord, on_delete=models.CASCADE, related_name="marks")
    position = models.IntegerField()
    criterion = models.CharField(max_length=40)
    weight = models.FloatField()
    critical = models.BooleanField()
    value = models.FloatField(null=True)
    state = models.CharField(max_length=15)
    confidence = models.FloatField()
    marker = models.CharField(max_length=60)
    reason = models.JSONField()
    evidence = models.JSONField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["evaluation", "criterion"], name="mark_once")]
