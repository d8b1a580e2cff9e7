"""The certificates of a body as a workbook of the template."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sealmark_platform.attestation.records import sites_of
from sealmark_platform.casework.models import Certificate
from sealmark_platform.catalogue.queries import edition_title
from sealmark_platform.cells import plain_cell
from sealmark_platform.parties.models import Body, Organization
from sealmark_platform.register.certsearch.template import template
from sealmark_platform.register.exports import open_certificates

__all__ = ["workbook_of"]

_LONGEST_CELL = 32_767
_AT_ONCE = 500

Row = Mapping[str, Any]


def workbook_of(body: Body) -> bytes:
    """Return all certificates of a body whose details are not withheld, with their holders and sites.

    Texts stand as texts: no spreadsheet program calculates them.
    """
    import xlsxwriter

    certificates = open_certificates().filter(file__body=body)
    holders = Organization.objects.filter(files__certificate__in=certificates).distinct().order_by("name", "pk")
    related = certificates.select_related("file__body", "file__organization", "file__edition", "edition")
    stream = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        _write(book, "entities", (_entity(one) for one in holders.iterator(chunk_size=_AT_ONCE)))
        _write(book, "certifications", (_certification(one) for one in related.iterator(chunk_size=_AT_ONCE)))
        _write(book, "sites", _sites(related.iterator(chunk_size=_AT_ONCE)))
    return stream.getvalue()


def _write(book: Any, name: str, rows: Iterable[Row]) -> None:
    known = template().sheets[name]
    sheet = book.add_worksheet(known.name)
    sheet.write_row(0, 0, [column.name for column in known.columns])
    for number, row in enumerate(rows, 1):
        cells = [plain_cell(row.get(column.field, "")) for column in known.columns]
        sheet.write_row(number, 0, [cell[:_LONGEST_CELL] if isinstance(cell, str) else cell for cell in cells])


def _entity(one: Organization) -> Row:
    return {
        "identity": str(one.pk), "name": one.name, "address": one.address or one.city, "city": one.city,
        "country": one.country,
    }  # fmt: skip


def _certification(one: Certificate) -> Row:
    return {
        "identity": one.number, "entity": str(one.file.organization_id), "number": one.number,
        "status": template().statuses[one.status], "scope": one.scope, "sectors": one.file.organization.sector,
        "standards": f"{edition_title(one.granted_by, 'en')} ({one.granted_by.edition})",
    }  # fmt: skip


def _sites(certificates: Iterable[Certificate]) -> Iterator[Row]:
    for one in certificates:
        for site in sites_of(one):
            place = site["address"] or one.file.organization.city
            yield {"identity": one.number, "name": site["name"], "address": place, "city": site["address"]}
