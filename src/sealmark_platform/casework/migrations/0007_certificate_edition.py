import django.db.models.deletion
from django.db import migrations, models


def fill(apps, editor):
    # Until now a file never changed its edition: what it has is what its certificate was issued by.
    certificates = apps.get_model("casework", "Certificate")
    files = apps.get_model("casework", "CertificationFile")
    edition = files.objects.filter(pk=models.OuterRef("file")).values("edition")[:1]
    certificates.objects.filter(edition=None).update(edition=models.Subquery(edition))


class Migration(migrations.Migration):
    dependencies = [("casework", "0006_speed_of_pages"), ("catalogue", "0003_succession")]
    operations = [
        # It may be empty for the database, so that SQLite adds a column and does not make the table anew: its
        # triggers would be lost.
        migrations.AddField(
            "certificate", "edition",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="certificates",
                to="catalogue.adoptededition",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]  # fmt: skip
