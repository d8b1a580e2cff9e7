"""The organizations a body looks after: their particulars, their sites, who speaks for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from sealmark.core.errors import ProblemList
from sealmark_platform.parties.actions.holding import Change, changing, committed, refused
from sealmark_platform.parties.countries import country_code
from sealmark_platform.parties.models import Body, Client, Organization, Person, PersonTie, Representation, Site
from sealmark_platform.parties.queries import clients_of, is_kept_alone, organization_stamp
from sealmark_platform.parties.sitelist import NewSite, check_codes

__all__ = [
    "PARTICULARS", "add_organization", "add_representative", "add_sites", "change_organization", "close_site",
    "end_representation",
]  # fmt: skip

PARTICULARS = ("name", "register_number", "country", "city", "address", "sector", "employees")


def _checked(particulars: Mapping[str, Any], *, kept: str = "") -> dict[str, Any]:
    wanted = {name: value for name, value in particulars.items() if name in PARTICULARS}
    return {**wanted, "country": country_code(str(wanted.get("country", "")), kept=kept)}


def _require_new(body: Body, wanted: Mapping[str, Any], *, besides: Organization | None = None) -> None:
    """Refuse what one body would look after twice."""
    ours = clients_of(body) if besides is None else clients_of(body).exclude(pk=besides.pk)
    found = ours.filter(
        name__iexact=str(wanted["name"]).strip(), country=wanted["country"],
        register_number__iexact=str(wanted.get("register_number", "")).strip(),
    ).first()  # fmt: skip
    if found is not None:
        what = f'"{found.name}" is taken down already, with this country and number in the commercial register.'
        raise refused("SM894", what, fix="Open that one; if it is another, give the number by which it is told apart.")


def add_organization(body: Body, particulars: Mapping[str, Any], *, by: Person, at: dt.datetime) -> Organization:
    """Take an organization down as a client of a body.

    Raises:
        SealmarkError: SM837 there is no such country, SM894 the body has taken it down already.
    """
    wanted = _checked(particulars)
    with changing("organization.add", body, by=by, at=at) as change:
        _require_new(body, wanted)
        organization = Organization.objects.create(**wanted)
        Client.objects.create(body=body, organization=organization, since=at.date())
        change.note(f"organization:{organization.pk}", country=organization.country)
    return organization


def _keeping(
    kind: str, body: Body, organization: Organization, *, by: Person, at: dt.datetime, seen: str
) -> AbstractContextManager[Change]:
    """Return a change of an organization that no other body looks after."""
    if not is_kept_alone(organization, body):
        what = "This organization looks after its own particulars, sites and people."
        raise refused("SM884", what, fix="Ask somebody who speaks for it, or the operator.")
    stamp: Callable[[], str] = lambda: organization_stamp(organization.pk)  # noqa: E731
    return changing(kind, body, by=by, at=at, seen=seen, stamp=stamp)


def change_organization(
    body: Body, organization: Organization, particulars: Mapping[str, Any], *, by: Person, at: dt.datetime,
    seen: str = "",
) -> None:  # fmt: skip
    """Change what is told of an organization; without a difference nothing happens.

    Raises:
        SealmarkError: SM837 there is no such country, SM884 another body looks after it as well, SM894 the body has
            taken another one down with the same particulars, SM801 somebody changed it in between.
    """
    standing = {name: getattr(organization, name) for name in PARTICULARS}
    wanted = _checked({**standing, **particulars}, kept=organization.country)
    differing = [name for name in PARTICULARS if getattr(organization, name) != wanted[name]]
    if not differing:
        return
    with _keeping("organization.change", body, organization, by=by, at=at, seen=seen) as change:
        if set(differing) & {"name", "country", "register_number"}:
            _require_new(body, wanted, besides=organization)
        for name in differing:
            setattr(organization, name, wanted[name])
        organization.save(update_fields=differing)
        change.note(f"organization:{organization.pk}", changed=[*differing])


def add_sites(
    body: Body, organization: Organization, sites: Iterable[NewSite], *, by: Person, at: dt.datetime, seen: str = ""
) -> list[Site]:
    """Add sites, all of them or none.

    Raises:
        SealmarkError: SM885 a code is none, or there already, each told with its row; SM884 another body looks after
            the organization as well; SM801 somebody changed it in between.
    """
    wanted = list(sites)
    with _keeping("organization.add-sites", body, organization, by=by, at=at, seen=seen) as change:
        problems = ProblemList()
        check_codes(wanted, list(organization.sites.values_list("code", flat=True)), problems)
        problems.raise_if_any()
        made = Site.objects.bulk_create(
            Site(organization=organization, code=one.code, name=one.name, city=one.city, stratum=one.stratum,
                 is_central=one.is_central) for one in wanted
        )  # fmt: skip
        change.note(f"organization:{organization.pk}", sites=[one.code for one in wanted])
    return made


def close_site(
    body: Body, organization: Organization, site: Site, *, on: dt.date, by: Person, at: dt.datetime, seen: str = ""
) -> None:
    """Close a site: it is drawn no more; what was found there stays.

    Raises:
        SealmarkError: SM884 another body looks after the organization as well; SM801 somebody changed it in between.
    """
    with _keeping("organization.close-site", body, organization, by=by, at=at, seen=seen) as change:
        Site.objects.filter(pk=site.pk, organization=organization).update(closed_on=on)
        change.note(f"organization:{organization.pk}", site=site.code, closed_on=on.isoformat())


def add_representative(
    body: Body, organization: Organization, account: Person, *, may_sign: bool, by: Person, at: dt.datetime,
    seen: str = "",
) -> Representation:  # fmt: skip
    """Let somebody speak for an organization.

    Raises:
        SealmarkError: SM889 somebody of the body cannot, or does so already; SM884 another body looks after the
            organization as well; SM801 somebody changed it in between.
    """
    with _keeping("organization.add-representative", body, organization, by=by, at=at, seen=seen) as change:
        if account.memberships.filter(body=body).exists():
            what = f"{account.name} works or worked for this body."
            raise refused("SM889", what, fix="Name somebody of the organization.")
        if organization.representations.filter(person=account).exists():
            what = f"{account.name} speaks for the organization already."
            raise refused("SM889", what, fix="End that first, if it shall change.")
        made = Representation.objects.create(organization=organization, person=account, may_sign=may_sign)
        Person.objects.filter(pk=account.pk).update(is_active=True)
        change.note(
            f"organization:{organization.pk}", person=str(account.pk), may_sign=may_sign,
            **committed(account, person_name=account.name),
        )  # fmt: skip
    return made


def end_representation(
    body: Body, representation: Representation, *, by: Person, at: dt.datetime, seen: str = ""
) -> None:
    """Let somebody speak for an organization no more; that they did stays as employment, for the cooling-off period.

    Raises:
        SealmarkError: SM884 another body looks after the organization as well; SM801 somebody changed it in between.
    """
    organization, person = representation.organization, representation.person
    with _keeping("organization.end-representation", body, organization, by=by, at=at, seen=seen) as change:
        PersonTie.objects.create(
            person=person, organization=organization, kind=PersonTie.Kind.EMPLOYMENT, until=at.date()
        )
        Representation.objects.filter(pk=representation.pk).delete()
        change.note(f"organization:{organization.pk}", person=str(person.pk))
