"""What people of the demonstration write, in the language of their file."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any

import yaml

__all__ = ["AGREEMENT", "COMPLAINTS", "FINDINGS", "PDF", "PREREQUISITES", "REASONS", "SCOPES", "SECTORS"]


def _read() -> dict[str, Any]:
    text = resources.files("sealmark_platform.demonstration").joinpath("phrases.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


_ALL = _read()
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n% "
)
"""A document without pages: what it would say is made up anyway."""
SCOPES: Mapping[str, str] = _ALL["scopes"]
SECTORS: Mapping[str, Mapping[str, str]] = _ALL["sectors"]
AGREEMENT: Mapping[str, str] = _ALL["agreement"]
REASONS: Mapping[str, Mapping[str, str]] = _ALL["reasons"]
PREREQUISITES: Mapping[str, Mapping[str, str]] = _ALL["prerequisites"]
"""How the applicant shows each, by the scheme's name of it."""
COMPLAINTS: Mapping[str, Mapping[str, str]] = _ALL["complaints"]
"""What people without an account write, and what they are answered."""
FINDINGS: tuple[Mapping[str, str], ...] = tuple(_ALL["findings"])
"""Statements; the last one is a strength."""
