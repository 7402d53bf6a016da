"""Calls, the queues they came through, and the raw events they are derived from."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class DirectionChoice(models.TextChoices):
    INBOUND = "inbound", _("Inbound")
    OUTBOUND = "outbound", _("Outbound")
    INTERNAL = "internal", _("Internal")
    UNKNOWN = "", _("Unknown")


class Queue(models.Model):
    name = models.CharField(max_length=100, unique=True)

    def __str__(self) -> str:
        return self.name


class Call(models.Model):
    """One conversation. `source_key` is its identity: the same key arriving again is the same call."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source_key = models.CharField(max_length=200, unique=True)
    external_id = models.CharField(max_length=150, blank=True)
    file_name = models.CharField(max_length=255, blank=True)
    direction = models.CharField(max_length=10, choices=DirectionChoice, blank=True)
    queue = models.ForeignKey(Queue, null=True, on_delete=models.PROTECT, related_name="calls")
    agent_name = models.CharField(max_length=100, blank=True, db_index=True)
    customer_number = models.CharField(max_length=40, blank=True, db_index=True)
    customer_name = models.CharField(max_length=100, blank=True)
    started_at = models.DateTimeField(db_index=True)
    duration_s = models.FloatField(null=True)
    call_type = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=100, blank=True)
    language = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-started_at", "-created_at"]
        indexes = [models.Index(fields=["-started_at", "id"], name="call_newest")]

    def __str__(self) -> str:
        return self.file_name or str(self.id)


class RawEvent(models.Model):
    """What a connector was told, kept for ever as it came; calls can be derived from it again."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="raw_events")
    connector = models.CharField(max_length=40)
    received_at = models.DateTimeField()
    payload = models.JSONField()
