"""Acts on an evaluation up to its review (17065, 7.4 and 7.5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction

from sealmark.certify import EvaluationStatus, Function, unanswered
from sealmark.core.canonical import Json, digest_json
from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.casework.actions.steps import Step, clients_of, lock_file, move, require_no_twin
from sealmark_platform.casework.models import CertificationFile, Evaluation, Participation, PlannedSite
from sealmark_platform.casework.queries.actors import seated
from sealmark_platform.casework.queries.crews import closed_days, leave_days
from sealmark_platform.casework.queries.evaluations import (
    days_needed,
    event_of,
    figures_of,
    finding_facts,
    seat_faults,
    team_faults,
)
from sealmark_platform.casework.queries.results import grade_of, result_faults
from sealmark_platform.catalogue.queries import edition_of
from sealmark_platform.parties.models import Person, Site

__all__ = [
    "assign_seat", "cancel_evaluation", "change_plan", "draw_planned_sites", "exclude_site", "gather_more",
    "open_evaluation", "recommend", "record_result", "review_evaluation", "send_back", "settle_plan",
    "start_evaluation",
]  # fmt: skip

_NAMING = frozenset({EvaluationStatus.PLANNING, EvaluationStatus.PLANNED})


def open_evaluation(
    file: CertificationFile, kind: str, *, by: Person | None, at: dt.datetime, due_on: dt.date | None = None,
    purpose: str = "",
) -> Evaluation:  # fmt: skip
    """Open an evaluation of a kind; the first one, or what surveillance and renewal call for.

    Raises:
        SealmarkError: What refuses the act; SM801 the same was opened a moment ago.
    """
    with transaction.atomic():
        lock_file(file)
        if by is not None:
            require_no_twin(file.evaluations.filter(kind=kind, due_on=due_on, purpose=purpose), at)
        last = file.evaluations.order_by("-number").values_list("number", flat=True).first() or 0
        evaluation = Evaluation(
            file=file, number=last + 1, kind=kind, opened_on=at.date(), due_on=due_on, purpose=purpose
        )
        agreement = getattr(file, "agreement", None)
        signed = None if agreement is None else agreement.signed_on
        facts = lambda _: {"agreement_signed_on": signed}  # noqa: E731
        with Step("evaluation.open", evaluation, by=by, at=at, facts=facts) as step:
            step.note(kind=kind, due_on=None if due_on is None else due_on.isoformat())
    return evaluation


def assign_seat(
    evaluation: Evaluation, person: Person, side: str, *, by: Person, at: dt.datetime, is_lead: bool = False,
    role: str = "", reason: str = "", revision: int | None = None,
) -> Participation:  # fmt: skip
    """Give a person a seat on one side of an evaluation.

    The team is named while the plan is made; reviewers and deciders at any time before they act.

    Raises:
        SealmarkError: SM712 competence, ties or rotation speak against it, or the person stands on another side;
            SM809 the person is on leave on the days of the plan, and no reason is given.
    """
    on = at.date()

    def facts(evaluation: Evaluation) -> Mapping[str, object]:
        taken = evaluation.participations.filter(person=person).exclude(side=side).first()
        clash = () if taken is None else (f"{person.name} already stands on the side of {taken.side}",)
        is_settled = side == Participation.Side.EVALUATION and evaluation.status not in _NAMING
        late = ("it is settled once the evaluation has begun",) if is_settled else ()
        return {"team_faults": (*seat_faults(evaluation, person, side, on), *clash, *late)}

    with Step("evaluation.assign", evaluation, by=by, at=at, revision=revision, facts=facts) as step:
        if side == Participation.Side.EVALUATION:
            _require_word(step, _away(step.subject, [person]), reason)
        if is_lead:
            step.subject.participations.filter(is_lead=True).update(is_lead=False)
        seat, _ = Participation.objects.update_or_create(
            evaluation=step.subject, person=person,
            defaults={"side": side, "is_lead": is_lead, "role": role, "assigned_on": on, "stepped_aside": ""},
        )  # fmt: skip
        step.note(person=str(person.pk), side=side, lead=is_lead)
        step.notify(person, "assigned", side=side)
    return seat


def _away(evaluation: Evaluation, people: Collection[Person]) -> list[str]:
    first, last = evaluation.starts_on, evaluation.ends_on
    is_settled = evaluation.status == EvaluationStatus.PLANNED and first is not None and last is not None
    return leave_days(evaluation.file.body, first, last, people) if is_settled else []  # type: ignore[arg-type]


def draw_planned_sites(
    evaluation: Evaluation, *, seed: int, by: Person, at: dt.datetime, revision: int | None = None
) -> Evaluation:
    """Draw the sites by the scheme's rule; seed and order numbers are kept, so that anyone can draw again."""
    from sealmark.evaluation.evidence.tables import Site as ListedSite
    from sealmark.evaluation.planning.sites import draw_sites

    with Step("evaluation.draw-sites", evaluation, by=by, at=at, revision=revision) as step:
        places = {site.code: site for site in _open_sites(step.subject.file)}
        visited = _visited(step.subject)
        listed = [
            ListedSite(code, site.name, site.stratum, visited=site.pk in visited, central=site.is_central)
            for code, site in sorted(places.items())
        ]
        plan = draw_sites(listed, figures_of(step.subject.file, step.on), event=event_of(step.subject), seed=seed)
        # No published rule: every site is planned, and whoever plans leaves out with a reason.
        drawn = [(site.site, site.reason) for site in plan.drawn] or [(code, "all") for code in places]
        step.subject.planned_sites.all().delete()
        PlannedSite.objects.bulk_create(
            PlannedSite(evaluation=step.subject, site=places[code], why=why) for code, why in drawn
        )
        step.subject.seed, step.subject.ledger = seed, {**plan.ledger}
        step.note(seed=seed, sites=[code for code, _ in drawn], rule=plan.rule, needed=plan.needed)
    return step.subject  # type: ignore[no-any-return]


