from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('recordings', '0002_parts'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='recording',
            name='blob_id',
        ),
        migrations.RemoveField(
            model_name='recording',
            name='size_bytes',
        ),
    ]
