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


class StagePriority(models.IntegerChoices):
    """A call that somebody waits for goes before a bulk import."""

    BULK = 0, _("Bulk")
    NORMAL = 10, _("Normal")
    WATCHED = 20, _("On a screen")


class StageRow(models.Model):
    """`attempt` counts the claims and only grows; a result is written only under the attempt that made it (the fence).

    `tries` counts failures that another try might mend, `deaths` the holders that were lost on it. `holder` is the
    working process, whose lease lasts until `lease_until` by the clock of the database. A row that waits is due when
    `next_try_at` is empty or past.
    """

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="stage_rows")
    stage = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=StageState, default=StageState.WAITING)
    priority = models.SmallIntegerField(choices=StagePriority, default=StagePriority.NORMAL)
    attempt = models.IntegerField(default=0)
    tries = models.IntegerField(default=0)
    deaths = models.IntegerField(default=0)
    holder = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    progress_share = models.FloatField(default=0.0)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "stage"], name="stage_once")]
        indexes = [
            models.Index(fields=["state", "stage", "-priority", "opened_at", "id"], name="stage_line"),
            models.Index(fields=["holder", "state"], name="stage_holder"),
            models.Index(fields=["state", "stage", "finished_at"], name="stage_finished"),
        ]


class WorkerSeen(models.Model):
    """When a worker last said that it is there, by the clock of the database. `stages`: what it takes, by commas."""

    holder = models.CharField(max_length=120, unique=True)
    stages = models.CharField(max_length=200)
    seen_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.holder