def _open_sites(file: CertificationFile) -> list[Site]:
    return list(Site.objects.filter(organization=file.organization_id, closed_on=None))


def _visited(evaluation: Evaluation) -> set[Any]:
    earlier = PlannedSite.objects.filter(evaluation__file=evaluation.file_id, excluded="")
    return set(earlier.exclude(evaluation=evaluation.pk).values_list("site_id", flat=True))


def exclude_site(
    planned: PlannedSite, *, reason: str, by: Person, at: dt.datetime, revision: int | None = None
) -> Evaluation:
    """Leave a drawn site out, with the reason."""
    with Step("evaluation.exclude-site", planned.evaluation, by=by, at=at, reason=reason, revision=revision) as step:
        PlannedSite.objects.filter(pk=planned.pk).update(excluded=step.reason)
        step.note(site=planned.site.code)
    return step.subject  # type: ignore[no-any-return]


def settle_plan(
    evaluation: Evaluation, *, starts_on: dt.date, ends_on: dt.date, days: Decimal, by: Person, at: dt.datetime,
    reason: str = "", revision: int | None = None,
) -> Evaluation:  # fmt: skip
    """Settle the plan: team, sites, dates and days.

    Raises:
        SealmarkError: SM802 it ends before it begins; SM712 to SM714 team, sites or days do not do; SM809 the body is
            closed or somebody of the team on leave on these days, and no reason is given.
    """
    if ends_on < starts_on:
        raise SealmarkError(Problem("SM802", f"The plan would end on {ends_on}, before it begins on {starts_on}."))

    def facts(evaluation: Evaluation) -> Mapping[str, object]:
        planned = evaluation.planned_sites.filter(excluded="").exists() or not _open_sites(evaluation.file)
        return {
            "team_faults": team_faults(evaluation, at.date()), "sites_drawn": evaluation.seed is not None and planned,
            "days_planned": float(days), "days_needed": days_needed(evaluation, at.date()),
        }  # fmt: skip

    with Step("evaluation.settle-plan", evaluation, by=by, at=at, revision=revision, facts=facts) as step:
        team = [seat.person for seat in seated(step.subject, Function.EVALUATOR)]
        body = step.subject.file.body
        against = [*closed_days(body, starts_on, ends_on), *leave_days(body, starts_on, ends_on, team)]
        _require_word(step, against, reason)
        step.subject.starts_on, step.subject.ends_on, step.subject.days = starts_on, ends_on, days
        step.note(starts_on=starts_on.isoformat(), ends_on=ends_on.isoformat(), days=str(days))
        step.tell([*seated(step.subject, Function.EVALUATOR), *clients_of(step.subject.file)], "plan-settled")
    return step.subject  # type: ignore[no-any-return]


