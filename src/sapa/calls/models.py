"""Calls, the queues they came through, and the raw events they are derived from."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from sapa.accounts.models import Person
from sapa.calls.agent_models import AgentDay, AgentPause, AgentSession, AgentStale, EndedByChoice
from sapa.calls.types import LONGEST_PROJECT, LONGEST_QUEUE, RowKind

__all__ = [  # for Django, which looks for models here
    "AgentDay", "AgentPause", "AgentSession", "AgentStale", "Call", "DirectionChoice", "DispositionChoice",
    "EndedByChoice", "GivenCall", "HungUpByChoice", "PbxFile", "PbxLink", "PbxRecording", "PbxRejected", "PbxRestart",
    "PbxRow", "PbxRowKind", "PbxStale", "Project", "Queue", "QueueGrant", "RawEvent", "WatchedFile", "WatchedOutcome",
]  # fmt: skip

MEASURES = ("talk", "wait", "ring", "hold", "duration")
LOG_FACTS = (
    "direction", "queue", "agent_name", "disposition", "hung_up_by", "customer_number", "customer_name", "talk_s",
    "wait_s", "ring_s", "hold_s", "duration_s", "transfer_count", "announced_count",
)  # fmt: skip
"""What the log of calls is filtered by: all of it stands in an index in the order of time, so that a filter which fits
nothing reads a fifth of what the rows are; and in two by agent and by queue, for whoever sees these alone (ADR 26)."""


UNHEARD = models.Q(revision__gt=0, announced_count__gt=0, file_name="", duration_s__isnull=True)
"""A recording was announced, and none is here."""


def _facts_but(*names: str) -> tuple[str, ...]:
    return tuple(name for name in LOG_FACTS if name not in names)


class DirectionChoice(models.TextChoices):
    INBOUND = "inbound", _("Inbound")
    OUTBOUND = "outbound", _("Outbound")
    INTERNAL = "internal", _("Internal")
    UNKNOWN = "", _("Unknown")


class DispositionChoice(models.TextChoices):
    ANSWERED = "answered", _("Answered")
    ABANDONED = "abandoned", _("Abandoned")
    TIMED_OUT = "timed_out", _("Timed out")
    BUSY = "busy", _("Busy")
    FAILED = "failed", _("Failed")
    VOICEMAIL = "voicemail", _("Voicemail")
    UNKNOWN = "", _("Unknown")


class HungUpByChoice(models.TextChoices):
    AGENT = "agent", _("Agent")
    CUSTOMER = "customer", _("Customer")
    SYSTEM = "system", _("Phone system")
    UNKNOWN = "", _("Unknown")


class Project(models.Model):
    """A campaign: it owns queues, and a call is of its queue's. `folded` is the name without regard to case, since a
    database folds Latin letters alone, or all of them."""

    name = models.CharField(max_length=LONGEST_PROJECT)
    folded = models.CharField(max_length=3 * LONGEST_PROJECT, unique=True)  # one letter folds into three at most
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Queue(models.Model):
    name = models.CharField(max_length=LONGEST_QUEUE, unique=True)
    project = models.ForeignKey(Project, null=True, on_delete=models.SET_NULL, related_name="queues")

    def __str__(self) -> str:
        return self.name


class QueueGrant(models.Model):
    """This person controls the quality of that queue's calls, besides those of the teams that were granted."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="queue_grants")
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="grants")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "queue"], name="queue_grant_once")]

    def __str__(self) -> str:
        return f"{self.person} → {self.queue}"


