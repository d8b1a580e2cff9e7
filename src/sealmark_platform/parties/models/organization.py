"""Organizations that are certified, their sites, and who speaks for them."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["Organization", "Representation", "Site"]


class Organization(models.Model):
    """A legal entity."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=300)
    register_number = models.CharField(_("number in the commercial register"), max_length=60, blank=True)
    country = models.CharField(_("country"), max_length=2)
    city = models.CharField(_("city"), max_length=100, blank=True)
    address = models.TextField(_("address"), blank=True)
    sector = models.CharField(_("sector"), max_length=60, blank=True)
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Site(models.Model):
    """A place where an organization serves."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="sites")
    code = models.SlugField(_("code"), max_length=60)
    name = models.CharField(_("name"), max_length=200)
    city = models.CharField(_("city"), max_length=100, blank=True)
    is_central = models.BooleanField(_("central function"), default=False)
    stratum = models.CharField(_("group"), max_length=60, blank=True)
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "code"], name="one_site_of_a_code")]

    def __str__(self) -> str:
        return self.name


class Representation(models.Model):
    """Somebody who speaks for an organization."""

    person = models.ForeignKey("parties.Person", on_delete=models.CASCADE, related_name="representations")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="representations")
    may_sign = models.BooleanField(_("may sign"), default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "organization"], name="one_representation_each")]

    def __str__(self) -> str:
        return f"{self.person} ({self.organization})"
