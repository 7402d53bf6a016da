"""All facts of a call by its agent and by its queue too, and two kinds of calls that are looked for (ADR 26)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0013_projects")]

    # What takes the place of an index is there before that goes.
    operations = [
        migrations.AddIndex(
            "call",
            models.Index(
                fields=[
                    "agent_name", "-started_at", "id", "direction", "queue", "disposition", "hung_up_by",
                    "customer_number", "customer_name", "talk_s", "wait_s", "ring_s", "hold_s", "duration_s",
                    "transfer_count", "announced_count",
                ],
                name="call_agent_log",
            ),
        ),
        migrations.AddIndex(
            "call",
            models.Index(
                fields=[
                    "queue", "agent_name", "-started_at", "id", "direction", "disposition", "hung_up_by",
                    "customer_number", "customer_name", "talk_s", "wait_s", "ring_s", "hold_s", "duration_s",
                    "transfer_count", "announced_count",
                ],
                name="call_queue_log",
            ),
        ),
        migrations.AddIndex(
            "call", models.Index(fields=["-started_at"], name="call_undirected", condition=models.Q(direction=""))
        ),
        migrations.AddIndex(
            "call",
            models.Index(
                fields=["file_name", "duration_s", "ended_at"],
                name="call_unheard",
                condition=models.Q(revision__gt=0, announced_count__gt=0, file_name="", duration_s__isnull=True),
            ),
        ),
        migrations.RemoveIndex("call", name="call_agent"),
        migrations.RemoveIndex("call", name="call_queue_agent"),
    ]  # fmt: skip
