"""Numbers of files and certificates: counted per body and year, never given twice."""

from __future__ import annotations

from functools import partial

from django.db import connection, transaction

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.casework.models import Certificate, CertificationFile
from sealmark_platform.parties.models import Body
from sealmark_platform.records.given import Given, given, note_given
from sealmark_platform.records.published import require_log

__all__ = ["lost_numbers", "next_certificate_number", "next_number"]


def next_number(body: Body, year: int) -> str:
    """Return the next number of a file; callers hold a transaction.

    Raises:
        SealmarkError: SM815 a later one was given out; SM811 or SM812 the trail is not the one that was published.
    """
    return _next(f"{body.code.upper()}-{year}-")


def next_certificate_number(body: Body, year: int) -> str:
    """Return the next number of a certificate; callers hold a transaction.

    Raises:
        SealmarkError: As for :func:`next_number`.
    """
    return _next(f"{body.code.upper()}-C{year}-")


def lost_numbers() -> dict[str, tuple[int, int]]:
    """Return the largest number here and the largest that was given out, by their beginning, where they differ."""
    found = {prefix: (_last(prefix), known) for prefix, known in given().items()}
    return {prefix: (last, known.last) for prefix, (last, known) in found.items() if known.last > max(last, known.lost)}


def _next(prefix: str) -> str:
    # A database that lost entries would give their numbers out again.
    require_log()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [prefix])
    last, known = _last(prefix), given().get(prefix, Given())
    if known.last > max(last, known.lost):
        what = f"The number {prefix}{known.last:05d} was given out before, and this database does not know it."
        fix = "Tell the operator: restore a later backup, or run sealmark-platform log recover."
        raise SealmarkError(Problem("SM815", what, fix=fix))
    number = max(last, known.lost) + 1
    transaction.on_commit(partial(note_given, prefix, number))
    return f"{prefix}{number:05d}"


def _last(prefix: str) -> int:
    model = Certificate if prefix.partition("-")[2].startswith("C") else CertificationFile
    found = model._default_manager.filter(number__startswith=prefix).order_by("-number")
    newest = found.values_list("number", flat=True).first()
    return int(newest.rpartition("-")[2]) if newest else 0
