"""The only way to a file: fetching is asking. Strangers learn nothing, insiders see what is theirs."""

from __future__ import annotations

import datetime as dt
from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import Http404

from sealmark_platform.casework.models import Certificate, CertificationFile, Evaluation, Finding, Objection
from sealmark_platform.casework.models.stateful import Stateful
from sealmark_platform.parties.models import Person

__all__ = ["SUBJECTS", "fetch_file", "fetch_subject", "files_of_body_people", "files_of_client", "visible_files"]

_SEES_ALL = ("coordinator", "administrator", "observer")
SUBJECTS: dict[str, type[Stateful]] = {
    "application": CertificationFile, "evaluation": Evaluation, "finding": Finding, "certificate": Certificate,
    "objection": Objection,
}  # fmt: skip
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
