"""Stored measures and tags of a call."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sapa.calls.models import Call


class TagKindChoice(models.TextChoices):
    INTERRUPTION = "interruption", _("Interruption")
    OVERTALK = "overtalk", _("Both talk")
    SILENCE = "silence", _("Silence")
    MONOLOGUE = "monologue", _("Monologue")


class CallMeasures(models.Model):
    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="measures")
    values = models.JSONField()


class CallTag(models.Model):
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="tags")
    kind = models.CharField(max_length=20, choices=TagKindChoice)
    party = models.CharField(max_length=10)
    start_s = models.FloatField()
    end_s = models.FloatField()
    evidence = models.TextField(blank=True)

    class Meta:
        ordering = ["start_s"]
