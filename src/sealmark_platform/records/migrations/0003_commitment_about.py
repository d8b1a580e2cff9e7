from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0002_only_add")]
    operations = [
        migrations.AddField(
            "commitment", "about", models.CharField(blank=True, db_index=True, default="", max_length=40),
            preserve_default=False,
        ),
    ]  # fmt: skip
