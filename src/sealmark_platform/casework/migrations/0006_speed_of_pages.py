from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("casework", "0005_runs")]

    operations = [
        migrations.RemoveIndex(
            model_name="certificationfile",
            name="file_of_body",
        ),
        migrations.AddIndex(
            model_name="certificate",
            index=models.Index(
                condition=models.Q(("status__in", ("active", "suspended"))),
                fields=["valid_until"],
                name="certificate_live",
            ),
        ),
        migrations.AddIndex(
            model_name="certificate",
            index=models.Index(
                condition=models.Q(("suspended_until__isnull", False)),
                fields=["suspended_until"],
                name="certificate_held",
            ),
        ),
        migrations.AddIndex(
            model_name="certificationfile",
            index=models.Index(fields=["body", "status", "number"], name="file_of_body"),
        ),
        migrations.AddIndex(
            model_name="certificationfile",
            index=models.Index(fields=["body", "number"], name="file_of_body_by_number"),
        ),
        migrations.AddIndex(
            model_name="evaluation",
            index=models.Index(
                condition=models.Q(
                    ("status__in", ("planning", "planned", "gathering", "evaluated", "recommended", "reviewed"))
                ),
                fields=["due_on", "opened_on", "status"],
                name="evaluation_running",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["person", "made_at", "id"], name="notice_by_day"),
        ),
    ]
