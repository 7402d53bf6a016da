"""Rows that are meant to stop the taking or the deriving: each is kept or refused, and the calls beside it are made."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from sapa.calls.connectors.asterisk.site import Site
from sapa.calls.keeping import calls_derive
from sapa.calls.models import Call, PbxRejected, PbxRowKind, PbxStale
from sapa.calls.taking_rows import log_take

pytestmark = pytest.mark.django_db
GOOD = b"1795286821|1795286821.0|support|NONE|ENTERQUEUE||+77011112233|1\n"


def json_row(**told: str) -> bytes:
    facts = {"EventType": "CHAN_START", "EventTime": "1795286900.5", "ChanName": "PJSIP/trunk-1"}
    facts |= {"UniqueID": "1795286900.7", "LinkedID": "1795286900.7", **told}
    return ("{" + ", ".join(f'"{name}": "{value}"' for name, value in facts.items()) + "}\n").encode()


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (PbxRowKind.CEL, json_row(CIDName=r"\ud83d", CIDNum=r"\u0000\ud800")),
        (PbxRowKind.CEL, json_row(UniqueID=r"1795286900.\u00b2", LinkedID=r"\u00b2795286900.7")),
        (PbxRowKind.CEL, json_row(EventType="APP_START", AppName="Queue", AppData="q" * 400)),
        (PbxRowKind.CEL, json_row(EventType="BLINDTRANSFER", Extra=r"{\"extension\": \"\\ud800\\u0000\"}")),
        (PbxRowKind.CEL, json_row(EventType="BRIDGE_ENTER", Extra="[" * 9_000)),
        (PbxRowKind.CEL, b'{"a":' * 3_000 + b"\n"),
        (PbxRowKind.CEL, b"[" * 9_000 + b"\n"),
        (PbxRowKind.QUEUE_LOG, b"1795286900|1795286900.7|support|NONE|ABANDON|1|1|99999999999\n"),
        (PbxRowKind.QUEUE_LOG, b"1795286900|1795286900.7|" + b"q" * 900 + b"|" + b"a" * 900 + b"|CONNECT|1|1.1|1\n"),
        (PbxRowKind.QUEUE_LOG, b"1795286900|1795286900.7|s|a|ENTERQUEUE||" + b"9" * 900 + b"|1\n"),
        (PbxRowKind.QUEUE_LOG, "1795286900|1795286900.²|s|a|ENTERQUEUE|||1\n".encode()),
    ],
)
def test_the_call_beside_it_is_made(tmp_path: Path, kind: PbxRowKind, line: bytes) -> None:
    (tmp_path / "hostile").write_bytes(line)
    (tmp_path / "queue_log").write_bytes(GOOD)
    hostile = log_take(tmp_path / "hostile", kind, UTC)
    log_take(tmp_path / "queue_log", PbxRowKind.QUEUE_LOG, UTC)
    while calls_derive(Site(UTC, "KZ")):
        pass
    assert Call.objects.filter(external_id="1795286821.0").exists()
    assert not PbxStale.objects.exists()
    assert (hostile.rows, PbxRejected.objects.count()) in {(1, 0), (0, 1)}


def test_who_comes_into_the_same_queue_again_in_the_second_of_leaving_it_waited_twice(tmp_path: Path) -> None:
    (tmp_path / "queue_log").write_bytes(
        b"1795286821|1795286821.0|support|NONE|ENTERQUEUE||+77011112233|1\n"
        b"1795286827|1795286821.0|support|NONE|EXITWITHTIMEOUT|1|1|6\n"
        b"1795286827|1795286821.0|support|NONE|ENTERQUEUE||+77011112233|1\n"
        b"1795286830|1795286821.0|support|NONE|ABANDON|1|1|3\n"
    )
    log_take(tmp_path / "queue_log", PbxRowKind.QUEUE_LOG, UTC)
    calls_derive(Site(UTC, "KZ"))
    visits = Call.objects.get().story["queues"]
    assert [(visit["wait_s"], visit["outcome"]) for visit in visits] == [(6.0, "timed_out"), (3.0, "abandoned")]
