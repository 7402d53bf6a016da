"""The stored stenogram of a call."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sapa.calls.models import Call, Queue
from sapa.calls.types import Party
from sapa.transcripts.measured import MeasuredWords, measured_words
from sapa.transcripts.plans import Rule
from sapa.transcripts.types import HearingLevel, LeftOut, LeftOutReason, Span, Turn, Voice, Word


class HearingChoice(models.TextChoices):
    FAIR = "fair", _("heard fairly well")
    SO_SO = "so_so", _("heard so-so")
    NONE = "none", _("not heard")
    UNMEASURED = "unmeasured", _("not measured")


class TranscriptRecord(models.Model):
    """`voice`: for every channel a list of `[start_s, end_s]` in which somebody is heard. `left_out`: what the model
    gave and nobody said, as `[channel, start_s, end_s, text, reason]`."""

    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="transcript")
    language = models.CharField(max_length=10, blank=True)
    language_confidence = models.FloatField()
    hearing = models.CharField(max_length=12, choices=HearingChoice)
    engine = models.CharField(max_length=40)
    model = models.CharField(max_length=200)
    voice = models.JSONField(default=list)
    left_out = models.JSONField(default=list)
    created_at = models.DateTimeField()

    @property
    def can_be_judged(self) -> bool:
        return self.hearing in {HearingLevel.FAIR, HearingLevel.SO_SO}

    @property
    def measured(self) -> MeasuredWords | None:
        """How well its model hears its language, as the figures of today have it."""
        return measured_words(self.model, self.language)

    def as_turns(self) -> tuple[Turn, ...]:
        return tuple(row.as_turn() for row in self.turns.all())

    def as_voice(self) -> Voice:
        return tuple(tuple(Span(*piece) for piece in channel) for channel in self.voice)

    def as_left_out(self) -> tuple[LeftOut, ...]:
        return tuple(
            LeftOut(channel, start_s, end_s, text, LeftOutReason(reason))
            for channel, start_s, end_s, text, reason in self.left_out
        )


class TurnRecord(models.Model):
    """`words` is a list of `[text, start_s, end_s, confidence]`."""

    transcript = models.ForeignKey(TranscriptRecord, on_delete=models.CASCADE, related_name="turns")
    position = models.IntegerField()
    channel = models.IntegerField()
    party = models.CharField(max_length=10)
    start_s = models.FloatField()
    end_s = models.FloatField()
    text = models.TextField()
    words = models.JSONField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["transcript", "position"], name="turn_position")]

    def as_turn(self) -> Turn:
        return Turn(self.channel, Party(self.party), tuple(Word(*word) for word in self.words))


class HearingRule(models.Model):
    """How the calls of a queue (none: of any) that are in `language_heard` ("": in any) are heard; see `plans`."""

    queue = models.ForeignKey(Queue, null=True, on_delete=models.CASCADE, related_name="hearing_rules")
    language_heard = models.CharField(max_length=10, blank=True)
    language_told = models.CharField(max_length=10, blank=True)
    engine = models.CharField(max_length=40, blank=True)
    model = models.CharField(max_length=200, blank=True)
    hints = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["queue", "language_heard"], name="hearing_rule_once"),
            models.UniqueConstraint(
                fields=["language_heard"], condition=models.Q(queue=None), name="hearing_rule_once_any_queue"
            ),
        ]

    def as_rule(self) -> Rule:
        queue = self.queue.name if self.queue else ""
        hints = tuple(self.hints)
        return Rule(queue, self.language_heard, self.language_told, self.engine, self.model, hints)


class HearingWish(models.Model):
    """Somebody wants this call heard by the second model, and so at every hearing that follows. Beside the transcript,
    which is replaced by the next one."""

    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="hearing_wish")
    asked_at = models.DateTimeField()
