import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

STATUSES = [
    ("queued", "waits for its turn"), ("running", "is being evaluated"), ("done", "evaluated"),
    ("refused", "not evaluated"),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0004_trail_known"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="EvaluationRun",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("status", models.CharField(choices=STATUSES, default="queued", max_length=10)),
                ("revision", models.PositiveIntegerField()),
                ("asked_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("problems", models.JSONField(blank=True, default=list)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="runs", to="casework.evaluation"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(status__in=["queued", "running"]), fields=("evaluation",),
                        name="one_open_run_each",
                    )
                ]
            },
        ),
    ]  # fmt: skip
