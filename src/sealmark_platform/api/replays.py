"""Idempotency keys: a request that comes twice is done once and answered the same."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from sealmark.core.canonical import digest_bytes
from sealmark.core.errors import SealmarkError
from sealmark_platform.api.identity import person_of
from sealmark_platform.api.models import KeptAnswer
from sealmark_platform.api.problems import problem_answer, refuse

__all__ = ["KEPT", "content_digest", "forget_answers", "once"]

KEPT = dt.timedelta(hours=24)
_LONGEST_KEY = 200
Work = Callable[[], HttpResponse]


def once(request: HttpRequest, said: Any, work: Work) -> HttpResponse:
    """Return the answer of some work, or the one that was kept for the same key.

    Args:
        request: With the header ``Idempotency-Key``, or without: then the work is simply done.
        said: What was sent, JSON; the same key with something else is refused.
        work: Returns its answer or raises a SealmarkError.

    Raises:
        SealmarkError: SM865 the key was used for something else, SM863 it is too long.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return work()
    if len(key) > _LONGEST_KEY or not key.isprintable():
        raise refuse("SM863", "The idempotency key is not usable.", fix=f"At most {_LONGEST_KEY} printable characters.")
    told = json.dumps([request.method, request.path, said], sort_keys=True)
    fingerprint = digest_bytes(told.encode())[7:]
    KeptAnswer.objects.filter(person=person_of(request), key=key, made_at__lt=timezone.now() - KEPT).delete()
    known = KeptAnswer.objects.filter(person=person_of(request), key=key).first()
    if known is not None:
        return _again(known, fingerprint)
    with transaction.atomic():
        # The row comes first: a second request with the key waits here until the first is whole.
        row, is_new = KeptAnswer.objects.get_or_create(
            person=person_of(request), key=key, defaults={"fingerprint": fingerprint, "made_at": timezone.now()}
        )
        if not is_new:
            return _again(row, fingerprint)
        return _kept(row, _answer(request, work))


def _answer(request: HttpRequest, work: Work) -> HttpResponse:
    try:
        with transaction.atomic():
            return work()
    except SealmarkError as error:
        return problem_answer(request, error.problems)


def _kept(row: KeptAnswer, answer: HttpResponse) -> HttpResponse:
    row.status, row.body = answer.status_code, answer.content.decode()
    row.content_type, row.location = answer.headers["Content-Type"], answer.headers.get("Location", "")
    row.save()
    return answer


def _again(row: KeptAnswer, fingerprint: str) -> HttpResponse:
    if row.fingerprint != fingerprint:
        raise refuse("SM865", "The idempotency key was used for another request.", fix="Take a new key for each act.")
    answer = HttpResponse(row.body, status=row.status, content_type=row.content_type)
    if row.location:
        answer["Location"] = row.location
    answer["Idempotency-Replayed"] = "true"
    return answer


def content_digest(content: UploadedFile[Any]) -> str:
    """Return the digest of an upload, which stands for it in a fingerprint."""
    digest = digest_bytes(content.read())
    content.seek(0)
    return digest


def forget_answers(at: dt.datetime) -> int:
    """Forget what was kept longer than a day; return how many answers."""
    return KeptAnswer.objects.filter(made_at__lt=at - KEPT).delete()[0]