class Call(models.Model):
    """One conversation. `source_key` is its identity: the same key arriving again is the same call.

    From `dialled` on: what the phone system's records say (ADR 22), None or empty where there are none. `revision`
    counts how often they said something new; `story` holds queues, agents, offers nobody took and transfers in their
    order, of which `transfer_count` and `announced_count` (recordings that the phone system said it would write) are
    there to filter by. `part_of` is the call that this, which has a recording of its own, turned out to be a piece of.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source_key = models.CharField(max_length=200, unique=True)
    external_id = models.CharField(max_length=150, blank=True)
    file_name = models.CharField(max_length=255, blank=True)
    direction = models.CharField(max_length=10, choices=DirectionChoice, blank=True)
    queue = models.ForeignKey(Queue, null=True, on_delete=models.PROTECT, related_name="calls", db_index=False)
    agent_name = models.CharField(max_length=100, blank=True)
    customer_number = models.CharField(max_length=40, blank=True, db_index=True)
    customer_name = models.CharField(max_length=100, blank=True)
    started_at = models.DateTimeField()
    duration_s = models.FloatField(null=True)
    call_type = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=100, blank=True)
    language = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField()
    dialled = models.CharField(max_length=40, blank=True)
    disposition = models.CharField(max_length=10, choices=DispositionChoice, blank=True)
    hung_up_by = models.CharField(max_length=10, choices=HungUpByChoice, blank=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ring_s = models.FloatField(null=True)
    wait_s = models.FloatField(null=True)
    talk_s = models.FloatField(null=True)
    hold_s = models.FloatField(null=True)
    story = models.JSONField(default=dict)
    transfer_count = models.PositiveSmallIntegerField(default=0, db_default=0)
    announced_count = models.PositiveSmallIntegerField(default=0, db_default=0)
    revision = models.PositiveIntegerField(default=0)
    part_of = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="parts")

    class Meta:
        ordering = ["-started_at", "-created_at"]
        indexes = [
            models.Index(fields=["-started_at", "id", *LOG_FACTS], name="call_log"),
            models.Index(fields=["agent_name", "-started_at", "id", *_facts_but("agent_name")], name="call_agent_log"),
            models.Index(
                fields=["queue", "agent_name", "-started_at", "id", *_facts_but("queue", "agent_name")],
                name="call_queue_log",
            ),
            models.Index(fields=["file_name"], name="call_file", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["disposition", "-started_at"], name="call_result"),
            models.Index(fields=["customer_name"], name="call_named", condition=models.Q(customer_name__gt="")),
            *(models.Index(fields=[f"{name}_s"], name=f"call_{name}") for name in MEASURES),
            models.Index(
                fields=["started_at"], name="call_going_on", condition=models.Q(ended_at=None, revision__gt=0)
            ),
            models.Index(fields=["-started_at"], name="call_undirected", condition=models.Q(direction="")),
            # What is the same of all in it stands first, or SQLite goes to the index of files, or of lengths.
            models.Index(fields=["file_name", "duration_s", "ended_at"], name="call_unheard", condition=UNHEARD),
        ]

    @property
    def is_unanswered(self) -> bool:
        """The phone system says that nobody took it; what was recorded is a wait, or a message. One that failed after
        it was answered was taken."""
        return self.disposition not in ("", DispositionChoice.ANSWERED) and self.answered_at is None

    is_veiled = False
    """A copy for somebody names are kept from; see `calls.selectors.veiled`."""

    def save(self, *args: Any, **how: Any) -> None:
        if self.is_veiled:
            raise TypeError("a veiled call is for showing; saved, it would wipe out the names")
        super().save(*args, **how)

    def __str__(self) -> str:
        return self.file_name or str(self.id)


class CallTurned(models.Model):
    """What decides whether and by which form a call with a recording is marked is told otherwise than before. It may be
    marked already; once that was looked after, this goes. A row for each time: one that is just being taken away may
    have been looked after too early."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="+")


class GivenCall(models.Model):
    """An outside reviewer sees this call, until the end of that day if there is one (ADR 18)."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="given")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="given_calls")
    given_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    given_at = models.DateTimeField()
    until_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "person"], name="given_call_once")]
        indexes = [models.Index(fields=["person", "until_on", "given_at"], name="given_call_desk")]


class WatchedOutcome(models.TextChoices):
    TAKEN = "taken", _("Taken")
    KNOWN = "known", _("Here already")
    REFUSED = "refused", _("Refused")


class WatchedFile(models.Model):
    """A recording that a watched folder held, and what became of it. While its size and time stay what they were, it is
    not looked into again. `key` is the SHA-256 of folder and path, since a path is longer than an index takes and need
    not be text; `folder` and `path` are for people."""

    key = models.CharField(max_length=64, unique=True)
    folder = models.TextField()
    path = models.TextField()
    inode = models.BigIntegerField()
    size_bytes = models.BigIntegerField()
    mtime_ns = models.BigIntegerField()
    metadata_mark = models.CharField(max_length=64, blank=True)  # what lay beside it, where that was the reason
    outcome = models.CharField(max_length=10, choices=WatchedOutcome)
    call = models.ForeignKey(Call, null=True, on_delete=models.SET_NULL, related_name="watched_files")
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.TextField(blank=True)
    archived_as = models.TextField(blank=True)
    seen_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["size_bytes", "mtime_ns"], name="watched_same_file"),
            models.Index(fields=["outcome", "-seen_at"], name="watched_newest"),
        ]

    def __str__(self) -> str:
        return self.path


class RawEvent(models.Model):
    """What a connector was told, kept for ever as it came; calls can be derived from it again."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="raw_events")
    connector = models.CharField(max_length=40)
    received_at = models.DateTimeField()
    payload = models.JSONField()


