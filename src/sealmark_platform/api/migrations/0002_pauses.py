"""Webhooks can pause."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]

    operations = [
        migrations.AddField("webhook", "paused_at", models.DateTimeField(blank=True, null=True)),
    ]
