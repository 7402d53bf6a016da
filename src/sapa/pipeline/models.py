"""The stage rows: for every call and stage, its state. They are the truth of the line."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sapa.calls.models import Call


class StageState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class StageRow(models.Model):
    """`attempt` counts the claims; a result is written only under the attempt that made it (the fence)."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="stage_rows")
    stage = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=StageState, default=StageState.WAITING)
    attempt = models.IntegerField(default=0)
    progress_share = models.FloatField(default=0.0)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "stage"], name="stage_once")]
        indexes = [models.Index(fields=["state", "stage", "opened_at"], name="stage_line")]
