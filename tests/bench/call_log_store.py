"""Stores the rows of `call_log_rows` in the database that Django is set up for, as fast as it takes them, and who looks
at them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from sapa.accounts.models import PbxName, Person, Role, Team, TeamGrant
from sapa.calls.models import Call, PbxFile, Queue, QueueGrant
from sapa.reviews.models import MachineShown
from sapa.scorecards.models import ScorecardRecord, ScorecardRevision
from tests.bench.call_log_rows import (
    AGENTS,
    CALL,
    ENDS_AT,
    EVALUATION,
    QUEUES,
    STAGE,
    TAG,
    TEAMS,
    Made,
    agent_name,
    calls_made,
    queue_name,
)  # fmt: skip

SHOWN = 300
LAST_STORED = "team reviewer"
_TABLES = ("calls_call", "pipeline_stagerow", "scorecards_evaluationrecord", "analytics_calltag")


def is_stored(count: int) -> bool:
    is_whole = Person.objects.filter(username=LAST_STORED).exists()
    return is_whole and Call.objects.order_by().values("pk")[:count].count() == count


def log_store(count: int) -> None:
    """Without indexes and keys while the rows come, which go in ten times as fast so."""
    revision = _form_store()
    Queue.objects.bulk_create(Queue(pk=number, name=queue_name(number)) for number in range(1, QUEUES + 1))
    with connection.cursor() as cursor:
        indexes = _indexes(cursor)
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.execute("PRAGMA cache_size=-1000000")
        else:
            cursor.execute("SET session_replication_role = replica")  # what refers to what is right as it is made
        for made in calls_made(count, revision_id=revision):
            _rows_store(made)
        for _, statement in indexes:
            cursor.execute(statement)
    _people_store()
    with connection.cursor() as cursor:  # as autovacuum would have by the end of such a year
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def _indexes(cursor: Any) -> list[tuple[str, str]]:
    """Those that belong to no constraint, each with the statement that makes it."""
    marks = ", ".join(["%s"] * len(_TABLES))
    if connection.vendor == "sqlite":
        cursor.execute(
            f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({marks})",
            _TABLES,
        )
    else:
        cursor.execute(
            f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ({marks})"
            " AND indexname NOT IN (SELECT conname FROM pg_constraint)",
            _TABLES,
        )
    return list(cursor.fetchall())


def _form_store() -> int:
    record, _ = ScorecardRecord.objects.get_or_create(key="bench")
    revision = ScorecardRevision.objects.create(
        scorecard=record, number=1, content={}, digest="bench", published_at=ENDS_AT
    )
    return revision.pk


def _rows_store(made: Made) -> None:
    kinds = ((CALL, made.calls), (STAGE, made.stages), (EVALUATION, made.evaluations), (TAG, made.tags))
    for table, (columns, rows) in zip(_TABLES, kinds, strict=True):
        names = ", ".join(columns)
        if connection.vendor == "sqlite":
            connection.ensure_connection()
            marks = ", ".join("?" * len(columns))
            database: Any = connection.connection
            database.execute("BEGIN")
            database.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", map(_plain, rows))
            database.execute("COMMIT")
            continue
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _plain(row: Sequence[Any]) -> list[Any]:
    """As Django writes them to SQLite."""
    return [
        value.hex if isinstance(value, UUID)
        else str(value.replace(tzinfo=None)) if isinstance(value, datetime)
        else value
        for value in row
    ]  # fmt: skip


def _people_store() -> None:
    """The agents in teams, and who looks: the scoped supervisor has two teams and a queue; the reviewer of a team was
    shown what the machine says of its newest calls."""
    teams = Team.objects.bulk_create(Team(name=f"Team {number:02}") for number in range(TEAMS))
    agents = Person.objects.bulk_create(
        Person(username=f"agent-{number:04}", role=Role.AGENT, team=teams[number % TEAMS]) for number in range(AGENTS)
    )
    PbxName.objects.bulk_create(PbxName(name=agent_name(number), person=person) for number, person in enumerate(agents))
    Person.objects.filter(pk=agents[0].pk).update(username="agent")
    Person.objects.create(username="administrator", role=Role.ADMINISTRATOR)
    Person.objects.create(username="supervisor", role=Role.SUPERVISOR)
    Person.objects.create(username="reviewer", role=Role.REVIEWER)
    PbxFile.objects.create(kind=1, head_bytes=1, head_sha256="bench", name="queue_log", seen_at=ENDS_AT)
    scoped = Person.objects.create(username="scoped", role=Role.SUPERVISOR)
    for team in teams[:2]:
        TeamGrant.objects.create(person=scoped, team=team)
    QueueGrant.objects.create(person=scoped, queue_id=5)
    team_reviewer = Person.objects.create(username=LAST_STORED, role=Role.REVIEWER)
    TeamGrant.objects.create(person=team_reviewer, team=teams[2])
    names = PbxName.objects.filter(person__team=teams[2]).values("name")
    seen = Call.objects.filter(agent_name__in=names, evaluations__isnull=False).order_by("-started_at")[:SHOWN]
    MachineShown.objects.bulk_create(MachineShown(call=call, person=team_reviewer, at=ENDS_AT) for call in seen)
