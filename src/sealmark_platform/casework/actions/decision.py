"""Voting and deciding (17065, 7.6), and what a decision does to the certificate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction

from sealmark.certify import ACT_OF_OUTCOME, Function, Outcome, blocking
from sealmark.core.canonical import Json
from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.casework.actions.certificate import carry_out
from sealmark_platform.casework.actions.steps import Step, clients_of
from sealmark_platform.casework.models import Decision, Evaluation, Vote
from sealmark_platform.casework.queries.actors import seated
from sealmark_platform.casework.queries.evaluations import finding_facts, outcomes_of, votes_needed, waits_of
from sealmark_platform.parties.models import Person
from sealmark_platform.records.actions import commit_to

__all__ = ["cast_vote", "decide", "defer", "step_aside"]

_FAVOURABLE = frozenset(Outcome) - {Outcome.REFUSE, Outcome.DEFER, Outcome.SUSPEND, Outcome.WITHDRAW, Outcome.REDUCE}
_GIVING = frozenset({Outcome.GRANT, Outcome.GRANT_WITH_CONDITIONS, Outcome.CHANGE_GRADE, Outcome.RENEW})
"""Outcomes that write the grade of the result into the certificate."""


def cast_vote(
    evaluation: Evaluation, outcome: str, *, reason: str, by: Person, at: dt.datetime, revision: int | None = None
) -> Vote:
    """Vote as a member of the deciding side; voting again replaces the earlier vote."""
    word = _outcome(outcome)
    with Step("evaluation.vote", evaluation, by=by, at=at, reason=reason, revision=revision) as step:
        if word not in outcomes_of(step.subject) | {Outcome.DEFER}:
            raise SealmarkError(Problem("SM718", f'The outcome "{outcome}" is not open.'))
        seat = step.subject.participations.get(person=by)
        vote, _ = Vote.objects.update_or_create(
            participation=seat, defaults={"evaluation": step.subject, "outcome": word, "reason": step.reason, "at": at}
        )
        step.note(outcome=word)
    return vote


def step_aside(
    evaluation: Evaluation, *, reason: str, by: Person, at: dt.datetime, revision: int | None = None
) -> Evaluation:
    """Leave the seat because of a conflict; the vote, if any, no longer counts."""
    with Step("evaluation.step-aside", evaluation, by=by, at=at, reason=reason, revision=revision) as step:
        Vote.objects.filter(evaluation=step.subject, participation__person=by).delete()
        step.subject.participations.filter(person=by).update(stepped_aside=step.reason)
    return step.subject  # type: ignore[no-any-return]


def decide(
    evaluation: Evaluation, outcome: str, *, reason: str, by: Person, at: dt.datetime,
    conditions: Sequence[Mapping[str, Json]] = (), revision: int | None = None, **terms: object,
) -> Decision:  # fmt: skip
    """Take the certification decision and carry it out: both or neither.

    Args:
        evaluation: Reviewed.
        outcome: What is decided; with a committee, what most of the votes say.
        reason: Why.
        by: Member of the deciding side.
        at: When.
        conditions: Of a grant with conditions: ``text`` and ``until`` each.
        revision: That the page showed.
        terms: For the certificate: ``valid_from``, ``scope``, ``sites``; for a suspension ``trigger`` and ``way_back``.
    """
    word = _outcome(outcome)
    is_dated = all(item.get("text") and item.get("until") for item in conditions)
    if (word == Outcome.GRANT_WITH_CONDITIONS) != bool(conditions) or not is_dated:
        what = "Conditions go with a grant with conditions, and only with that."
        raise SealmarkError(
            Problem("SM804", what, fix="Name at least one condition with its last day, or grant without.")
        )

    if word in {Outcome.EXTEND, Outcome.REDUCE} and not terms.get("scope") and not terms.get("sites"):
        fix = "Say what is certified from now on, or at which sites."
        raise SealmarkError(Problem("SM806", "The scope would stay as it is.", fix=fix))

    def facts(evaluation: Evaluation) -> Mapping[str, object]:
        in_the_way = blocking(finding_facts(evaluation)) if word in _FAVOURABLE else ()
        return {
            "outcome": word, "outcomes_possible": outcomes_of(evaluation), "findings_blocking": in_the_way,
            "waits_unmet": waits_of(evaluation, at.date()) if word in _GIVING else (),
            **_count(evaluation, word, by),
        }  # fmt: skip

    act = ACT_OF_OUTCOME[word]
    with transaction.atomic():
        with Step("evaluation.decide", evaluation, by=by, at=at, reason=reason, revision=revision, facts=facts) as step:
            decision = Decision.objects.create(
                evaluation=step.subject, outcome=word, reason=step.reason, decided_on=step.on, decided_by=by,
                grade=step.subject.grade, conditions=[dict(item) for item in conditions],
            )  # fmt: skip
            named: list[Json] = [{"until": item["until"], "text": commit_to(str(item["text"]))} for item in conditions]
            step.note(outcome=word, grade=step.subject.grade, conditions=named)
            step.tell(clients_of(step.subject.file), "decided", outcome=word)
        if act is not None:
            carry_out(act, decision, by=by, at=at, **terms)
    return decision


def defer(
    evaluation: Evaluation, *, reason: str, by: Person, at: dt.datetime, revision: int | None = None
) -> Evaluation:
    """Put the decision off: the file goes back to the team."""
    facts = lambda evaluation: _count(evaluation, Outcome.DEFER, by)  # noqa: E731
    with Step("evaluation.defer", evaluation, by=by, at=at, reason=reason, revision=revision, facts=facts) as step:
        Vote.objects.filter(evaluation=step.subject).delete()
        step.tell(seated(step.subject, Function.EVALUATOR), "deferred")
    return step.subject  # type: ignore[no-any-return]


def _count(evaluation: Evaluation, outcome: Outcome, by: Person) -> Mapping[str, object]:
    """Return the votes for an outcome; whoever decides counts as voting for it."""
    needed = votes_needed(evaluation)
    votes = Vote.objects.filter(evaluation=evaluation, outcome=outcome, participation__stepped_aside="")
    others = votes.exclude(participation__person=by).count()
    against = (
        Vote.objects.filter(evaluation=evaluation).exclude(outcome=outcome).exclude(participation__person=by).count()
    )
    # A quorum of all who voted, and more for than against.
    return {"votes_cast": others + 1 if others + 1 > against else 0, "votes_needed": needed}


def _outcome(word: str) -> Outcome:
    try:
        return Outcome(word)
    except ValueError:
        raise SealmarkError(Problem("SM718", f'"{word}" is no outcome.', fix=f"One of {', '.join(Outcome)}.")) from None
