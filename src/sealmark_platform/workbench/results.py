"""The short sheet of a frozen result, in the words of the scheme."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealmark.reports.reading import read_evaluation
from sealmark.reports.reasons import reason_texts
from sealmark.reports.summary import headline
from sealmark.reports.voice import Voice
from sealmark.scheme.edition import Edition

__all__ = ["result_sheet"]


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
            "requirements": _requirements(document, voice)}  # fmt: skip


def _requirements(document: Mapping[str, Any], voice: Voice) -> list[dict[str, Any]]:
    words = voice.wording
    found = []
    for name, finding in document.get("findings", {}).items():
        node = None if words is None else words.nodes.get(name)
        found.append({"label": name, "title": "" if node is None else node.title, "share": finding.get("share")})
    return found
