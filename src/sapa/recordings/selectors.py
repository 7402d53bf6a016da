"""Reading recordings of calls that the reader may already see."""

from __future__ import annotations

from sapa.calls.models import Call
from sapa.recordings.models import Recording


def recording_of(call: Call) -> Recording | None:
    return Recording.objects.filter(call=call).first()
