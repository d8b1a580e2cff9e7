"""Numbers of files and certificates: counted per body and year, never given twice."""

from __future__ import annotations

from django.db import connection

from sealmark_platform.casework.models import Certificate, CertificationFile
from sealmark_platform.parties.models import Body
from sealmark_platform.records.published import require_log

__all__ = ["next_certificate_number", "next_number"]


def next_number(body: Body, year: int) -> str:
    """Return the next number of a file; callers hold a transaction."""
    return _next(CertificationFile, f"{body.code.upper()}-{year}-")


def next_certificate_number(body: Body, year: int) -> str:
    """Return the next number of a certificate; callers hold a transaction."""
    return _next(Certificate, f"{body.code.upper()}-C{year}-")


def _next(model: type[CertificationFile | Certificate], prefix: str) -> str:
    # A database that lost entries would give their numbers out again.
    require_log()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [prefix])
    last = model.objects.filter(number__startswith=prefix).order_by("-number").values_list("number", flat=True).first()
    return f"{prefix}{int(last.rpartition('-')[2]) + 1 if last else 1:05d}"
