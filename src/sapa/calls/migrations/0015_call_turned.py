"""Calls that may have to be marked anew (ADR 22)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0014_logs_of_their_own")]

    operations = [
        migrations.CreateModel(
            "CallTurned",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "call",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="calls.call"),
                ),
            ],
        ),
    ]
