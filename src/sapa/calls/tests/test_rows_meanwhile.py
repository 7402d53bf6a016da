"""Rows that come while their call is derived are not forgotten."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from threading import Event, Thread

from django.db import connection, transaction

from sapa.calls.connectors.asterisk.site import Site
from sapa.calls.keeping import rows_derive
from sapa.calls.models import Call, PbxRowKind
from sapa.calls.taking_rows import log_take

SITE = Site(UTC, "KZ")
ENTERED = b"1795286821|1795286821.0|support|NONE|ENTERQUEUE||+77011112233|1\n"
GAVE_UP = b"1795286833|1795286821.0|support|NONE|ABANDON|1|1|12\n"
WITHIN_S = 20


def test_a_database_that_stalls_costs_nothing(tmp_path: Path, transactional_db: None) -> None:
    """It answers nobody for as long as somebody else holds the tables; what was written meanwhile is taken after it."""
    if connection.vendor == "sqlite":  # which answers at once, that it is locked
        return
    log = tmp_path / "queue_log"
    log.write_bytes(ENTERED)
    taken = Event()

    def take() -> None:
        try:
            log_take(log, PbxRowKind.QUEUE_LOG, UTC)
            taken.set()
        finally:
            connection.close()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE calls_pbxrow, calls_pbxstale IN ACCESS EXCLUSIVE MODE")
        taking = Thread(target=take)
        taking.start()
        assert not taken.wait(1)
        with log.open("ab") as more:
            more.write(GAVE_UP)
    assert taken.wait(WITHIN_S)
    taking.join(WITHIN_S)
    log_take(log, PbxRowKind.QUEUE_LOG, UTC)
    while rows_derive(SITE):
        pass
    assert Call.objects.get().disposition == "abandoned"


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
    while rows_derive(SITE):
        pass
    derived.set()
    taking.join(WITHIN_S)
    while rows_derive(SITE):
        pass
    assert Call.objects.get().disposition == "abandoned"
