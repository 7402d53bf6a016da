"""The audit trail: who did what, heard what, when. Rows are added and stay; only stretches
of listening change: one that goes on grows, and those that meet become one."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class AuditEntry(models.Model):
    """`subject` names the thing acted on ("call 6f1c…"); stretches are seconds from the first sample."""

    at = models.DateTimeField(db_index=True)
    last_at = models.DateTimeField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=100)
    start_s = models.FloatField(null=True)
    end_s = models.FloatField(null=True)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["subject", "verb", "person"], name="audit_subject")]
