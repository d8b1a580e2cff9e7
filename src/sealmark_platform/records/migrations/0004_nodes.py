from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0003_commitment_about")]
    operations = [
        migrations.CreateModel(
            "node",
            [
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("hash", models.CharField(max_length=64)),
            ],
        )
    ]
