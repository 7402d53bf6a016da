"""Rows that come while their call is derived are not forgotten."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from threading import Event, Thread

from django.db import connection, transaction

from sapa.calls.connectors.asterisk.site import Site
from sapa.calls.keeping import calls_derive
from sapa.calls.models import Call, PbxRowKind
from sapa.calls.taking_rows import log_take

SITE = Site(UTC, "KZ")
ENTERED = b"1795286821|1795286821.0|support|NONE|ENTERQUEUE||+77011112233|1\n"
GAVE_UP = b"1795286833|1795286821.0|support|NONE|ABANDON|1|1|12\n"
WITHIN_S = 20


def test_rows_written_but_not_committed_while_the_call_is_derived(tmp_path: Path, transactional_db: None) -> None:
    if connection.vendor == "sqlite":  # where one writes at a time, so nothing is written meanwhile
        return
    log = tmp_path / "queue_log"
    log.write_bytes(ENTERED)
    log_take(log, PbxRowKind.QUEUE_LOG, UTC)  # the call is stale already when the next row comes
    written, derived = Event(), Event()

    def take_slowly() -> None:
        try:
            with log.open("ab") as more:
                more.write(GAVE_UP)
            with transaction.atomic():
                log_take(log, PbxRowKind.QUEUE_LOG, UTC)
                written.set()
                derived.wait(WITHIN_S)
        finally:
            connection.close()

    taking = Thread(target=take_slowly)
    taking.start()
    assert written.wait(WITHIN_S)
    while calls_derive(SITE):
        pass
    derived.set()
    taking.join(WITHIN_S)
    while calls_derive(SITE):
        pass
    assert Call.objects.get().disposition == "abandoned"
