"""A phone system that ended in the middle of calls and began anew: no row tells how they went on."""

from __future__ import annotations

from pathlib import Path

import pytest

from sapa.calls.models import Call, PbxRowKind
from sapa.calls.tests.lines import ANSWERED, BEGAN_S, cel, come

pytestmark = pytest.mark.django_db
CEL = PbxRowKind.CEL
FIRST, SECOND = "1795286821.0", "1795286822.1"
TALKING = b"".join(
    (
        cel(0, "CHAN_START", "PJSIP/trunk-1", FIRST, exten="100"),
        cel(1, "CHAN_START", "PJSIP/101-2", SECOND, FIRST, number="101"),
        cel(3, "BRIDGE_ENTER", "PJSIP/101-2", SECOND, FIRST, extra='{"bridge_id":"b"}'),
        cel(3, "BRIDGE_ENTER", "PJSIP/trunk-1", FIRST, extra='{"bridge_id":"b"}'),
    )
)
ENTERED, CONNECTED, _ = ANSWERED.splitlines(keepends=True)


def began_anew(after_s: int) -> bytes:
    return f"{BEGAN_S + after_s}|NONE|NONE|NONE|QUEUESTART|\n".encode()


def paused(after_s: int) -> bytes:
    return f"{BEGAN_S + after_s}|NONE|support|Bulat|PAUSE|lunch\n".encode()


def the_call() -> Call:
    return Call.objects.get(source_key=f"id:{FIRST}")


def test_a_talk_lasted_at_least_until_the_last_sign_of_life(tmp_path: Path) -> None:
    come(tmp_path, "cel.csv", TALKING, CEL)
    assert the_call().ended_at is None
    come(tmp_path, "queue_log", paused(63) + began_anew(300))
    call = the_call()
    assert (call.disposition, call.hung_up_by, call.talk_s) == ("answered", "system", 59.5)
    assert call.ended_at is not None
    assert call.ended_at.timestamp() == BEGAN_S + 63


def test_the_rows_may_come_after_those_of_the_new_one(tmp_path: Path) -> None:
    come(tmp_path, "queue_log", paused(63) + began_anew(300))
    come(tmp_path, "cel.csv", TALKING, CEL)
    assert (the_call().hung_up_by, the_call().talk_s) == ("system", 59.5)


def test_where_nothing_else_was_written_its_own_last_row_is_the_last_sign(tmp_path: Path) -> None:
    come(tmp_path, "cel.csv", TALKING, CEL)
    come(tmp_path, "queue_log", began_anew(300))
    assert (the_call().disposition, the_call().talk_s, the_call().hung_up_by) == ("answered", 0.001, "system")


def test_rows_lost_long_before_make_no_talk_of_weeks(tmp_path: Path) -> None:
    come(tmp_path, "cel.csv", TALKING, CEL)
    come(tmp_path, "queue_log", paused(20 * 86_400) + began_anew(20 * 86_400 + 60))
    assert (the_call().talk_s, the_call().hung_up_by) == (0.001, "system")


def test_a_transferred_call_of_the_queue_log_alone_is_over_for_the_queue(tmp_path: Path) -> None:
    gone = b"1795286833|1795286821.0|support|Aigerim|BLINDTRANSFER|113|internal|1|11|1\n"
    come(tmp_path, "queue_log", ENTERED + CONNECTED + gone)
    assert the_call().ended_at is not None
    assert the_call().talk_s == 11


@pytest.mark.parametrize(
    ("rows", "disposition", "talk_s"), [(ENTERED, "failed", 0), (ENTERED + CONNECTED, "answered", 62)]
)
def test_the_queue_log_alone_tells_it_too(tmp_path: Path, rows: bytes, disposition: str, talk_s: float) -> None:
    come(tmp_path, "queue_log", rows)
    assert the_call().ended_at is None
    come(tmp_path, "queue_log", paused(63) + began_anew(300))
    call = the_call()
    assert (call.disposition, call.hung_up_by, call.talk_s) == (disposition, "system", talk_s)
    assert call.ended_at is not None


def test_a_call_that_goes_on_after_it_is_not_cut(tmp_path: Path) -> None:
    """A second phone system writes to the same place, or the clock was set."""
    come(tmp_path, "queue_log", began_anew(2))
    come(tmp_path, "cel.csv", TALKING, CEL)
    assert (the_call().ended_at, the_call().hung_up_by) == (None, "")


def test_rows_that_come_late_after_all_tell_better(tmp_path: Path) -> None:
    come(tmp_path, "cel.csv", TALKING, CEL)
    come(tmp_path, "queue_log", began_anew(300))
    come(tmp_path, "cel.csv", b"".join(
        cel(40, "HANGUP", channel, id_, FIRST, extra='{"hangupsource":"PJSIP/trunk-1"}')
        for channel, id_ in (("PJSIP/trunk-1", FIRST), ("PJSIP/101-2", SECOND))
    ), CEL)  # fmt: skip
    assert (the_call().hung_up_by, the_call().talk_s) == ("customer", 37)
