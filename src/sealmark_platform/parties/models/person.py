"""People: their account, what they are able to judge, and what ties them to organizations."""

from __future__ import annotations

import unicodedata
import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["Competence", "Person", "PersonTie"]


class PersonManager(BaseUserManager["Person"]):
    """Makes accounts; an e-mail address is compared without regard to case."""

    def create_user(self, email: str, name: str, password: str | None = None, **more: object) -> Person:
        """Return a new account."""
        person = self.model(email=email.strip().lower(), name=name.strip(), **more)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, name: str, password: str | None = None) -> Person:
        """Return a new account for the operator."""
        return self.create_user(email, name, password, is_superuser=True)

    def get_by_natural_key(self, username: str | None) -> Person:
        """Return the account of an address."""
        return self.get(email=(username or "").strip().lower())


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody with an account."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=10, default="en")
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = PersonManager()

    def __str__(self) -> str:
        return self.name

    def set_password(self, raw_password: str | None) -> None:
        """Keep a password, whatever way its letters were put together (Unicode's form NFKC)."""
        super().set_password(raw_password and unicodedata.normalize("NFKC", raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Tell whether it is the password; those kept before letters were put together still open."""
        plain = raw_password and unicodedata.normalize("NFKC", raw_password)
        return super().check_password(plain) or (plain != raw_password and super().check_password(raw_password))


class Competence(models.Model):
    """What a person may judge: a scheme, perhaps only in a sector or a language, for a time."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="competences")
    body = models.ForeignKey("parties.Body", on_delete=models.CASCADE, related_name="competences")
    scheme = models.CharField(max_length=100)
    sector = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=10, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    evidence = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "body", "scheme", "sector", "language"], name="one_competence_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.scheme} {self.sector} {self.language}".strip()


class PersonTie(models.Model):
    """What binds a person to an organization: employment, consultancy given, an interest."""

    class Kind(models.TextChoices):
        """Why it matters."""

        EMPLOYMENT = "employment", _("employment")
        CONSULTANCY = "consultancy", _("consultancy given")
        INTEREST = "interest", _("own interest")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="person_ties")
    organization = models.ForeignKey("parties.Organization", on_delete=models.CASCADE, related_name="person_ties")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    until = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return f"{self.person} {self.kind} {self.organization}"
