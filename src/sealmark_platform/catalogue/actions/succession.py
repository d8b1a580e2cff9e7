"""How one edition succeeds another: planned, called off, put into force by the calendar."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.catalogue.actions.adopting import Actor, locked, recorded
from sealmark_platform.catalogue.models import AdoptedEdition
from sealmark_platform.records.actions import append_record

__all__ = ["Plan", "call_off_succession", "plan_succession", "put_into_force"]

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """How an edition is to be succeeded.

    Attributes:
        successor: The edition that follows.
        begins_on: From this day on new applications are by the successor.
        files_until: The last day on which files stay where they are; nothing: each until its recertification.
    """

    successor: AdoptedEdition
    begins_on: dt.date
    files_until: dt.date | None = None


@transaction.atomic
def plan_succession(
    adopted: AdoptedEdition, plan: Plan, *, at: dt.datetime, by: Actor, seen: str = ""
) -> AdoptedEdition:
    """Plan that another adopted edition succeeds this one.

    Raises:
        SealmarkError: SM888 the plan is not possible; SM801 somebody changed it in between.
    """
    found = locked(adopted, seen)
    successor = AdoptedEdition.objects.select_for_update(no_key=True).get(pk=plan.successor.pk)
    _check(found, successor, plan, at.date())
    _release(found)
    found.successor, found.files_until = successor, plan.files_until
    found.last_applications_on = plan.begins_on - _DAY
    found.save(update_fields=["successor", "files_until", "last_applications_on"])
    if not successor.files.exists():
        successor.first_applications_on = plan.begins_on
        successor.save(update_fields=["first_applications_on"])
    recorded(
        "edition.plan-succession", found, by, at, successor=successor.edition, begins_on=plan.begins_on.isoformat(),
        files_until=None if plan.files_until is None else plan.files_until.isoformat(),
    )  # fmt: skip
    return found


def _check(found: AdoptedEdition, successor: AdoptedEdition, plan: Plan, on: dt.date) -> None:
    if found.succeeded_on is not None:
        raise _not_possible(f"{found.edition} has been succeeded.", "Plan for the edition that is in force.")
    if successor.pk == found.pk or successor.body_id != found.body_id or _scheme(successor) != _scheme(found):
        what = f"{successor.edition} cannot succeed {found.edition}."
        raise _not_possible(what, "Choose another adopted edition of the same scheme.")
    if successor.successor_id is not None or successor.last_applications_on is not None:
        what = f"{successor.edition} is to be succeeded itself."
        raise _not_possible(what, "Choose the newest edition.")
    if plan.begins_on <= on:
        raise _not_possible(f"The succession cannot begin on {plan.begins_on}.", "Choose a day after today.")
    if plan.files_until is not None and plan.files_until < plan.begins_on:
        what = f"Files cannot move on {plan.files_until}, before the succession begins."
        raise _not_possible(what, "Choose a day on or after its first day.")


def _scheme(adopted: AdoptedEdition) -> str:
    return adopted.edition.partition("/")[0]


def _not_possible(what: str, fix: str) -> SealmarkError:
    return SealmarkError(Problem("SM888", what, fix=fix))


def _release(found: AdoptedEdition) -> None:
    """Let the successor of an earlier plan be applied for again."""
    if found.successor_id is not None:
        AdoptedEdition.objects.filter(pk=found.successor_id).update(first_applications_on=None)


@transaction.atomic
def call_off_succession(adopted: AdoptedEdition, *, at: dt.datetime, by: Actor, seen: str = "") -> AdoptedEdition:
    """Call a planned succession off, before it is in force.

    Raises:
        SealmarkError: SM888 nothing is planned, or it is in force; SM801 somebody changed it in between.
    """
    found = locked(adopted, seen)
    if found.successor is None or found.succeeded_on is not None:
        what = f"No succession of {found.edition} is planned."
        raise _not_possible(what, "What is in force stays: plan the way back as a new succession.")
    called_off = found.successor.edition
    _release(found)
    found.successor = found.last_applications_on = found.files_until = None
    found.save(update_fields=["successor", "files_until", "last_applications_on"])
    recorded("edition.call-off-succession", found, by, at, successor=called_off)
    return found


def put_into_force(at: dt.datetime) -> tuple[str, ...]:
    """Put every succession into force whose day has come; twice gives the same as once."""
    due = AdoptedEdition.objects.filter(
        successor__isnull=False, succeeded_on=None, last_applications_on__lt=at.date()
    ).order_by("edition", "pk")
    return tuple(name for one in due for name in _begin(one, at))


@transaction.atomic
def _begin(adopted: AdoptedEdition, at: dt.datetime) -> tuple[str, ...]:
    found = AdoptedEdition.objects.select_for_update(no_key=True).select_related(None).get(pk=adopted.pk)
    if found.succeeded_on is not None or found.successor is None:
        return ()
    found.succeeded_on = at.date()
    found.save(update_fields=["succeeded_on"])
    successor = found.successor.edition
    append_record(
        "edition.succeed", actor="clock", at=at, tenant=str(found.body_id), subject=f"edition:{found.pk}",
        details={"edition": found.edition, "successor": successor},
    )  # fmt: skip
    return (f"{found.edition} > {successor}",)
