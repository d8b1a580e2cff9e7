"""People, organizations, editions, and the public register."""

from __future__ import annotations

import datetime as dt
import uuid

from ninja import Schema

from sealmark_platform.api.schemas.files import CertificateEvent

__all__ = [
    "Edition", "Me", "Organization", "Registered", "RegisteredRow", "Site",
]  # fmt: skip


class Me(Schema):
    """Who asks."""

    id: uuid.UUID
    name: str
    email: str
    functions: list[str]
    organizations: list[uuid.UUID]


class Organization(Schema):
    """An organization."""

    id: uuid.UUID
    name: str
    register_number: str
    country: str
    city: str
    address: str
    sector: str
    employees: int | None


class Site(Schema):
    """A site of an organization."""

    id: uuid.UUID
    code: str
    name: str
    city: str
    is_central: bool
    stratum: str
    closed_on: dt.date | None


class Edition(Schema):
    """An edition that a body certifies by."""

    id: uuid.UUID
    body: uuid.UUID
    body_name: str
    edition: str
    digest: str
    adopted_on: dt.date
    last_applications_on: dt.date | None


class RegisteredRow(Schema):
    """One certificate in the public register."""

    number: str
    status: str
    organization: str
    country: str
    city: str
    body: str
    edition: str
    grade: str
    valid_from: dt.date
    valid_until: dt.date


class Registered(RegisteredRow):
    """One certificate in the public register with its history."""

    scope: str
    first_issued_on: dt.date
    history: list[CertificateEvent]
