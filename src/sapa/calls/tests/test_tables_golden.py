"""The calls of a real Asterisk, out of tables: the same as out of its files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from sapa.calls.keeping import rows_derive
from sapa.calls.models import Call, PbxFile, PbxRow, PbxRowKind
from sapa.calls.replaying import call_as_json
from sapa.calls.taking_rows import log_take
from sapa.calls.taking_tables import source_of, table_take
from sapa.calls.tests.lines import SITE
from sapa.calls.tests.tables import CDR, CEL, VENDORS, Foreign, foreign, golden, local
from sapa.calls.tests.test_golden_calls import GOLDEN, SCENARIOS

pytestmark = pytest.mark.django_db
FEW = ("eventtype", "eventtime", "cid_num", "exten", "channame", "appname", "uniqueid", "linkedid", "extra")


@pytest.fixture(params=VENDORS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Foreign]:
    with foreign(request.param, tmp_path) as made:
        yield made


def calls_now() -> list[dict[str, Any]]:
    while rows_derive(SITE):
        pass
    return [call_as_json(call) | {"story": call.story} for call in Call.objects.order_by("source_key")]


def forget() -> None:
    Call.objects.all().delete()
    PbxRow.objects.all().delete()


def take_file(scenario: str, *kinds: PbxRowKind) -> None:
    names = {PbxRowKind.QUEUE_LOG: "queue_log", PbxRowKind.CEL: "cel.csv", PbxRowKind.CDR: "cdr.csv"}
    for kind in kinds:
        log_take(GOLDEN / scenario / names[kind], kind, UTC)


def take_table(world: Foreign, kind: str) -> int:
    source = source_of(world.place(kind))
    try:
        return table_take(source, UTC).inserted
    finally:
        source.close()


@pytest.mark.parametrize("time", ["text", "timestamp"])
def test_tables_give_the_calls_that_files_give(world: Foreign, time: str) -> None:
    world.make("cel", CEL, time=time)
    world.make("cdr", CDR, time=time)
    for scenario in SCENARIOS:
        take_file(scenario, *(PbxRowKind.QUEUE_LOG, PbxRowKind.CEL, PbxRowKind.CDR))
        cel = golden(scenario, "cel")
        world.write("cel", CEL, cel if time == "text" else local(cel))
        world.write("cdr", CDR, golden(scenario, "cdr"))
    by_files = calls_now()
    assert len(by_files) == len(SCENARIOS)
    forget()
    PbxFile.objects.all().delete()
    rows = take_table(world, "cel") + take_table(world, "cdr")
    assert rows == sum(len(golden(scenario, kind)) for scenario in SCENARIOS for kind in ("cel", "cdr"))
    assert take_table(world, "cel") + take_table(world, "cdr") == 0
    for scenario in SCENARIOS:
        take_file(scenario, PbxRowKind.QUEUE_LOG)
    assert calls_now() == by_files


@pytest.mark.parametrize("columns", [CEL, FEW])
def test_what_stands_in_a_file_and_in_a_table_is_told_once(world: Foreign, columns: tuple[str, ...]) -> None:
    """Also where the table has fewer columns."""
    world.make("cel", columns)
    for scenario in SCENARIOS:
        take_file(scenario, PbxRowKind.QUEUE_LOG, PbxRowKind.CEL)
        rows = [dict(zip(CEL, row, strict=True)) for row in golden(scenario, "cel")]
        world.write("cel", columns, [[row[name] for name in columns] for row in rows])
    by_files = calls_now()
    take_table(world, "cel")
    assert calls_now() == by_files


def test_a_site_that_bills_only_has_its_calls_once(world: Foreign) -> None:
    """As the sample of `cdr_pgsql`, which has neither when a call was answered nor when it was over."""
    columns = tuple(name for name in CDR if name not in {"answer", "end"})
    world.make("cdr", columns, time="timestamp")
    for scenario in SCENARIOS:
        take_file(scenario, PbxRowKind.CDR)
        rows = [dict(zip(CDR, row, strict=True)) for row in golden(scenario, "cdr")]
        world.write("cdr", columns, [[row[name] for name in columns] for row in rows])
    by_files = calls_now()
    take_table(world, "cdr")
    assert calls_now() == by_files
    forget()
    PbxFile.objects.all().delete()
    take_table(world, "cdr")
    figures = ("direction", "customer", "disposition", "talk_s", "linkedid")
    assert [[call[name] for name in figures] for call in calls_now()] == [
        [call[name] for name in figures] for call in by_files
    ]
