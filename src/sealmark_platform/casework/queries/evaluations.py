"""What is known of an evaluation when an act is tried: team, sites, days, findings, votes, outcomes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Q

from sealmark.assess.figures import FigureBook, Missing
from sealmark.certify import (
    CertificateStatus,
    EvaluationKind,
    FindingFacts,
    FindingStatus,
    Function,
    Outcome,
    conflicting_ties,
    grade_waits,
    outcomes_possible,
    waits_unmet,
)
from sealmark.scheme.figures import Number
from sealmark.scheme.procedure import Event
from sealmark_platform.casework.models import (
    Certificate,
    CertificateEvent,
    CertificationFile,
    Evaluation,
    Participation,
)
from sealmark_platform.casework.queries.actors import seated, ties_of
from sealmark_platform.catalogue.queries import edition_of, edition_of_result, figures_supplied
from sealmark_platform.parties.models import Person

__all__ = [
    "certificate_of",
    "cooling_off_days",
    "days_needed",
    "days_of",
    "event_of",
    "figures_of",
    "finding_facts",
    "is_keeping_unknown",
    "is_kept",
    "outcomes_of",
    "seat_faults",
    "team_faults",
    "votes_needed",
    "waits_of",
]  # fmt: skip

_KEEPING = frozenset({EvaluationKind.SURVEILLANCE, EvaluationKind.RECERTIFICATION})
_SEATS = {
    Participation.Side.EVALUATION: "evaluator",
    Participation.Side.REVIEW: "reviewer",
    Participation.Side.DECISION: "decider",
    Participation.Side.PANEL: "panellist",
}


def certificate_of(file: CertificationFile) -> Certificate | None:
    """Return the certificate of a file, if there is one."""
    return Certificate.objects.filter(file=file).first()


def figures_of(file: CertificationFile, on: dt.date) -> FigureBook:
    """Return the figures of the scheme for the organization on a day."""
    return FigureBook(edition_of(file.edition), on, file.organization.employees, figures_supplied(file.edition))


def days_of(book: FigureBook, number: Number | None) -> int | None:
    """Return a figure of the scheme that counts whole days or months; None where there is none."""
    known = None if number is None else book.number(number)
    return int(known) if isinstance(known, Decimal) else None


def cooling_off_days(file: CertificationFile, on: dt.date) -> int:
    """Return how long ties bind in a file: as the body says, and at least as long as its scheme says."""
    book = figures_of(file, on)
    return max(file.body.cooling_off_days, days_of(book, book.edition.procedure.cooling_off_days) or 0)


def event_of(evaluation: Evaluation) -> Event:
    """Return which of the scheme's events an evaluation counts as."""
    kind = EvaluationKind(evaluation.kind)
    if kind in {EvaluationKind.INITIAL, EvaluationKind.RECERTIFICATION}:
        return kind.value  # type: ignore[return-value]
    return "surveillance"


def days_needed(evaluation: Evaluation, on: dt.date) -> float | None:
    """Return the least assessor days of all stages of the event; None when the scheme gives no figure."""
    book = figures_of(evaluation.file, on)
    event = event_of(evaluation)
    stages = [
        stage for stage in book.edition.procedure.stages if event in stage.event and stage.lowest_days is not None
    ]
    known = [book.number(stage.lowest_days) for stage in stages if stage.lowest_days is not None]
    numbers = [number for number in known if isinstance(number, Decimal)]
    return float(sum(numbers)) if numbers and not any(isinstance(number, Missing) for number in known) else None


def seat_faults(evaluation: Evaluation, person: Person, side: str, on: dt.date) -> tuple[str, ...]:
    """Return what speaks against giving a person a seat in an evaluation."""
    file = evaluation.file
    found = []
    sides = ("review", "decision") if side == Participation.Side.REVIEW_AND_DECISION else (side,)
    functions = {_SEATS[Participation.Side(one)] for one in sides}
    held = set(
        person.memberships.filter(Q(until=None) | Q(until__gte=on), body=file.body).values_list("function", flat=True)
    )
    found += [f"{person.name} is no {function} of this body" for function in sorted(functions - held)]
    if side == Participation.Side.REVIEW_AND_DECISION and not file.body.reviewer_may_decide:
        found.append("in this body nobody reviews and decides")
    ties = conflicting_ties(ties_of(person), str(file.organization_id), on, cooling_off_days(file, on))
    if ties:
        found.append(f"{person.name} is tied to the organization")
    if side == Participation.Side.EVALUATION:
        found += _competence_faults(evaluation, person, on)
    return tuple(found)


