"""Wording of an edition in one language, apart from its structure."""

from __future__ import annotations

from typing import Literal

from sealmark.scheme.figures import Id, Name, Part

__all__ = ["LANGUAGES", "InstrumentText", "Language", "NodeText", "Wording"]

Language = Literal["en", "ru", "zh-Hans", "zh-Hant"]
LANGUAGES: tuple[Language, ...] = ("en", "ru", "zh-Hans", "zh-Hant")


class NodeText(Part):
    """A requirement or group in words."""

    title: Name
    text: str = ""
    """What is required, in full sentences. Requirements need it, groups may do without."""
    guidance: str = ""
    """How it is judged and what evidence helps."""


class InstrumentText(Part):
    """A questionnaire in words."""

    title: Name
    introduction: str = ""
    items: dict[Id, Name]
    choices: dict[Id, dict[str, Name]] = {}
    """Labels of codes by item."""
    ends: dict[Id, tuple[Name, Name]] = {}
    """What the lowest and highest answer mean, by item; "default" for all others."""


class Wording(Part):
    """The file text/<language>.yaml."""

    language: Language
    title: Name
    short_title: str = ""
    summary: Name
    notice: str = ""
    """Trade marks, licence and what the pack does not claim."""
    nodes: dict[Id, NodeText]
    """Requirements and groups."""
    scales: dict[Id, dict[Id, Name]] = {}
    marks: dict[Id, Name] = {}
    instruments: dict[Id, InstrumentText] = {}
    measures: dict[Id, Name] = {}
    parameters: dict[Id, Name] = {}
    facts: dict[Id, Name] = {}
    documents: dict[Id, Name] = {}
    credentials: dict[Id, Name] = {}
    scores: dict[Id, Name] = {}
    adjustments: dict[Id, Name] = {}
    gates: dict[Id, Name] = {}
    ladders: dict[Id, Name] = {}
    grades: dict[Id, Name] = {}
    labels: dict[Id, Name] = {}
    """Everything else with a name: sizes, sectors, modules, stages, modes, roles, triggers, tags."""
