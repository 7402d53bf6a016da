"""Reading the stenogram of a call, and the rules by which calls are heard."""

from __future__ import annotations

from sapa.calls.models import Call
from sapa.transcripts.models import HearingRule, TranscriptRecord


def transcript_of(call: Call) -> TranscriptRecord | None:
    """With its turns, in the order they were said."""
    return TranscriptRecord.objects.filter(call=call).prefetch_related("turns").first()


def hearing_rules() -> list[HearingRule]:
    """In the order of their queues and languages, those for any first."""
    rules = HearingRule.objects.select_related("queue")
    return sorted(rules, key=lambda rule: (rule.queue.name if rule.queue else "", rule.language_heard))
