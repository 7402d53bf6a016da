"""The audit trail: who did what, heard what, when; and the seals that make of it a chain (ADR 15).

A row that has its number in the chain never changes and never goes. Before that only stretches of listening change:
one that goes on grows, and those that meet become one.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class AuditEntry(models.Model):
    """`subject` names the thing acted on ("call 6f1c…"); stretches are seconds from the first sample.

    `number` is the place in the chain, from 1 and without gaps, `seal` the hash of this row and the one before; both
    are given by the sealer.
    """

    at = models.DateTimeField(db_index=True)
    last_at = models.DateTimeField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=100)
    start_s = models.FloatField(null=True)
    end_s = models.FloatField(null=True)
    details = models.JSONField(default=dict)
    number = models.BigIntegerField(null=True, unique=True)
    seal = models.CharField(max_length=64, default="")

    class Meta:
        indexes = [
            models.Index(fields=["subject", "verb", "person"], name="audit_subject"),
            models.Index(fields=["verb", "id"], name="audit_verb"),
            models.Index(fields=["id"], condition=Q(number=None), name="audit_unsealed"),
        ]


class AuditSeal(models.Model):
    """The end of the chain at one moment, signed with the key of the installation.

    `is_all`: nothing that was due was left unsealed, so a row that is older and comes later was not there then.
    """

    number = models.BigIntegerField(unique=True)
    seal = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()
    is_all = models.BooleanField()
    key_id = models.CharField(max_length=16)
    signature = models.CharField(max_length=64)
