"""The only way to a file: fetching is asking. Strangers learn nothing, insiders see what is theirs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet
from django.http import Http404

from sealmark.certify import EvaluationStatus
from sealmark_platform.casework.models import Certificate, CertificationFile, Evaluation, Evidence, Finding, Objection
from sealmark_platform.casework.models.stateful import Stateful
from sealmark_platform.parties.models import Person

__all__ = [
    "fetch_evidence", "fetch_file", "fetch_result", "fetch_subject", "files_of_body_people", "files_of_client",
    "told_evaluations", "visible_evidence", "visible_files", "works_on",
]  # fmt: skip

_SEES_ALL = ("coordinator", "administrator", "observer")
_FILE_PATH: dict[type[Stateful], str] = {
    CertificationFile: "",
    Evaluation: "file__",
    Finding: "evaluation__file__",
    Certificate: "file__",
    Objection: "file__",
}
_Subject = TypeVar("_Subject", bound=Stateful)


def files_of_body_people(person: Person, on: dt.date) -> QuerySet[CertificationFile]:
    """Return the files a person sees as somebody of a certification body."""
    now = person.memberships.filter(Q(until=None) | Q(until__gte=on))
    bodies = now.filter(function__in=_SEES_ALL).values("body")
    mine = now.values("body")
    seated = Q(evaluations__participations__person=person) | Q(objections__panel__person=person)
    return CertificationFile.objects.filter(Q(body__in=bodies) | (Q(body__in=mine) & seated)).distinct()


def files_of_client(person: Person) -> QuerySet[CertificationFile]:
    """Return the files of the organizations a person speaks for."""
    return CertificationFile.objects.filter(organization__representations__person=person).distinct()


def visible_files(person: Person | AnonymousUser, on: dt.date) -> QuerySet[CertificationFile]:
    """Return every file a person may see; nothing for who is not signed in."""
    if not isinstance(person, Person):
        return CertificationFile.objects.none()
    ours = files_of_body_people(person, on).values("pk")
    theirs = files_of_client(person).values("pk")
    return CertificationFile.objects.filter(Q(pk__in=ours) | Q(pk__in=theirs))


def works_on(person: Person, file: CertificationFile, on: dt.date) -> bool:
    """Tell whether a person sees a file as somebody of its certification body."""
    return files_of_body_people(person, on).filter(pk=file.pk).exists()


def told_evaluations(person: Person, on: dt.date) -> QuerySet[Evaluation]:
    """Return the evaluations whose result, recommendation and review a person may read.

    The body's people read them as they come; a client once the decision is taken (17065, 7.4.6 and 7.6).
    """
    ours = Q(file__in=files_of_body_people(person, on).values("pk"))
    theirs = Q(file__in=files_of_client(person).values("pk"), status=EvaluationStatus.DECIDED)
    return Evaluation.objects.filter(ours | theirs)


def fetch_result(person: Person, pk: object, on: dt.date) -> tuple[Evaluation, Mapping[str, Any]]:
    """Return an evaluation and its frozen result.

    Raises:
        Http404: There is none, or the person may not know that there is one.
        PermissionDenied: The client reads it once the decision is taken.
    """
    found = fetch_subject(person, Evaluation, pk, on)
    if not told_evaluations(person, on).filter(pk=found.pk).exists():
        raise PermissionDenied
    if found.result is None:
        raise Http404
    return found, found.result


def visible_evidence(person: Person, on: dt.date) -> QuerySet[Evidence]:
    """Return the evidence a person may open: all of the body's files, and what the client itself added."""
    ours = Q(evaluation__file__in=files_of_body_people(person, on).values("pk"))
    theirs = Q(
        evaluation__file__in=files_of_client(person).values("pk"),
        added_by__representations__organization=F("evaluation__file__organization"),
    )
    return Evidence.objects.filter(ours | theirs).distinct()


def fetch_evidence(person: Person, pk: object, on: dt.date) -> Evidence:
    """Return a file of evidence.

    Raises:
        Http404: There is none, or the person may not know that there is one.
        PermissionDenied: The body keeps it: clients open what they added themselves.
    """
    found = Evidence.objects.filter(pk=pk, evaluation__file__in=visible_files(person, on).values("pk")).first()
    if found is None:
        raise Http404
    if not visible_evidence(person, on).filter(pk=pk).exists():
        raise PermissionDenied
    return found


def fetch_file(person: Person, pk: object, on: dt.date) -> CertificationFile:
    """Return a file, or answer that there is none."""
    return fetch_subject(person, CertificationFile, pk, on)


def fetch_subject(person: Person, kind: type[_Subject], pk: object, on: dt.date) -> _Subject:
    """Return a file or something of one, if the person may see the file.

    Raises:
        Http404: There is none, or the person may not know that there is one.
    """
    seen = {f"{_FILE_PATH[kind]}pk__in": visible_files(person, on).values("pk")}
    found: _Subject | None = kind.objects.filter(pk=pk, **seen).first()  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    return found
