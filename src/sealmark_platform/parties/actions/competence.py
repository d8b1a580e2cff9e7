"""What the people of a body may judge, and what ties them to organizations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from sealmark_platform.parties.actions.holding import changing, committed, refused
from sealmark_platform.parties.models import Body, Competence, Organization, Person, PersonTie
from sealmark_platform.parties.queries import clients_of, person_stamp

__all__ = ["Ability", "Bond", "add_competence", "client_named", "declare_tie", "end_competence", "end_tie"]

_SHOWN, _SHORTEST = 5, 3


@dataclass(frozen=True, slots=True)
class Ability:
    """What somebody may judge.

    Attributes:
        scheme: Id of the scheme, without an edition.
        sector: Empty: every one.
        language: Tag; empty: every one.
        until: Last day; nothing: until it is ended.
        evidence: By what it is shown.
    """

    scheme: str
    sector: str = ""
    language: str = ""
    until: dt.date | None = None
    evidence: str = ""


def add_competence(
    body: Body, person: Person, ability: Ability, *, schemes: Collection[str], by: Person | None, at: dt.datetime,
    seen: str = "",
) -> Competence:  # fmt: skip
    """Note what a person may judge in a body; the same one again gets a new last day.

    Args:
        body: For whom.
        person: Who.
        ability: What.
        schemes: Those the body certifies by.
        by: Who notes it; None is the operator.
        at: When.
        seen: The stamp the page showed.

    Raises:
        SealmarkError: SM882 the body does not certify by the scheme, or the last day is past; SM801 somebody changed
            it in between.
    """
    if ability.scheme not in schemes:
        known = ", ".join(sorted(schemes)) or "none"
        raise refused("SM882", f'The body does not certify by "{ability.scheme}".', fix=f"One of {known}.")
    if ability.until is not None and ability.until < at.date():
        raise refused("SM882", f"The last day {ability.until} is past.", fix="Choose a day from today on.")
    with changing("competence.add", body, by=by, at=at, seen=seen, stamp=lambda: person_stamp(person, body)) as change:
        found, _ = Competence.objects.update_or_create(
            body=body, person=person, scheme=ability.scheme, sector=ability.sector.strip(), language=ability.language,
            defaults={"valid_until": ability.until, "evidence": ability.evidence.strip()},
        )  # fmt: skip
        change.note(
            f"person:{person.pk}", scheme=found.scheme, sector=found.sector, language=found.language,
            until=_written(ability.until), **committed(person, evidence=found.evidence),
        )  # fmt: skip
    return found


def _written(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def end_competence(competence: Competence, *, until: dt.date, by: Person, at: dt.datetime, seen: str = "") -> None:
    """Let a competence end with a day.

    Raises:
        SealmarkError: SM801 somebody changed it in between.
    """
    body, person = competence.body, competence.person
    with changing("competence.end", body, by=by, at=at, seen=seen, stamp=lambda: person_stamp(person, body)) as change:
        Competence.objects.filter(pk=competence.pk).update(valid_until=until)
        change.note(f"person:{person.pk}", scheme=competence.scheme, until=until.isoformat())


def client_named(words: str, body: Body) -> Organization:
    """Return the client of a body that goes by a name or a number in the commercial register.

    Raises:
        SealmarkError: SM883 there is none, or there are several.
    """
    words, ours = words.strip(), clients_of(body)
    exact = list(ours.filter(Q(name__iexact=words) | Q(register_number__iexact=words))[:2]) if words else []
    found = exact or (list(ours.filter(name__icontains=words)[: _SHOWN + 1]) if len(words) >= _SHORTEST else [])
    if len(found) == 1:
        return found[0]
    if not found:
        fix = "Write the whole name, or the number in the commercial register."
        raise refused("SM883", f'No client of this body goes by "{words[:60]}".', fix=fix)
    names = ", ".join(sorted(one.name for one in found[:_SHOWN]))
    raise refused("SM883", f'"{words[:60]}" fits several clients.', fix=f"One of {names}.")


@dataclass(frozen=True, slots=True)
class Bond:
    """A tie as it is declared."""

    kind: str
    until: dt.date | None = None
    note: str = ""


def declare_tie(
    body: Body, person: Person, organization: Organization, bond: Bond, *, by: Person, at: dt.datetime, seen: str = "",
) -> PersonTie:  # fmt: skip
    """Note what ties a person to a client of a body.

    Raises:
        SealmarkError: SM883 there is no such kind of tie; SM801 somebody changed it in between.
    """
    if bond.kind not in PersonTie.Kind.values:
        fix = f"One of {', '.join(PersonTie.Kind.values)}."
        raise refused("SM883", f'There is no tie of the kind "{bond.kind}".', fix=fix)
    with changing("tie.declare", body, by=by, at=at, seen=seen, stamp=lambda: person_stamp(person, body)) as change:
        tie = PersonTie.objects.create(
            person=person, organization=organization, kind=bond.kind, until=bond.until, note=bond.note.strip()
        )
        change.note(
            f"person:{person.pk}", organization=str(organization.pk), kind=bond.kind, until=_written(bond.until),
            **committed(person, note=tie.note),
        )  # fmt: skip
    return tie


def end_tie(body: Body, tie: PersonTie, *, until: dt.date, by: Person, at: dt.datetime, seen: str = "") -> None:
    """Let a tie end with a day; the cooling-off period begins there.

    Raises:
        SealmarkError: SM883 people end their own ties today or later, not in the past; SM801 somebody changed it in
            between.
    """
    person = tie.person
    if by.pk == person.pk and until < at.date():
        what = "Your own ties end today or later."
        raise refused("SM883", what, fix="An administrator of the body can enter an earlier day.")
    with changing("tie.end", body, by=by, at=at, seen=seen, stamp=lambda: person_stamp(person, body)) as change:
        PersonTie.objects.filter(pk=tie.pk).update(until=until)
        change.note(f"person:{person.pk}", organization=str(tie.organization_id), kind=tie.kind,
                    until=until.isoformat())  # fmt: skip
