import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("parties", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="FailedTries",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="tries",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("count", models.PositiveIntegerField(default=0)),
            ],
        ),
    ]
