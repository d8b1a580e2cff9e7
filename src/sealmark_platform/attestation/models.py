"""What was signed: keys by their public half, credentials, status lists, and the public record as it was published."""

from __future__ import annotations

import uuid

from django.db import models

__all__ = ["Credential", "Endorsement", "PublicRecord", "SigningKey", "StatusList"]


class SigningKey(models.Model):
    """A key of a certification body, by its public half; the secret half is never here."""

    class Place(models.TextChoices):
        """Where the secret half lies."""

        FILE = "file"
        TOKEN = "token"  # noqa: S105 - a piece of hardware

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.ForeignKey("parties.Body", on_delete=models.PROTECT, related_name="signing_keys")
    name = models.CharField(max_length=40)
    """What follows ``#`` in its verification method; never used twice."""
    multikey = models.CharField(max_length=80, unique=True)
    place = models.CharField(max_length=10, choices=Place.choices, default=Place.FILE)
    label = models.CharField(max_length=100, blank=True)
    """Of the key pair on its token."""
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    compromised_at = models.DateTimeField(null=True, blank=True)
    """Since when somebody else may have the secret half."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["body", "name"], name="one_key_of_a_name"),
            models.UniqueConstraint(
                fields=["body"], condition=models.Q(retired_at=None), name="one_present_key_of_a_body"
            ),
            models.CheckConstraint(
                condition=models.Q(compromised_at=None) | models.Q(retired_at__isnull=False),
                name="compromised_key_is_retired",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Credential(models.Model):
    """A signed credential of a certificate; a later one takes its place when what it says changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    certificate = models.ForeignKey("casework.Certificate", on_delete=models.PROTECT, related_name="credentials")
    version = models.PositiveIntegerField()
    key = models.ForeignKey(SigningKey, on_delete=models.PROTECT, related_name="credentials")
    document = models.TextField()
    jwt = models.TextField()
    annex = models.TextField(blank=True)
    """The list of sites, where it is too long for the credential."""
    content = models.CharField(max_length=80)
    """Digest of what it says, without its number, its place in the lists and its proofs."""
    digest = models.CharField(max_length=64)
    """SHA-256 of the whole signed document in canonical form, hexadecimal, as the trail has it."""
    body = models.ForeignKey("parties.Body", on_delete=models.PROTECT, related_name="+")
    list_number = models.PositiveIntegerField()
    list_index = models.PositiveIntegerField()
    issued_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)
    is_revoked = models.BooleanField(default=False)
    is_suspended = models.BooleanField(default=False)
    entry = models.BigIntegerField()
    """Number of the entry of the trail that published it."""

    class Meta:
        indexes = [
            models.Index(
                fields=["body", "list_number", "list_index"], name="credential_revoked",
                condition=models.Q(is_revoked=True),
            ),
            models.Index(
                fields=["body", "list_number", "list_index"], name="credential_suspended",
                condition=models.Q(is_suspended=True),
            ),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(fields=["certificate", "version"], name="one_credential_of_a_version"),
            models.UniqueConstraint(
                fields=["certificate"], condition=models.Q(superseded_at=None), name="one_present_credential"
            ),
            models.UniqueConstraint(fields=["body", "list_number", "list_index"], name="one_credential_at_a_place"),
        ]

    def __str__(self) -> str:
        return f"{self.certificate} / {self.version}"


class Endorsement(models.Model):
    """That somebody, such as the owner of a scheme, stands behind a body: signed by them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.ForeignKey("parties.Body", on_delete=models.PROTECT, related_name="endorsements")
    endorser = models.CharField(max_length=500)
    """Their identifier."""
    document = models.TextField()
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["body", "endorser"], name="one_endorsement_of_an_endorser")]

    def __str__(self) -> str:
        return self.endorser


class PublicRecord(models.Model):
    """What the register said of a certificate when it was last published."""

    certificate = models.OneToOneField(
        "casework.Certificate", primary_key=True, on_delete=models.PROTECT, related_name="public_record"
    )
    credential = models.ForeignKey(Credential, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    last_act = models.BigIntegerField()
    """The newest act on the certificate that was known."""
    seen = models.BigIntegerField()
    """The newest entry of the trail when the rows were last compared."""
    entry = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.certificate} {self.published_at:%Y-%m-%d}"


class StatusList(models.Model):
    """A list of one bit per credential; the bits follow from the credentials."""

    body = models.ForeignKey("parties.Body", on_delete=models.PROTECT, related_name="status_lists")
    purpose = models.CharField(max_length=20)
    number = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    given = models.PositiveIntegerField(default=0)
    """How many of its places were given out."""
    document = models.TextField(blank=True)
    bits = models.CharField(max_length=80, blank=True)
    """Digest of the bits that the document has."""
    key = models.ForeignKey(SigningKey, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["body", "purpose", "number"], name="one_list_of_a_number"),
            models.CheckConstraint(condition=models.Q(purpose__in=["revocation", "suspension"]), name="purpose_known"),
        ]

    def __str__(self) -> str:
        return f"{self.body.code} {self.purpose} {self.number}"
