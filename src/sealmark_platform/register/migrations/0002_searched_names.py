"""Names by which the register is searched, for the certificates that are there as well."""

import django.db.models.deletion
from django.db import migrations, models

from sealmark_platform.register.names import folded, parts_of


def take_down(apps, _schema_editor):
    certificates = apps.get_model("casework", "Certificate").objects.order_by("pk").select_related("file__organization")
    searched, part = apps.get_model("register", "SearchedName"), apps.get_model("register", "NamePart")
    for one in certificates.iterator():
        text = folded(one.file.organization.name)
        name = searched.objects.create(certificate=one, number=one.number, folded=text)
        part.objects.bulk_create(part(name=name, part=start) for start in sorted(parts_of(text)))


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0007_certificate_edition"), ("parties", "0003_calendars"), ("register", "0001_initial"),
    ]  # fmt: skip

    operations = [
        migrations.CreateModel(
            name="SearchedName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=30, unique=True)),
                ("folded", models.TextField()),
                (
                    "certificate",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="searched", to="casework.certificate"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="NamePart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("part", models.BinaryField()),
                (
                    "name",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="register.searchedname"
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["part", "name"], name="name_by_part")]},
        ),
        migrations.RunPython(take_down, migrations.RunPython.noop),
    ]
