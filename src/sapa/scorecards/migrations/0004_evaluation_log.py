"""The log of calls is sorted by CQR, and filtered by a verdict that few calls have."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("scorecards", "0003_draft_token")]

    operations = [
        migrations.AddIndex(
            "evaluationrecord", models.Index(fields=["cqr_pct", "id"], name="evaluation_cqr")
        ),
        migrations.AddIndex(
            "evaluationrecord", models.Index(fields=["verdict", "call"], name="evaluation_verdict")
        ),
    ]
