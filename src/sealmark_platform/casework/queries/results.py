"""What a sealed evaluation says, and whether it can stand as the result of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sealmark.core.canonical import digest_json
from sealmark.evaluation.document import number
from sealmark.scheme.edition import Edition
from sealmark_platform.casework.models import Evaluation
from sealmark_platform.catalogue.queries import figures_supplied

__all__ = ["Grade", "grade_of", "grade_words", "result_faults"]


@dataclass(frozen=True, slots=True)
class Grade:
    """The grade of a result.

    Attributes:
        label: As ids: that of the first ladder, or what it is called when none was reached, and those that
            other ladders reached; empty when the first is not determined.
        is_certifiable: Whether the first ladder of the scheme reached a grade; None: not determined.
    """

    label: str
    is_certifiable: bool | None


def grade_of(edition: Edition, document: Mapping[str, Any]) -> Grade:
    """Return the grade a sealed evaluation reached."""
    found = {
        ladder.id: document.get("ladders", {}).get(ladder.id, {}).get("grade") for ladder in edition.grading.ladders
    }
    reached = {ladder.id: [grade.id for grade in ladder.grades] for ladder in edition.grading.ladders}
    first = edition.grading.ladders[0]
    grade = found[first.id]
    # Otherwise the grade of another ladder would be told in the place of the first.
    told = {**reached, first.id: [first.below, *reached[first.id]]}
    if grade not in told[first.id]:
        return Grade("", None)
    label = ", ".join(grade for name, grade in found.items() if grade in told[name])
    return Grade(label, grade in reached[first.id])


def grade_words(edition: Edition, language: str, label: str) -> str:
    """Return the grades of a label in words of the scheme; the id where the scheme has no word."""
    wording = edition.wording.get(language) or edition.wording["en"]  # type: ignore[call-overload]
    comma = "、" if language.startswith("zh") else ", "
    return comma.join(str(wording.grades.get(name, name)) for name in label.split(", ") if name)


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
    overlay = document.get("overlay") or {}
    if overlay.get("kind") == "practice":
        found.append("it was made with figures for practice")
    elif overlay.get("values", {}) != {name: number(value) for name, value in figures_supplied(adopted).items()}:
        found.append("it was made with other figures than those adopted")
    label = document.get("label", "evaluation")
    if label != "evaluation":
        found.append(f"it is labelled {label}")
    return tuple(found)
