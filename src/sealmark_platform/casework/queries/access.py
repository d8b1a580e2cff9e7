"""The only way to a file: fetching is asking. Strangers learn nothing, insiders see what is theirs."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from sealmark.certify import EvaluationStatus
from sealmark_platform.casework.models import (
    Certificate,
    CertificationFile,
    Evaluation,
    Evidence,
    Finding,
    Objection,
    Panellist,
    Participation,
)
from sealmark_platform.casework.models.stateful import Stateful
from sealmark_platform.casework.queries.actors import Standing
from sealmark_platform.parties.models import Membership, Person, Representation

__all__ = [
    "bodies_seen", "fetch_evidence", "fetch_file", "fetch_file_as", "fetch_result", "fetch_subject",
    "files_of_body_people", "files_of_client", "is_told", "opened_evidence", "seen_by", "seen_in", "seen_row_by_row",
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


def _seen_by_body_people(person: Person | uuid.UUID, on: dt.date, path: str) -> Q:
    """Return the condition for what a person sees as somebody of a certification body.

    Conditions on the file's own columns: a list of the ids of all files would have to be made for every question.
    """
    now = Membership.objects.filter(Q(until=None) | Q(until__gte=on), person=person)
    bodies = now.filter(function__in=_SEES_ALL).values("body")
    seats = Participation.objects.filter(person=person).values("evaluation__file")
    panels = Panellist.objects.filter(person=person).values("objection__file")
    return _of_body_people(bodies, now.values("body"), (seats, panels), path)


def _of_body_people(bodies: Any, mine: Any, seated: Iterable[Any], path: str) -> Q:
    """Return the rule itself: all of some bodies, and of the person's bodies the files in which they have a seat."""
    found = Q(**{f"{path}body__in": bodies})
    for files in seated:
        found |= Q(**{f"{path}body__in": mine, f"{path}pk__in": files})
    return found


def _seen_by_client(person: Person | uuid.UUID, path: str) -> Q:
    return _of_clients(Representation.objects.filter(person=person).values("organization"), path)


def _of_clients(organizations: Any, path: str) -> Q:
    return Q(**{f"{path}organization__in": organizations})


def seen_by(person: Person | uuid.UUID | AnonymousUser, on: dt.date, path: str = "") -> Q:
    """Return the condition for everything a person may see; nothing for who is not signed in.

    Args:
        person: Who asks, or their id.
        on: The day.
        path: From the rows that are asked for to their file, such as ``evaluation__file__``.
    """
    if isinstance(person, AnonymousUser):
        return Q(pk__in=[])
    return _seen_by_body_people(person, on, path) | _seen_by_client(person, path)


def seen_in(standing: Standing, path: str = "") -> Q:
    """Return the same as :func:`seen_by` from what is known of a person already.

    Args:
        standing: In every file, or in the one that is asked for.
        path: From the rows that are asked for to their file.
    """
    return _seen_in_bodies(standing, path) | _of_clients(standing.speaks_for, path)


def seen_row_by_row(person: uuid.UUID, on: dt.date) -> Q:
    """Return the same as :func:`seen_by` for rows with a file, of which the first in their own order are read.

    Who sees much soon finds enough: row by row is asked whether its file is seen. A join would invite the database
    to begin with all files of the body.
    """
    return Q(Exists(CertificationFile.objects.filter(seen_by(person, on), pk=OuterRef("file"))))


def _seen_in_bodies(standing: Standing, path: str) -> Q:
    seated = {seat.file for seats in standing.seats.values() for seat in seats}
    mine = {body for body, _function in standing.functions}
    return _of_body_people(bodies_seen(standing), mine, (seated, standing.panel_files), path)


def bodies_seen(standing: Standing) -> set[Any]:
    """Return the bodies of which a person sees every file."""
    return {body for body, function in standing.functions if function in _SEES_ALL}


def files_of_body_people(person: Person, on: dt.date) -> QuerySet[CertificationFile]:
    """Return the files a person sees as somebody of a certification body."""
    return CertificationFile.objects.filter(_seen_by_body_people(person, on, ""))


def files_of_client(person: Person) -> QuerySet[CertificationFile]:
    """Return the files of the organizations a person speaks for."""
    return CertificationFile.objects.filter(_seen_by_client(person, ""))


