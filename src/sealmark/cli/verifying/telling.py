"""A verdict as lines of text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from sealmark.attest.moments import moment_text
from sealmark.attest.verifying.phrases import say
from sealmark.attest.verifying.verdict import Check, Shown, Verdict, printable
from sealmark.cli.output import table
from sealmark.core.canonical import Json

__all__ = ["verdict_json", "verdict_lines"]

_FORMAT = "sealmark-verdict/1"
_FACTS = ("number", "holder", "country", "edition", "scope", "issuer", "valid_from", "valid_until", "address")
_MARKS = {"passed": "+", "failed": "!", "not-checked": "?"}


def verdict_lines(verdict: Verdict, language: str) -> list[str]:
    """Return the answer, what the certificate says, and what was checked."""
    return [
        say(verdict.sentence, language=language),
        *table(list(_facts(verdict, language)), indent="  "),
        *([] if verdict.is_valid or not verdict.shown.number else [f"  {say('fact.not_shown', language=language)}"]),
        *(line for check in verdict.checks for line in _check_lines(check, language)),
    ]


def _facts(verdict: Verdict, language: str) -> Iterator[list[str]]:
    for name in _FACTS:
        value = _fact(verdict.shown, name)
        if value:
            yield [say(f"fact.{name}", language=language), value]
    yield from ([name, value] for name, value in verdict.shown.grades)


def _fact(shown: Shown, name: str) -> str:
    value = str(getattr(shown, name))
    return " · ".join(filter(None, (value, shown.issuer_id))) if name == "issuer" else value


def _check_lines(check: Check, language: str) -> Iterator[str]:
    yield f"{_MARKS[check.outcome]} {say(check.sentence, check.values, language=language)}"
    if check.problem is not None:
        yield f"    {check.problem.code} {printable(check.problem.what)}"


def verdict_json(verdict: Verdict, language: str) -> dict[str, Json]:
    """Return the verdict for programs; the words do not depend on the language, the sentences do."""
    return {
        "format": _FORMAT,
        "answer": verdict.answer,
        "sentence": say(verdict.sentence, language=language),
        "on": moment_text(verdict.on),
        "certificate": verdict.facts,
        "checks": [_check_json(check, language) for check in verdict.checks],
    }


def _check_json(check: Check, language: str) -> Json:
    told: dict[str, Json] = {
        "name": check.name,
        "outcome": check.outcome,
        "key": check.sentence,
        "sentence": say(check.sentence, check.values, language=language),
    }
    if check.problem is not None:
        told |= {"code": check.problem.code, "reason": printable(check.problem.what)}
    return told