class PbxRowKind(models.IntegerChoices):
    QUEUE_LOG = RowKind.QUEUE_LOG.value
    CEL = RowKind.CEL.value
    CDR = RowKind.CDR.value
    EVENT = RowKind.EVENT.value
    CALL_LOG = RowKind.CALL_LOG.value


class PbxFile(models.Model):
    """A log of the phone system, known by its beginning and not by its name, so that a copy that was renamed or packed
    is the same file. `head_sha256` is of its first `head_bytes`; `read_to` is how far its unpacked text was read. The
    one of kind EVENT is no file: events that were sent are numbered in it, and `read_to` is the next number."""

    kind = models.SmallIntegerField(choices=PbxRowKind)
    head_bytes = models.SmallIntegerField()
    head_sha256 = models.CharField(max_length=64)
    name = models.TextField()
    read_to = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField()
    newest = models.FloatField(null=True)
    """Of its rows' times, seconds since 1970."""
    old_to = models.BigIntegerField(default=0)
    """Its rows before this place were taken when agents' rows had no key of their own; see `agent_rows_old`."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "head_sha256"], name="pbx_file_once")]

    def __str__(self) -> str:
        return self.name


class PbxRow(models.Model):
    """A line of such a log, kept for ever as it came. Its id is `file × 2^40 + offset`, so it is there once. `key` is
    the call it speaks of, or the channel where it knows no more; `agent/<day>/<name>` for an agent's coming, going and
    pausing (ADR 25); empty for what belongs to nobody."""

    id = models.BigIntegerField(primary_key=True)
    kind = models.SmallIntegerField(choices=PbxRowKind)
    key = models.CharField(max_length=150)
    at = models.FloatField()
    raw = models.BinaryField()

    class Meta:
        # Not `db_index`: on PostgreSQL that is two, the other for beginnings of keys, which nobody asks for.
        indexes = [models.Index(fields=["key"], name="pbx_row_key")]


class PbxEvent(models.Model):
    """An event that was sent, by its sender's id, and the number of its row. Of one that was rejected the id is a word
    with a space and the SHA-256 of what is kept of it, so that it is kept once; no sender's id holds a space."""

    event_id = models.CharField(max_length=200, primary_key=True)
    row = models.BigIntegerField()

    def __str__(self) -> str:
        return self.event_id


class PbxRejected(models.Model):
    """A line or an event that is none, with the reason; its id is that of a row."""

    id = models.BigIntegerField(primary_key=True)
    kind = models.SmallIntegerField(choices=PbxRowKind)
    reason = models.CharField(max_length=20)
    raw = models.BinaryField()


class PbxLink(models.Model):
    """This channel took part in that call, whose name is another channel's."""

    channel = models.CharField(max_length=150)
    key = models.CharField(max_length=150)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "key"], name="pbx_link_once")]
        indexes = [models.Index(fields=["key"], name="pbx_link_key")]


class PbxRecording(models.Model):
    """The row says that this file would be written of this channel. `leg` is what it holds of it: both, in, out.
    `folder`: the last one of its path; `at`: the row's time."""

    row = models.BigIntegerField()
    leg = models.CharField(max_length=4)
    name = models.CharField(max_length=255)
    channel = models.CharField(max_length=150)
    folder = models.CharField(max_length=255, blank=True)
    at = models.FloatField(default=0.0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["row", "leg"], name="pbx_recording_once")]
        indexes = [models.Index(fields=["name", "folder", "at"], name="pbx_recording_name")]

    def __str__(self) -> str:
        return self.name


class PbxRestart(models.Model):
    """The phone system began anew: what was going on before is over. `id` is that of the row which says so, `at` its
    time or, where that is earlier, of a line behind it; `alive_at` of the line before it. Seconds since 1970."""

    id = models.BigIntegerField(primary_key=True)
    at = models.FloatField(db_index=True)
    alive_at = models.FloatField()


class PbxCaughtUp(models.Model):
    """One row: what was written until then in the logs that are followed is here, and made into calls."""

    until = models.DateTimeField()


class PbxStale(models.Model):
    """Rows of this key came since its call was derived."""

    key = models.CharField(max_length=150, primary_key=True)