def visible_files(person: Person | AnonymousUser, on: dt.date) -> QuerySet[CertificationFile]:
    """Return every file a person may see; nothing for who is not signed in."""
    return CertificationFile.objects.filter(seen_by(person, on))


def works_on(person: Person, file: CertificationFile, on: dt.date) -> bool:
    """Tell whether a person sees a file as somebody of its certification body."""
    return files_of_body_people(person, on).filter(pk=file.pk).exists()


def told_evaluations(person: Person, on: dt.date) -> QuerySet[Evaluation]:
    """Return the evaluations whose result, recommendation and review a person may read.

    The body's people read them as they come; a client once the decision is taken (17065, 7.4.6 and 7.6).
    """
    theirs = _seen_by_client(person, "file__") & Q(status=EvaluationStatus.DECIDED)
    return Evaluation.objects.filter(_seen_by_body_people(person, on, "file__") | theirs)


def is_told(evaluation: Evaluation, *, is_insider: bool) -> bool:
    """Tell of one evaluation what :func:`told_evaluations` tells of many, to who sees its file.

    Args:
        evaluation: In the file.
        is_insider: The person sees it as somebody of the body; else for the client.
    """
    return is_insider or evaluation.status == EvaluationStatus.DECIDED


def fetch_result(person: Person, pk: Any, on: dt.date) -> tuple[Evaluation, Mapping[str, Any]]:
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


def opened_evidence(file: CertificationFile, *, is_insider: bool) -> QuerySet[Evidence]:
    """Return what of a file's evidence :func:`visible_evidence` returns, to be asked among its evaluations.

    Args:
        file: Which the person sees.
        is_insider: The person sees it as somebody of the body; else for the client.
    """
    if is_insider:
        return Evidence.objects.all()
    return Evidence.objects.filter(added_by__representations__organization=file.organization_id)


def visible_evidence(person: Person, on: dt.date) -> QuerySet[Evidence]:
    """Return the evidence a person may open: all of the body's files, and what the client itself added."""
    path = "evaluation__file__"
    own = Representation.objects.filter(
        person=OuterRef("added_by"), organization=OuterRef("evaluation__file__organization")
    )
    theirs = _seen_by_client(person, path) & Exists(own)
    return Evidence.objects.filter(_seen_by_body_people(person, on, path) | theirs)


def fetch_evidence(person: Person, pk: Any, on: dt.date) -> Evidence:
    """Return a file of evidence.

    Raises:
        Http404: There is none, or the person may not know that there is one.
        PermissionDenied: The body keeps it: clients open what they added themselves.
    """
    found = Evidence.objects.filter(seen_by(person, on, "evaluation__file__"), pk=pk).first()
    if found is None:
        raise Http404
    if not visible_evidence(person, on).filter(pk=pk).exists():
        raise PermissionDenied
    return found


def fetch_file_as(standing: Standing, pk: Any) -> tuple[CertificationFile, bool]:
    """Return a file with what is one with it, and whether the person sees it as somebody of its body.

    Args:
        standing: Of the person in this file, as it is read anyway.
        pk: Of the file.

    Raises:
        Http404: There is none, or the person may not know that there is one.
    """
    related = ("organization", "body", "edition", "agreement", "certificate__edition")
    found = CertificationFile.objects.select_related(*related).filter(pk=pk)
    rules = [(_of_clients(standing.speaks_for, ""), False)]
    if standing.functions:
        rules.insert(0, (_seen_in_bodies(standing, ""), True))
    for condition, is_insider in rules:
        for file in found.filter(condition):
            return file, is_insider
    raise Http404


def fetch_file(person: Person, pk: object, on: dt.date) -> CertificationFile:
    """Return a file, or answer that there is none."""
    return fetch_subject(person, CertificationFile, pk, on)


def fetch_subject(person: Person, kind: type[_Subject], pk: object, on: dt.date) -> _Subject:
    """Return a file or something of one, if the person may see the file.

    Raises:
        Http404: There is none, or the person may not know that there is one.
    """
    path = _FILE_PATH[kind]
    related = [f"{path}{name}" for name in ("organization", "body", "edition")]
    seen = kind.objects.select_related(*related).filter(seen_by(person, on, path), pk=pk)  # type: ignore[attr-defined]
    found: _Subject | None = seen.first()
    if found is None:
        raise Http404
    return found
