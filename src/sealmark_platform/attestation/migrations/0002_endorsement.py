"""Endorsements of certification bodies."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("attestation", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Endorsement",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("endorser", models.CharField(max_length=500)),
                ("document", models.TextField()),
                ("kept_at", models.DateTimeField()),
                (
                    "body",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="endorsements", to="parties.body"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("body", "endorser"), name="one_endorsement_of_an_endorser")
                ],
            },
        ),
    ]
