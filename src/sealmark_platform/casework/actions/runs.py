"""Asking for the evaluation of evidence, and doing it outside the request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.casework.actions.evaluation import record_result
from sealmark_platform.casework.actions.evidence import case_of, evaluated
from sealmark_platform.casework.actions.steps import locked, permitted
from sealmark_platform.casework.kept_runs import LOST, PATIENCE, STOPPED, faults_kept
from sealmark_platform.casework.models import Evaluation, EvaluationRun, Notice
from sealmark_platform.parties.models import Person

__all__ = ["ask_run", "carry_out_run", "evaluate_later"]

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
        pending.update(status=EvaluationRun.Status.REFUSED, ended_at=at, problems=faults_kept([LOST]))
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
            _refuse(run, [STOPPED], at)
            raise
    run.refresh_from_db()
    return run


@task()
def evaluate_later(run: str) -> None:
    """Carry out a run: done outside the request, by ``sealmark-platform work``."""
    carry_out_run(EvaluationRun.objects.get(pk=run), at=timezone.now())


def _refuse(run: EvaluationRun, problems: Iterable[Problem], at: dt.datetime) -> None:
    with transaction.atomic():
        _end(run, EvaluationRun.Status.REFUSED, at, problems=faults_kept(problems))
        Notice.objects.create(file=run.evaluation.file, person=run.asked_by, kind="evaluation-refused", made_at=at)


def _end(run: EvaluationRun, status: str, at: dt.datetime, **more: object) -> None:
    EvaluationRun.objects.filter(pk=run.pk).update(status=status, ended_at=at, **more)
