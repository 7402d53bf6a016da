"""The recording of a call: the bytes as they came, what was measured on them, who sits on which channel."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sapa.calls.models import Call


class ChannelSourceChoice(models.TextChoices):
    TOLD = "told", _("told")
    FOUND = "found", _("found")
    UNSURE = "unsure", _("unsure")


class Recording(models.Model):
    """`peaks` are per channel, in −100…100, alternating minimum and maximum of equal slices of the call."""

    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="recording")
    blob_id = models.CharField(max_length=32)
    sha256 = models.CharField(max_length=64, unique=True)
    size_bytes = models.BigIntegerField()
    sample_rate_hz = models.IntegerField(null=True)
    channels = models.IntegerField(null=True)
    duration_s = models.FloatField(null=True)
    peaks = models.JSONField(default=list)
    agent_channel = models.IntegerField(null=True)
    agent_channel_source = models.CharField(max_length=10, choices=ChannelSourceChoice, default="unsure")
    agent_channel_confidence = models.FloatField(default=0.0)
    agent_channel_reason = models.CharField(max_length=300, blank=True)
