"""The file formats of a case folder, for ``sealmark schema`` and editor completion."""

from __future__ import annotations

from collections.abc import Mapping

from sealmark.evaluation.case import CaseFile, FactsFile
from sealmark.evaluation.evidence.prior_group import PriorGroup
from sealmark.evaluation.example import ExampleProfile
from sealmark.measure.imports.mapping import ImportMapping
from sealmark.measure.records.calendars import Calendar
from sealmark.measure.sampling.ledgers import Ledger
from sealmark.scheme.schemas import FileFormat

__all__ = ["CASE_FORMATS"]

CASE_FORMATS: Mapping[str, FileFormat] = {
    item.name: item
    for item in (
        FileFormat("case", CaseFile, "case.yaml", "A case: organization, dates, where the evidence lies"),
        FileFormat("facts", FactsFile, "facts.yaml", "Declared facts"),
        FileFormat("mapping", ImportMapping, "mappings/*.yaml", "How an export becomes our columns"),
        FileFormat("calendar", Calendar, "calendars/*.yaml", "Opening hours and holidays"),
        FileFormat("prior-group", PriorGroup, "prior_group.yaml", "What organizations alike showed"),
        FileFormat("ledger", Ledger, "draw.json", "Draws with all that is needed to draw again"),
        FileFormat("example", ExampleProfile, "example.yaml", "A made-up organization for a demonstration"),
    )
}
"""Every file format of a case folder by name."""
