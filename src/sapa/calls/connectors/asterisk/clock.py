"""Local times of a phone system as moments: one hour of autumn is written twice, one of spring never (ADR 22)."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from functools import lru_cache

from sapa.calls.connectors.asterisk.rows import Reason, RowRejected, seconds_at

_SLACK_S = 2.0  # a channel's name is whole seconds, and a clock may be set back a little


def moment_of(raw: str, zone: tzinfo, channel_id: str) -> float:
    """Seconds since 1970 of a time as the source writes it: a number, or a local date and time of `zone`.

    Of the two moments that a local time of autumn can mean, the first that is not before the channel was made counts.
    Raises `RowRejected`.
    """
    if ":" not in raw:
        return seconds_at(raw)
    earlier, later = _moments(raw, zone)
    if earlier == later:
        return earlier
    made_at = _made_at(channel_id)
    return later if made_at is not None and earlier < made_at - _SLACK_S else earlier


@lru_cache(maxsize=4096)
def _moments(raw: str, zone: tzinfo) -> tuple[float, float]:
    try:
        local = datetime.fromisoformat(raw.replace("/", "-"))
    except ValueError:
        raise RowRejected(Reason.TIME) from None
    if local.tzinfo is not None:
        at = local.timestamp()
        return (seconds_at(str(at)),) * 2
    both = [seconds_at(repr(local.replace(tzinfo=zone, fold=fold).astimezone(UTC).timestamp())) for fold in (0, 1)]
    return min(both), max(both)


@lru_cache(maxsize=1024)
def _made_at(channel_id: str) -> float | None:
    """A channel is named by the second it was made in: `1795286821.4`, or `pbx1-1795286821.4`."""
    seconds = channel_id.rpartition("-")[2].partition(".")[0]
    return float(seconds) if seconds.isdigit() and len(seconds) == 10 else None
