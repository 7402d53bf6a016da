"""Names of customers in an index of their own, which holds the calls that have one (ADR 26)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calls", "0011_agent_sessions")]

    operations = [
        migrations.AddIndex(
            "call",
            models.Index(fields=["customer_name"], name="call_named", condition=models.Q(customer_name__gt="")),
        ),
    ]
