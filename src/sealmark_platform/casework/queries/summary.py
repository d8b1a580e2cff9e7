"""The short sheet of a frozen result, in the words of the scheme."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealmark.reports.findings import keeping_items
from sealmark.reports.reading import read_evaluation
from sealmark.reports.reasons import reason_texts
from sealmark.reports.summary import headline
from sealmark.reports.voice import Voice
from sealmark.scheme.edition import Edition

__all__ = ["ladder_chances", "result_sheet"]


def result_sheet(edition: Edition, document: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return headline, ladders and requirements of a result for a reader of a language."""
    voice = Voice(read_evaluation(document), edition, language)
    words = voice.wording
    assert words is not None
    ladders = [
        {
            "name": words.ladders.get(name, name),
            "grade": words.grades.get(ladder.grade, ladder.grade),
            "chances": [
                {"name": words.grades.get(grade, grade), "share": str(share)}
                for grade, share in sorted(ladder.probabilities.items(), key=lambda item: -item[1])
            ],
            "reasons": reason_texts(ladder.reasons, voice),
        }
        for name, ladder in voice.evaluation.ladders.items()
    ]
    return {"headline": headline(document, edition, language), "ladders": ladders, "digest": document.get("digest", ""),
            "requirements": _requirements(document, voice), "keeping": _keeping(voice)}  # fmt: skip


def _keeping(voice: Voice) -> list[dict[str, Any]]:
    """Return for what the certificate is kept, each with how far it is shown."""
    return [
        {"text": item.text, "details": item.details, "is_shown": is_shown} for item, is_shown in keeping_items(voice)
    ]


def _requirements(document: Mapping[str, Any], voice: Voice) -> list[dict[str, Any]]:
    words = voice.wording
    found = []
    for name, finding in document.get("findings", {}).items():
        node = None if words is None else words.nodes.get(name)
        found.append({"label": name, "title": "" if node is None else node.title, "share": finding.get("share")})
    return found


def ladder_chances(edition: Edition, document: Mapping[str, Any], language: str) -> list[dict[str, Any]]:
    """Return how sure the grade of each ladder is, the likeliest first; also of a result of an older engine."""
    words = edition.wording.get(language) or edition.wording["en"]  # type: ignore[call-overload]
    found = []
    for name, ladder in document.get("ladders", {}).items():
        shares = sorted((ladder.get("probabilities") or {}).items(), key=lambda item: -float(item[1]))
        chances = [{"name": words.grades.get(grade, grade), "share": str(share)} for grade, share in shares]
        found.append({"name": words.ladders.get(name, name), "chances": chances})
    return found
