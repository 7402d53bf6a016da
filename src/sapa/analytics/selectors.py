"""Reading measures and tags of a call."""

from __future__ import annotations

from sapa.analytics.models import CallMeasures, CallTag
from sapa.calls.models import Call


def measures_of(call: Call) -> dict[str, float | None]:
    """Measure key → value, empty while nothing has been measured."""
    row = CallMeasures.objects.filter(call=call).first()
    return dict(row.values) if row else {}


def tags_of(call: Call) -> list[CallTag]:
    return list(CallTag.objects.filter(call=call))