def _competence_faults(evaluation: Evaluation, person: Person, on: dt.date) -> Iterable[str]:
    file = evaluation.file
    scheme = file.edition.edition.partition("/")[0]
    known = person.competences.filter(Q(valid_until=None) | Q(valid_until__gte=on), body=file.body, scheme=scheme)
    if not known.filter(sector__in=["", file.organization.sector]).exists():
        yield f"{person.name} has no valid competence for the scheme and sector"
    elif not known.filter(language__in=["", file.language]).exists():
        yield f"{person.name} does not speak the language of the evaluation"
    limit = file.body.rotation_evaluations
    before = Participation.objects.filter(
        person=person, side="evaluation", is_lead=True, evaluation__file=file, evaluation__number__lt=evaluation.number
    ).order_by("-evaluation__number")[:limit]
    if limit and len(before) == limit:
        yield f"{person.name} has led the last {limit} evaluations: rotate"


def team_faults(evaluation: Evaluation, on: dt.date) -> tuple[str, ...]:
    """Return everything that speaks against the team as it stands."""
    team = list(seated(evaluation, Function.EVALUATOR))
    found = [] if any(seat.is_lead for seat in team) else ["no lead"]
    for seat in team:
        found += seat_faults(evaluation, seat.person, seat.side, on)
    return tuple(found)


def finding_facts(evaluation: Evaluation) -> list[FindingFacts]:
    """Return the findings of an evaluation as the library reads them."""
    return [
        FindingFacts(str(one), FindingStatus(one.status), is_owed=one.is_owed, blocks=one.blocks)
        for one in evaluation.findings.all()
    ]


def votes_needed(evaluation: Evaluation) -> int:
    """Return the quorum of the body."""
    return evaluation.file.body.votes_needed


def outcomes_of(evaluation: Evaluation) -> frozenset[Outcome]:
    """Return the outcomes that can be decided now."""
    certificate = certificate_of(evaluation.file)
    status = None if certificate is None else CertificateStatus(certificate.status)
    kind = EvaluationKind(evaluation.kind)
    certifiable = evaluation.is_certifiable is True
    return outcomes_possible(kind, status, is_certifiable=certifiable, is_kept=is_kept(evaluation))


def is_kept(evaluation: Evaluation) -> bool:
    """Tell whether all is shown for which the scheme lets a certificate be kept; what is not determined is not."""
    if evaluation.kind not in _KEEPING:
        return True
    document = evaluation.result or {}
    return all(rule["share"] is not None and Decimal(rule["share"]) >= 1 for rule in document.get("keeping", ()))


def is_keeping_unknown(evaluation: Evaluation) -> bool:
    """Tell whether a result leaves open if all is shown for which the scheme lets a certificate be kept.

    Such a result was made for another event: as at first, nobody looked at what the procedure asks for later.
    """
    event, document = event_of(evaluation), evaluation.result
    if evaluation.kind not in _KEEPING or not document or document.get("event", "initial") == event:
        return False
    return bool(edition_of_result(document).procedure.rules_to_keep(event))


def waits_of(evaluation: Evaluation, on: dt.date) -> tuple[str, ...]:
    """Return as sentences which grades a decision on a day would give too early, by the certificate as it was."""
    document, book = evaluation.result or {}, figures_of(evaluation.file, on)
    waived = {item["gate"] for item in document.get("waivers", ())}
    grades = {
        name: ladder["grade"] for name, ladder in document.get("ladders", {}).items()
        if not any(wait.ladder == name and wait.gate in waived for wait in grade_waits(book.edition))
    }  # fmt: skip
    certified: dict[str, dt.date] = {}
    for event in CertificateEvent.objects.filter(certificate__file=evaluation.file_id).order_by("-on"):
        certified |= dict.fromkeys(event.grade.split(", "), event.on)
    return waits_unmet(book.edition, grades, certified, on, length_of=lambda number: days_of(book, number))
