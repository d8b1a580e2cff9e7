"""Asking for the evaluation of evidence, and doing it outside the request."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.casework.actions.evaluation import record_result
from sealmark_platform.casework.actions.evidence import case_of, evaluated
from sealmark_platform.casework.actions.steps import locked, permitted
from sealmark_platform.casework.models import Evaluation, EvaluationRun, Notice
from sealmark_platform.parties.models import Person

__all__ = ["PATIENCE", "ask_run", "carry_out_run", "evaluate_later"]

PATIENCE = dt.timedelta(minutes=15)
"""After this a run that says nothing was lost with its process, and may be asked for again."""
_ACT = "evaluation.record-result"


def ask_run(evaluation: Evaluation, *, by: Person, at: dt.datetime, revision: int | None = None) -> EvaluationRun:
    """Ask for the evaluation of the newest case folder; its result is recorded when it is there.

    Raises:
        SealmarkError: What refuses the act; SM825 there is no case folder; SM827 it is being evaluated already.
    """
    with transaction.atomic():
        one = locked(evaluation, revision)
        permitted(_ACT, one, by=by, at=at, facts={"result_faults": ()})
        case_of(one)
        pending = one.runs.filter(status__in=EvaluationRun.OPEN)
        if pending.filter(asked_at__gt=at - PATIENCE).exists():
            raise SealmarkError(
                Problem("SM827", "The evidence is being evaluated already.", fix="Wait for the result.")
            )
        pending.update(status=EvaluationRun.Status.REFUSED, ended_at=at, problems=[_LOST])
        run = EvaluationRun.objects.create(evaluation=one, revision=one.revision, asked_by=by, asked_at=at)
        evaluate_later.enqueue(str(run.pk))
    return run


def carry_out_run(run: EvaluationRun, *, at: dt.datetime) -> EvaluationRun:
    """Evaluate what a run asks for, and record the result as the person who asked; a second time changes nothing.

    The work is done before anything is locked; result and run are written in one transaction.
    """
    mine = EvaluationRun.objects.filter(pk=run.pk, status=EvaluationRun.Status.QUEUED)
    if mine.update(status=EvaluationRun.Status.RUNNING):
        try:
            document = evaluated(run.evaluation)
            with transaction.atomic():
                record_result(run.evaluation, document, by=run.asked_by, at=at, revision=run.revision)
                _end(run, EvaluationRun.Status.DONE, at)
        except SealmarkError as error:
            _refuse(run, error.problems, at)
        except Exception:
            _refuse(run, (Problem("SM828", "The evaluation stopped.", fix="Tell the operator when it was."),), at)
            raise
    run.refresh_from_db()
    return run


@task()
def evaluate_later(run: str) -> None:
    """Carry out a run: done outside the request, by ``sealmark-platform work``."""
    carry_out_run(EvaluationRun.objects.get(pk=run), at=timezone.now())


def _refuse(run: EvaluationRun, problems: tuple[Problem, ...], at: dt.datetime) -> None:
    told = [{"code": one.code, "what": one.what, "where": str(one.where or ""), "fix": one.fix} for one in problems]
    with transaction.atomic():
        _end(run, EvaluationRun.Status.REFUSED, at, problems=told)
        Notice.objects.create(file=run.evaluation.file, person=run.asked_by, kind="evaluation-refused", made_at=at)


def _end(run: EvaluationRun, status: str, at: dt.datetime, **more: object) -> None:
    EvaluationRun.objects.filter(pk=run.pk).update(status=status, ended_at=at, **more)


_LOST = {
    "code": "SM828", "what": "The evaluation was lost with the process that did it.", "where": "", "fix": "Ask again.",
}  # fmt: skip
