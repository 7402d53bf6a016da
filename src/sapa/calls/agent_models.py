"""Agents' sessions in queues and their pauses, and by which days of rows they were made (ADR 25)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sapa.calls.types import LONGEST_QUEUE


class EndedByChoice(models.TextChoices):
    REMOVED = "removed", _("Left the queue")
    LOGGED_OFF = "logged_off", _("Logged off")
    RESTART = "restart", _("The phone system began anew")
    LOST = "lost", _("Not told")
    OPEN = "", _("Still in")


class AgentDay(models.Model):
    """Rows of one agent on one day (`day` × 86,400 seconds since 1970), and what is known after the last of them."""

    key = models.CharField(max_length=150, primary_key=True)
    agent = models.CharField(max_length=100)
    day = models.IntegerField()
    state = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "day"], name="agent_day_once")]

    def __str__(self) -> str:
        return self.key


class AgentStale(models.Model):
    """Rows of this agent's day came, or what was known before them changed, since it was made into sessions."""

    key = models.CharField(max_length=150, primary_key=True)


class _Span(models.Model):
    """`day_key` is the day whose rows ended it, or the agent's last while a next row may change it: then it is not
    `is_settled`. `is_wide`: it goes on, lasted over a day, or its end is not known; all others are found by when they
    began."""

    day_key = models.CharField(max_length=150, db_index=True)
    agent = models.CharField(max_length=100)
    queue = models.CharField(max_length=LONGEST_QUEUE, blank=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    is_settled = models.BooleanField()
    is_wide = models.BooleanField()

    class Meta:
        abstract = True


class AgentSession(_Span):
    """An agent was in a queue; in "" at a desk, logged in for all of them. `is_began_known`: else the records begin
    later than the session."""

    is_began_known = models.BooleanField(default=True)
    ended_by = models.CharField(max_length=10, choices=EndedByChoice, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["began_at"], name="session_began"),
            models.Index(fields=["began_at"], name="session_wide", condition=Q(is_wide=True)),
            models.Index(fields=["agent"], name="session_unsettled", condition=Q(is_settled=False)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")), name="session_ends_after_beginning"
            )
        ]

    def __str__(self) -> str:
        return f"{self.agent}: {self.queue}"


class AgentPause(_Span):
    """An agent was paused in a queue. `reason` is the site's own word, "" where none was given."""

    reason = models.CharField(max_length=100, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["began_at"], name="pause_began"),
            models.Index(fields=["began_at"], name="pause_wide", condition=Q(is_wide=True)),
            models.Index(fields=["agent"], name="pause_unsettled", condition=Q(is_settled=False)),
        ]

    def __str__(self) -> str:
        return f"{self.agent}: {self.reason}"
