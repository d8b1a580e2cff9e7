"""Taking over what another register knew: organizations, their sites, and the certificates they have elsewhere.

A certificate of this platform comes from a decision and from nothing else. What a workbook tells is kept beside,
for the coordinators of the body: it is in no public register, and no act follows from it.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from django.db import transaction

from sealmark_platform.parties.actions.holding import changing
from sealmark_platform.parties.actions.organizations import add_organization, add_sites
from sealmark_platform.parties.models import Body, Organization, Person
from sealmark_platform.parties.queries import clients_of, is_kept_alone
from sealmark_platform.parties.sitelist import NewSite
from sealmark_platform.register.certsearch.reading import Entity, Listing, Read
from sealmark_platform.register.models import KnownCertificate

__all__ = ["Taken", "take_over"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken over, or would be.

    Attributes:
        organizations: New ones.
        sites: New ones.
        certificates: New ones, known elsewhere.
        changed: Certificates that were known and are told in another way now.
    """

    organizations: int
    sites: int
    certificates: int
    changed: int


def take_over(body: Body, read: Read, *, by: Person, at: dt.datetime, is_rehearsal: bool = False) -> Taken:
    """Take a workbook over, all of it or nothing; what is there already stays as it is.

    Args:
        body: Whose.
        read: The workbook.
        by: Who takes it over.
        at: When.
        is_rehearsal: Only tell what would be done.
    """
    with transaction.atomic():
        taken = _take(body, read, by, at)
        if is_rehearsal:
            transaction.set_rollback(True)
    return taken


def _take(body: Body, read: Read, by: Person, at: dt.datetime) -> Taken:
    known = list(clients_of(body))
    found: dict[str, Organization] = {}
    new = 0
    for entity in read.entities:
        match = _match(known, entity)
        if match is None:
            match, new = _added(body, entity, by, at), new + 1
        found[entity.identity] = match
    sites = sum(_sites(body, found[one.entity], one, by, at) for one in read.listings)
    fresh, changed = _certificates(body, read, found, by, at)
    return Taken(new, sites, fresh, changed)


def _match(known: list[Organization], entity: Entity) -> Organization | None:
    """Return the client that an entity is: by its identity, as an export writes it, or by name and country."""
    for one in known:
        same = (one.name.casefold(), one.country) == (entity.name.casefold(), entity.country)
        if entity.identity in {str(one.pk), one.register_number} or same:
            return one
    return None


def _added(body: Body, entity: Entity, by: Person, at: dt.datetime) -> Organization:
    particulars = {
        "name": entity.name, "country": entity.country, "city": entity.city, "address": entity.address,
        "register_number": entity.identity,
    }  # fmt: skip
    return add_organization(body, particulars, by=by, at=at)


def _sites(body: Body, organization: Organization, one: Listing, by: Person, at: dt.datetime) -> int:
    """Add the sites that the organization does not have yet, by name."""
    if not is_kept_alone(organization, body):
        return 0
    names, codes = set[str](), set[str]()
    for name, code in organization.sites.values_list("name", "code"):
        names.add(name.casefold())
        codes.add(code.casefold())
    wanted = []
    for site in one.sites:
        if site["name"].casefold() in names:
            continue
        names.add(site["name"].casefold())
        wanted.append(NewSite(_code(site["name"], codes), site["name"], (site["city"] or site["address"])[:100]))
    if wanted:
        add_sites(body, organization, wanted, by=by, at=at)
    return len(wanted)


def _code(name: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "-", plain.casefold()).strip("-")[:50] or "site"
    number, code = 1, stem
    while code in taken:
        number += 1
        code = f"{stem}-{number}"
    taken.add(code)
    return code


def _certificates(
    body: Body, read: Read, found: dict[str, Organization], by: Person, at: dt.datetime
) -> tuple[int, int]:  # fmt: skip
    kept = {one.identity: one for one in KnownCertificate.objects.filter(body=body)}
    fresh = changed = 0
    for one in read.listings:
        fields = ("number", "status", "type", "scope", "standards", "sectors", "accreditation")
        told = {**{name: one.row.get(name, "") for name in fields}, "sites": [dict(site) for site in one.sites],
                "organization_id": found[one.entity].pk}  # fmt: skip
        old = kept.get(one.identity)
        if old is None:
            KnownCertificate.objects.create(body=body, identity=one.identity, taken_at=at, **told)
            fresh += 1
        elif any(getattr(old, name) != value for name, value in told.items()):
            KnownCertificate.objects.filter(pk=old.pk).update(**told, taken_at=at)
            changed += 1
    if fresh or changed:
        with changing("register.take-over", body, by=by, at=at) as change:
            change.note(f"known-certificates:{body.pk}", certificates=fresh, changed=changed)
    return fresh, changed
