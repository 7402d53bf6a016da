"""Reading the stenogram of a call."""

from __future__ import annotations

from sapa.calls.models import Call
from sapa.transcripts.models import TranscriptRecord


def transcript_of(call: Call) -> TranscriptRecord | None:
    """With its turns, in the order they were said."""
    return TranscriptRecord.objects.filter(call=call).prefetch_related("turns").first()