def _require_word(step: Step, against: Sequence[str], reason: str) -> None:
    """Keep why a visit is on days that something speaks against; where nothing does, no reason is kept.

    Raises:
        SealmarkError: SM809 something speaks against them, and no reason is given.
    """
    if against and not reason.strip():
        fix = "Choose other days or people, or say why it shall be these."
        raise SealmarkError(*(Problem("SM809", what) for what in against[:-1]), Problem("SM809", against[-1], fix=fix))
    step.reason = reason.strip() if against else ""


def change_plan(
    evaluation: Evaluation, *, reason: str, by: Person, at: dt.datetime, revision: int | None = None
) -> Evaluation:
    """Take a settled plan up again."""
    return move("evaluation.change-plan", evaluation, by=by, at=at, reason=reason, revision=revision)


def start_evaluation(evaluation: Evaluation, *, by: Person, at: dt.datetime, revision: int | None = None) -> Evaluation:
    """Begin to gather evidence."""
    return move("evaluation.start", evaluation, by=by, at=at, revision=revision)


def record_result(
    evaluation: Evaluation, document: Mapping[str, Json], *, by: Person, at: dt.datetime, revision: int | None = None
) -> Evaluation:
    """Freeze the sealed result of :func:`sealmark.evaluate`."""
    facts = lambda evaluation: {"result_faults": result_faults(evaluation, document)}  # noqa: E731
    with Step("evaluation.record-result", evaluation, by=by, at=at, revision=revision, facts=facts) as step:
        grade = grade_of(edition_of(step.subject.file.edition), document)
        step.subject.result, step.subject.result_digest = dict(document), digest_json(document)
        step.subject.grade, step.subject.is_certifiable = grade.label, grade.is_certifiable
        step.note(digest=step.subject.result_digest, grade=grade.label)
    return step.subject  # type: ignore[no-any-return]


def gather_more(
    evaluation: Evaluation, *, reason: str, by: Person, at: dt.datetime, revision: int | None = None
) -> Evaluation:
    """Open the evidence again."""
    return move("evaluation.gather-more", evaluation, by=by, at=at, reason=reason, revision=revision)


def recommend(
    evaluation: Evaluation, *, reason: str, by: Person, at: dt.datetime, revision: int | None = None
) -> Evaluation:
    """Recommend what shall be decided, once the client has answered every finding."""
    facts = lambda evaluation: {"findings_open": unanswered(finding_facts(evaluation))}  # noqa: E731
    with Step("evaluation.recommend", evaluation, by=by, at=at, reason=reason, revision=revision, facts=facts) as step:
        step.subject.recommendation = step.reason
        step.tell(seated(step.subject, Function.REVIEWER), "to-be-reviewed")
    return step.subject  # type: ignore[no-any-return]


def review_evaluation(
    evaluation: Evaluation, *, reason: str, by: Person, at: dt.datetime, revision: int | None = None
) -> Evaluation:
    """Confirm the review of all information and results."""
    with Step("evaluation.review", evaluation, by=by, at=at, reason=reason, revision=revision) as step:
        step.subject.review = step.reason
        step.tell(seated(step.subject, Function.DECIDER), "to-be-decided")
    return step.subject  # type: ignore[no-any-return]


def send_back(
    evaluation: Evaluation, *, reason: str, by: Person, at: dt.datetime, revision: int | None = None
) -> Evaluation:
    """Send the file back to the team."""
    with Step("evaluation.send-back", evaluation, by=by, at=at, reason=reason, revision=revision) as step:
        step.tell(seated(step.subject, Function.EVALUATOR), "sent-back")
    return step.subject  # type: ignore[no-any-return]


def cancel_evaluation(
    evaluation: Evaluation, *, reason: str, by: Person, at: dt.datetime, revision: int | None = None
) -> Evaluation:
    """End an evaluation without a decision."""
    return move("evaluation.cancel", evaluation, by=by, at=at, reason=reason, revision=revision)
