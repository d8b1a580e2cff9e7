"""What a sealed evaluation says, and whether it can stand as the result of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sealmark.core.canonical import digest_json
from sealmark.scheme.edition import Edition
from sealmark_platform.casework.models import Evaluation

__all__ = ["Grade", "grade_of", "result_faults"]


@dataclass(frozen=True, slots=True)
class Grade:
    """The grade of a result.

    Attributes:
        label: Of every ladder that reached one, as ids.
        is_certifiable: Whether the first ladder of the scheme reached a grade; None: not determined.
    """

    label: str
    is_certifiable: bool | None


def grade_of(edition: Edition, document: Mapping[str, Any]) -> Grade:
    """Return the grade a sealed evaluation reached."""
    ladders = document.get("ladders", {})
    names = [ladder.id for ladder in edition.grading.ladders]
    grades = [ladders.get(name, {}).get("grade") for name in names]
    first = ladders.get(names[0], {}) if names else {}
    is_open = bool(first.get("undetermined_above") or first.get("missing"))
    label = ", ".join(grade for grade in grades if grade)
    return Grade(label, True if first.get("grade") else None if is_open else False)


def result_faults(evaluation: Evaluation, document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return why a sealed evaluation cannot stand as the result of this one."""
    adopted = evaluation.file.edition
    scheme = document.get("scheme", {})
    found = []
    if scheme.get("id") != adopted.edition or scheme.get("digest") != adopted.digest:
        found.append(f"it was made under {scheme.get('id')}, not under the adopted edition {adopted.edition}")
    body = {key: value for key, value in document.items() if key != "digest"}
    if document.get("digest") != digest_json(body):
        found.append("its seal is broken")
    if (document.get("overlay") or {}).get("kind") == "practice":
        found.append("it was made with figures for practice")
    return tuple(found)
