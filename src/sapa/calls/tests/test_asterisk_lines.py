"""Lines of `queue_log`, CEL and CDR as rows, and what is no line of theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from sapa.calls.connectors.asterisk import cdr, cel, queue_log
from sapa.calls.connectors.asterisk.rows import QueueRow, Reason, Row, RowRejected

CONNECT = b"1795286822|1795286821.0|support|Aigerim|CONNECT|1|1795286821.1|1"
START = (
    b'"CHAN_START","1795286821.104233","Client","+77011112233","","","","77001234567","inbound","PJSIP/anon-00000000","",'
    b'"","3","","1795286821.0","1795286821.0","","","",""'
)
BILLED = (
    b'"","+77011112233","77001234567","inbound","""Client"" <+77011112233>","PJSIP/anon-00000000",'
    b'"PJSIP/agent1-00000001","Queue","support,t,,,60","2026-11-21 14:07:01","2026-11-21 14:07:01",'
    b'"2026-11-21 14:07:13",12,12,"ANSWERED","DOCUMENTATION","1795286821.0",""'
)


def test_a_line_of_the_queue_log_is_a_row() -> None:
    row = queue_log.row_of(CONNECT)
    assert row == QueueRow(1795286822.0, "1795286821.0", "support", "Aigerim", "CONNECT", ("1", "1795286821.1", "1"))


def test_what_belongs_to_no_call_says_so() -> None:
    row = queue_log.row_of(b"1795286800|NONE|NONE|NONE|QUEUESTART|")
    assert (row.call, row.queue, row.agent) == ("", "", "")


@pytest.mark.parametrize("raw", [START, START.replace(b'"CHAN_START"', b'"CHAN_START","My Literal"')])
def test_cel_is_read_in_the_orders_of_the_sample_configuration(raw: bytes) -> None:
    row = cel.row_of(raw, UTC)
    assert (row.at, row.event, row.channel_id, row.linked_id) == (
        1795286821.104233,
        "CHAN_START",
        "1795286821.0",
        "1795286821.0",
    )
    assert (row.channel, row.caller_name, row.caller_number) == ("PJSIP/anon-00000000", "Client", "+77011112233")
    assert (row.exten, row.context) == ("77001234567", "inbound")


def test_cel_is_read_as_json() -> None:
    row = cel.row_of(
        b'{"EventType":"HANGUP","EventTime":"1795286833.5","ChanName":"PJSIP/agent1-00000001","UniqueID":"1795286821.1",'
        b'"LinkedID":"1795286821.0","Extra":{"hangupcause":16}}',
        UTC,
    )
    assert (row.event, row.channel_id, row.extra) == ("HANGUP", "1795286821.1", '{"hangupcause": 16}')


def test_an_event_of_the_sites_own_is_known_by_its_name() -> None:
    columns = START.split(b",")
    columns[0], columns[18] = b'"HOLD"', b'"HOLD"'
    row = cel.row_of(b",".join(columns), UTC)
    assert (row.event, row.user_event) == ("USER_DEFINED", "HOLD")


def test_a_local_time_is_one_of_the_phone_systems_zone() -> None:
    row = cdr.row_of(BILLED, ZoneInfo("Asia/Almaty"))
    assert (row.at, row.ended_at, row.talk_s, row.disposition) == (1795252021.0, 1795252033.0, 12.0, "ANSWERED")
    assert (row.caller_number, row.dialled, row.peer) == ("+77011112233", "77001234567", "PJSIP/agent1-00000001")


def test_a_name_in_an_older_encoding_does_not_lose_the_line() -> None:
    assert queue_log.row_of(CONNECT.replace(b"Aigerim", "Айгерим".encode("cp1251"))).event == "CONNECT"


@pytest.mark.parametrize(
    ("line", "read", "reason"),
    [
        (b"1795286822|1795286821.0|support", queue_log.row_of, Reason.COLUMNS),
        (CONNECT.replace(b"1795286822|", b"yesterday|"), queue_log.row_of, Reason.TIME),
        (CONNECT.replace(b"1795286822|", b"17952868220000|"), queue_log.row_of, Reason.TIME),
        (CONNECT.replace(b"1795286821.0", b"a call\tof"), queue_log.row_of, Reason.CALL),
        (CONNECT.replace(b"CONNECT", b""), queue_log.row_of, Reason.EVENT),
        (CONNECT + b"\0\0\0", queue_log.row_of, Reason.SIGNS),
        (CONNECT + b"x" * 20_000, queue_log.row_of, Reason.LENGTH),
        (START.rsplit(b",", 4)[0], cel.row_of, Reason.COLUMNS),
        (START[:-1] + b"x", cel.row_of, Reason.QUOTES),
        (START.replace(b"CHAN_START", b"chan start"), cel.row_of, Reason.EVENT),
        (START.replace(b"1795286821.0", b""), cel.row_of, Reason.CALL),
        (START.replace(b"1795286821.104233", b"nan"), cel.row_of, Reason.TIME),
        (b"{not json", cel.row_of, Reason.QUOTES),
        (b'{"EventType": 3}', cel.row_of, Reason.EVENT),
        (BILLED.replace(b"ANSWERED", b"MAYBE"), cdr.row_of, Reason.EVENT),
        (BILLED.replace(b",12,12,", b",twelve,12,"), cdr.row_of, Reason.NUMBER),
        (BILLED.replace(b"2026-11-21 14:07:01", b"2026-13-45 99:00:00"), cdr.row_of, Reason.TIME),
        (b"", cdr.row_of, Reason.COLUMNS),
    ],
)
def test_what_is_no_row_tells_why(line: bytes, read: Callable[..., Row], reason: Reason) -> None:
    with pytest.raises(RowRejected) as caught:
        read(line, UTC)
    assert caught.value.reason is reason
