"""Taking and storing the measures and tags of a call."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from sapa.analytics.measures import analyse
from sapa.analytics.models import CallMeasures, CallTag
from sapa.analytics.types import Analysis
from sapa.recordings.models import Recording
from sapa.recordings.types import PARTY_CHANNELS
from sapa.transcripts.models import TranscriptRecord


def analysis_make(call_id: UUID, progress: Callable[[float], None]) -> Analysis:
    transcript = TranscriptRecord.objects.prefetch_related("turns").get(call_id=call_id)
    recording = Recording.objects.only("channels").get(call_id=call_id)
    return analyse(transcript.as_turns(), transcript.as_voice(), channels=recording.channels or PARTY_CHANNELS)


def analysis_save(call_id: UUID, analysis: Analysis) -> None:
    """Replaces an earlier analysis of the call."""
    CallMeasures.objects.update_or_create(call_id=call_id, defaults={"values": analysis.measures})
    CallTag.objects.filter(call_id=call_id).delete()
    CallTag.objects.bulk_create(
        CallTag(
            call_id=call_id,
            kind=tag.kind,
            party=tag.party,
            start_s=tag.start_s,
            end_s=tag.end_s,
            evidence=tag.evidence,
        )
        for tag in analysis.tags
    )
