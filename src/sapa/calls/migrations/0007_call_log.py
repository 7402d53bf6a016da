"""The log of calls: what it is sorted and filtered by, in indexes (ADR 26)."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

LENGTHS = {"sqlite": "json_array_length(story, '$.{}')", "postgresql": "jsonb_array_length(story -> '{}')"}


def counts_fill(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """One statement, since a million stories would take an hour one by one; the ORM has no length of an array."""
    length = LENGTHS[schema_editor.connection.vendor]
    pairs = (("transfer_count", "transfers"), ("announced_count", "recordings"))
    values = ", ".join(f"{column} = COALESCE({length.format(part)}, 0)" for column, part in pairs)
    schema_editor.execute(f"UPDATE calls_call SET {values} WHERE revision > 0")


class Migration(migrations.Migration):
    dependencies = [("calls", "0006_recordings_told")]

    # Columns first: SQLite makes the table anew for each, which is quicker while it has few indexes.
    operations = [
        migrations.RemoveIndex("call", name="call_newest"),
        migrations.AlterField("call", "agent_name", models.CharField(blank=True, max_length=100)),
        migrations.AlterField("call", "started_at", models.DateTimeField()),
        migrations.AlterField(
            "call",
            "queue",
            models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="calls",
                to="calls.queue",
            ),
        ),
        migrations.AddField("call", "transfer_count", models.PositiveSmallIntegerField(default=0, db_default=0)),
        migrations.AddField("call", "announced_count", models.PositiveSmallIntegerField(default=0, db_default=0)),
        migrations.RunPython(counts_fill, migrations.RunPython.noop),
        migrations.AddIndex(
            "call",
            models.Index(
                fields=[
                    "-started_at", "id", "direction", "queue", "agent_name", "disposition", "hung_up_by",
                    "customer_number", "customer_name", "talk_s", "wait_s", "ring_s", "hold_s", "duration_s",
                    "transfer_count", "announced_count",
                ],
                name="call_log",
            ),
        ),
        migrations.AddIndex("call", models.Index(fields=["agent_name", "-started_at", "id"], name="call_agent")),
        migrations.AddIndex("call", models.Index(fields=["queue", "agent_name"], name="call_queue_agent")),
        migrations.AddIndex(
            "call", models.Index(fields=["file_name"], name="call_file", opclasses=["varchar_pattern_ops"])
        ),
        migrations.AddIndex("call", models.Index(fields=["talk_s"], name="call_talk")),
        migrations.AddIndex("call", models.Index(fields=["wait_s"], name="call_wait")),
        migrations.AddIndex("call", models.Index(fields=["ring_s"], name="call_ring")),
        migrations.AddIndex("call", models.Index(fields=["hold_s"], name="call_hold")),
        migrations.AddIndex("call", models.Index(fields=["duration_s"], name="call_duration")),
    ]  # fmt: skip
