"""Recordings are found by folder and time too, and rows by one index where PostgreSQL had two."""

from __future__ import annotations

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import OuterRef, Subquery


def times_tell(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    rows = apps.get_model("calls", "PbxRow").objects.filter(pk=OuterRef("row"))
    apps.get_model("calls", "PbxRecording").objects.update(at=Subquery(rows.values("at")[:1]))


class Migration(migrations.Migration):
    dependencies = [("calls", "0008_hosted_events")]

    operations = [
        migrations.AddField("pbxrecording", "folder", models.CharField(blank=True, default="", max_length=255), False),
        migrations.AddField("pbxrecording", "at", models.FloatField(default=0.0)),
        migrations.RunPython(times_tell, migrations.RunPython.noop, elidable=True),
        migrations.AlterField("pbxrecording", "name", models.CharField(max_length=255)),
        migrations.AlterField("pbxrow", "key", models.CharField(max_length=150)),
        migrations.AlterField("pbxlink", "key", models.CharField(max_length=150)),
        migrations.AddIndex("pbxrecording", models.Index(fields=["name", "folder", "at"], name="pbx_recording_name")),
        migrations.AddIndex("pbxrow", models.Index(fields=["key"], name="pbx_row_key")),
        migrations.AddIndex("pbxlink", models.Index(fields=["key"], name="pbx_link_key")),
        migrations.CreateModel(
            name="PbxCaughtUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("until", models.DateTimeField()),
            ],
        ),
    ]
