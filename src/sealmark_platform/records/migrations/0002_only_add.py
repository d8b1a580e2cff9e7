from django.db import migrations

from sealmark_platform.records.triggers import create_trigger, drop_trigger

TABLES = ("records_entry", "records_checkpoint")


def create(apps, editor):
    for table in TABLES:
        for verb in ("update", "delete"):
            create_trigger(
                editor, f"{table}_no_{verb}", f"BEFORE {verb.upper()} ON {table}", condition="(1 = 1)",
                message="records are only ever added",
            )  # fmt: skip


def drop(apps, editor):
    for table in TABLES:
        for verb in ("update", "delete"):
            drop_trigger(editor, f"{table}_no_{verb}", table)


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
