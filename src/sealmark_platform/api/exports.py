"""Lists as CSV and XLSX that no spreadsheet program takes for a formula."""

from __future__ import annotations

import io
from collections.abc import Sequence

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from sealmark_platform.cells import Rows, csv_lines, harmless, plain_cell

__all__ = ["CSV", "XLSX", "csv_lines", "exported", "harmless"]

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST_CELL = 32_767


def exported(kind: str, name: str, names: Sequence[str], rows: Rows) -> HttpResponseBase:
    """Return a list as a file.

    Args:
        kind: ``csv`` or ``xlsx``.
        name: Of the file, without its ending.
        names: Of the columns.
        rows: As many values each.
    """
    if kind == "xlsx":
        return _workbook(name, names, rows)
    answer = StreamingHttpResponse(csv_lines(names, rows), content_type=f"{CSV}; charset=utf-8; header=present")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _workbook(name: str, names: Sequence[str], rows: Rows) -> HttpResponse:
    import xlsxwriter

    stream = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet(name[:31])
        sheet.write_row(0, 0, names)
        for number, row in enumerate(rows, 1):
            cells = [plain_cell(value) for value in row]
            sheet.write_row(number, 0, [cell[:_LONGEST_CELL] if isinstance(cell, str) else cell for cell in cells])
    answer = HttpResponse(stream.getvalue(), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return answer
