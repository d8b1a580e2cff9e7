"""Whether the rows of all files and the trail tell the same story."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import Max, QuerySet

from sealmark.certify import EvaluationStatus, Subject
from sealmark_platform.casework.models import Agreement, Certificate, CertificationFile, Decision, Evaluation
from sealmark_platform.casework.models.subjects import SUBJECTS
from sealmark_platform.records.models import Entry

__all__ = ["disagreements", "entries_expected"]


def entries_expected() -> int:
    """Return the largest number of an entry that any row knows: the trail has at least as many."""
    known = [model._default_manager.aggregate(last=Max("last_entry"))["last"] for model in SUBJECTS.values()]
    return max((number for number in known if number), default=0)


def disagreements() -> tuple[str, ...]:
    """Return every place where rows and trail differ, each naming the subject and the entry.

    Every subject's newest entry is the one it remembers and tells the status it
    has, and what comes with a status is there: an act is in both or in neither.
    """
    told = Entry.objects.values("subject").annotate(last=Max("number")).values_list("subject", "last")
    # What a body changes of its own, such as its people, is told in the trail as well.
    newest = {subject: last for subject, last in told if subject.partition(":")[0] in SUBJECTS}
    found = [fault for kind in SUBJECTS for fault in _of_kind(kind, newest)]
    found += [f"{subject}: there is no such row, but entry {number}" for subject, number in sorted(newest.items())]
    return (*found, *_incomplete())


def _of_kind(kind: Subject, newest: dict[str, int]) -> Iterator[str]:
    rows: QuerySet[Any] = SUBJECTS[kind]._default_manager.order_by("pk")
    for pk, status, last in rows.values_list("pk", "status", "last_entry").iterator(chunk_size=2_000):
        subject = f"{kind}:{pk}"
        known = newest.pop(subject, 0)
        if known != last:
            yield f"{subject}: the row remembers entry {last}, the newest is entry {known}"
        elif _status_of(last) != status:
            yield f'{subject}: the status is "{status}", entry {last} says "{_status_of(last)}"'


def _status_of(number: int) -> str | None:
    event = Entry.objects.filter(number=number).values_list("event", flat=True).first()
    return None if event is None else json.loads(event)["details"].get("status")


def _incomplete() -> Iterator[str]:
    """Name what an act writes besides its subject and is not there."""
    decided = Evaluation.objects.filter(status=EvaluationStatus.DECIDED)
    for one in decided.exclude(pk__in=Decision.objects.filter(evaluation__isnull=False).values("evaluation")):
        yield f"evaluation:{one.pk}: it is decided, and there is no decision"
    for decision in Decision.objects.filter(evaluation__isnull=False).exclude(evaluation__in=decided):
        yield f"evaluation:{decision.evaluation_id}: there is a decision, and it is not decided"
    signed = CertificationFile.objects.filter(status="agreed")
    for file in signed.exclude(pk__in=Agreement.objects.filter(signed_on__isnull=False).values("file")):
        yield f"application:{file.pk}: it is agreed, and no agreement is signed"
    granted = Decision.objects.filter(outcome__startswith="grant", evaluation__isnull=False)
    for decision in granted.exclude(evaluation__file__in=Certificate.objects.values("file")):
        yield f"evaluation:{decision.evaluation_id}: it was granted, and there is no certificate"
    for certificate in Certificate.objects.filter(events__isnull=True):
        yield f"certificate:{certificate.pk}: its history is empty"
