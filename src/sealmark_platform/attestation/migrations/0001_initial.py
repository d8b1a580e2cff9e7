"""Keys, credentials, status lists, public records."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("casework", "0007_certificate_edition"),
        ("parties", "0003_calendars"),
    ]

    operations = [
        migrations.CreateModel(
            name="Credential",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField()),
                ("document", models.TextField()),
                ("jwt", models.TextField()),
                ("annex", models.TextField(blank=True)),
                ("content", models.CharField(max_length=80)),
                ("digest", models.CharField(max_length=64)),
                ("list_number", models.PositiveIntegerField()),
                ("list_index", models.PositiveIntegerField()),
                ("issued_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(blank=True, null=True)),
                ("is_revoked", models.BooleanField(default=False)),
                ("is_suspended", models.BooleanField(default=False)),
                ("entry", models.BigIntegerField()),
                (
                    "body",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.body"),
                ),
                (
                    "certificate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credentials",
                        to="casework.certificate",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PublicRecord",
            fields=[
                (
                    "certificate",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="public_record",
                        serialize=False,
                        to="casework.certificate",
                    ),
                ),
                ("document", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("published_at", models.DateTimeField()),
                ("last_act", models.BigIntegerField()),
                ("seen", models.BigIntegerField()),
                ("entry", models.BigIntegerField()),
                (
                    "credential",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="attestation.credential",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=40)),
                ("multikey", models.CharField(max_length=80, unique=True)),
                (
                    "place",
                    models.CharField(choices=[("file", "File"), ("token", "Token")], default="file", max_length=10),
                ),
                ("label", models.CharField(blank=True, max_length=100)),
                ("made_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                ("compromised_at", models.DateTimeField(blank=True, null=True)),
                (
                    "body",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="signing_keys", to="parties.body"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="credential",
            name="key",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="credentials", to="attestation.signingkey"
            ),
        ),
        migrations.CreateModel(
            name="StatusList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(max_length=20)),
                ("number", models.PositiveIntegerField()),
                ("size", models.PositiveIntegerField()),
                ("given", models.PositiveIntegerField(default=0)),
                ("document", models.TextField(blank=True)),
                ("bits", models.CharField(blank=True, max_length=80)),
                ("made_at", models.DateTimeField(blank=True, null=True)),
                (
                    "body",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="status_lists", to="parties.body"
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="attestation.signingkey",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="signingkey",
            constraint=models.UniqueConstraint(fields=("body", "name"), name="one_key_of_a_name"),
        ),
        migrations.AddConstraint(
            model_name="signingkey",
            constraint=models.UniqueConstraint(
                condition=models.Q(("retired_at", None)), fields=("body",), name="one_present_key_of_a_body"
            ),
        ),
        migrations.AddConstraint(
            model_name="signingkey",
            constraint=models.CheckConstraint(
                condition=models.Q(("compromised_at", None), ("retired_at__isnull", False), _connector="OR"),
                name="compromised_key_is_retired",
            ),
        ),
        migrations.AddIndex(
            model_name="credential",
            index=models.Index(
                condition=models.Q(("is_revoked", True)),
                fields=["body", "list_number", "list_index"],
                name="credential_revoked",
            ),
        ),
        migrations.AddIndex(
            model_name="credential",
            index=models.Index(
                condition=models.Q(("is_suspended", True)),
                fields=["body", "list_number", "list_index"],
                name="credential_suspended",
            ),
        ),
        migrations.AddConstraint(
            model_name="credential",
            constraint=models.UniqueConstraint(fields=("certificate", "version"), name="one_credential_of_a_version"),
        ),
        migrations.AddConstraint(
            model_name="credential",
            constraint=models.UniqueConstraint(
                condition=models.Q(("superseded_at", None)), fields=("certificate",), name="one_present_credential"
            ),
        ),
        migrations.AddConstraint(
            model_name="credential",
            constraint=models.UniqueConstraint(
                fields=("body", "list_number", "list_index"), name="one_credential_at_a_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="statuslist",
            constraint=models.UniqueConstraint(fields=("body", "purpose", "number"), name="one_list_of_a_number"),
        ),
        migrations.AddConstraint(
            model_name="statuslist",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose__in", ["revocation", "suspension"])), name="purpose_known"
            ),
        ),
    ]
