"""The recording of a call: its files as they came, what was measured on them, who sits where, what is played."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sapa.calls.models import Call


class ChannelSourceChoice(models.TextChoices):
    TOLD = "told", _("told")
    FOUND = "found", _("found")
    UNSURE = "unsure", _("unsure")


class OffsetSourceChoice(models.TextChoices):
    TOLD = "told", _("told")
    SAME_LENGTH = "same_length", _("both files are equally long")
    SOUND = "sound", _("found by the sound")
    ASSUMED = "assumed", _("assumed")


class PartyChoice(models.TextChoices):
    AGENT = "agent", _("Agent")
    CUSTOMER = "customer", _("Customer")
    UNKNOWN = "unknown", _("Both parties")


class Recording(models.Model):
    """`sha256` is the identity: of its one file, or of two (see `pair_identity`); the same again is the same call.

    `peaks` are per channel, in −100…100, alternating minimum and maximum of equal slices of the call. `is_truncated`
    when a file promises more sound than it holds.
    """

    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="recording")
    sha256 = models.CharField(max_length=64, unique=True)
    sample_rate_hz = models.IntegerField(null=True)
    channels = models.IntegerField(null=True)
    duration_s = models.FloatField(null=True)
    is_truncated = models.BooleanField(default=False)
    peaks = models.JSONField(default=list)
    agent_channel = models.IntegerField(null=True)
    agent_channel_source = models.CharField(max_length=10, choices=ChannelSourceChoice, default="unsure")
    agent_channel_confidence = models.FloatField(default=0.0)
    agent_channel_reason = models.CharField(max_length=300, blank=True)

    @property
    def is_mono(self) -> bool:
        return self.channels == 1


class RecordingPart(models.Model):
    """A file as it came: the only one, or at place 0 the customer's and at 1 the agent's.

    `form` is its container and codec by FFmpeg's names. `offset_s` is how much later than the first it starts: what
    was told when `offset_source` says so, else what measuring found; None until then.
    """

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="parts")
    place = models.SmallIntegerField(default=0)
    party = models.CharField(max_length=10, choices=PartyChoice, default="unknown")
    file_name = models.CharField(max_length=255, blank=True)
    blob_id = models.CharField(max_length=32, unique=True)
    sha256 = models.CharField(max_length=64, db_index=True)
    size_bytes = models.BigIntegerField()
    form = models.CharField(max_length=61, blank=True)
    offset_s = models.FloatField(null=True)
    offset_source = models.CharField(max_length=12, choices=OffsetSourceChoice, blank=True)

    class Meta:
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["recording", "place"], name="part_place")]


class ListeningCopy(models.Model):
    """What the player gets when no browser plays the files as they came.

    The row is there before its bytes, so that nothing is stored that nobody knows of; the one that `is_served` was
    made by the attempt that was saved. `places`: bytes before each further ten seconds.
    """

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="copies")
    blob_id = models.CharField(max_length=32, unique=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size_bytes = models.BigIntegerField(default=0)
    media_type = models.CharField(max_length=40)
    places = models.JSONField(default=list)
    is_served = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recording"], condition=models.Q(is_served=True), name="one_served_copy")
        ]
        indexes = [models.Index(fields=["is_served", "made_at"], name="copy_left_over")]
