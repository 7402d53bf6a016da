"""Each draft gets a token of its own; one default for all would not be unique."""

from uuid import uuid4

from django.db import migrations, models


def tokens_give(apps, schema_editor):
    drafts = apps.get_model("scorecards", "ScorecardDraft").objects.using(schema_editor.connection.alias)
    for draft in drafts.filter(token=None):
        draft.token = uuid4()
        draft.save(update_fields=["token"])


class Migration(migrations.Migration):
    dependencies = [("scorecards", "0002_drafts_and_rules")]

    operations = [
        migrations.AddField(
            model_name="scorecardrevision",
            name="draft_token",
            field=models.UUIDField(null=True, unique=True, editable=False),
        ),
        migrations.AddField(
            model_name="scorecarddraft",
            name="token",
            field=models.UUIDField(null=True, editable=False),
        ),
        migrations.RunPython(tokens_give, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="scorecarddraft",
            name="token",
            field=models.UUIDField(default=uuid4, unique=True, editable=False),
        ),
    ]
