"""The answer of a verification: one word, what was checked, and what may be shown."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from sealmark.attest.moments import moment_text
from sealmark.core.canonical import Json
from sealmark.core.errors import Problem

__all__ = ["ANSWERS", "CHECKS", "OUTCOMES", "Check", "Shown", "Verdict", "printable", "shown_time"]

ANSWERS = ("valid", "suspended", "revoked", "expired", "not-yet-valid", "not-valid", "unknown")
OUTCOMES = ("passed", "failed", "not-checked")
CHECKS = ("form", "signature", "issuer", "dates", "status", "log", "record", "endorsement", "scheme")

_LONGEST = 400
# Control characters, those that turn the direction of a text, halves of characters, and ends of lines.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def printable(text: object, *, longest: int = _LONGEST) -> str:
    """Return a text of unknown origin so that it can do nothing on a screen but be read.

    Example:
        >>> printable("Hotel" + chr(27) + "[2J Sun")
        'Hotel [2J Sun'
    """
    shown = "".join(" " if unicodedata.category(sign) in _HIDDEN else sign for sign in str(text)[:longest])
    return shown + ("…" if len(str(text)) > longest else "")


def shown_time(at: dt.datetime | None) -> str:
    """Return a point of time as sentences write it, empty when there is none.

    Example:
        >>> shown_time(dt.datetime(2026, 11, 22, 17, 5, 9, tzinfo=dt.UTC))
        '2026-11-22 17:05 UTC'
    """
    return "" if at is None else at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: One of :data:`CHECKS`.
        outcome: One of :data:`OUTCOMES`.
        sentence: Key of its sentence, see :mod:`sealmark.attest.verifying.phrases`.
        values: What the placeholders of the sentence stand for.
        problem: The technical reason when it did not pass.
    """

    name: str
    outcome: str
    sentence: str
    values: Mapping[str, str] = field(default_factory=dict)
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What the certificate says, fit to be shown; nothing of it is true unless the answer says so.

    Attributes:
        number: Of the certificate.
        holder: Name.
        country: Of the holder, two letters.
        issuer: Name, as the certificate gives it.
        issuer_id: The identifier that was checked.
        edition: Name of what was conformed to, with its code.
        scope: The services that are covered.
        valid_from: Point of time as text.
        valid_until: Point of time as text, empty when it has no end.
        address: The page in the register.
        grades: Name and value of each result, only when the answer is ``valid``.
    """

    number: str = ""
    holder: str = ""
    country: str = ""
    issuer: str = ""
    issuer_id: str = ""
    edition: str = ""
    scope: str = ""
    valid_from: str = ""
    valid_until: str = ""
    address: str = ""
    grades: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer.

    Attributes:
        answer: One of :data:`ANSWERS`.
        sentence: Key of the sentence that says it.
        checks: What was checked, in the order in which it counts.
        shown: What the certificate says.
        on: The point of time that the answer is about.
        seen: Of each log that was asked, the key and the newest checkpoint: hand them in the next time.
    """

    answer: str
    sentence: str
    checks: tuple[Check, ...]
    shown: Shown
    on: dt.datetime
    seen: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)

    @property
    def is_valid(self) -> bool:
        """Whether the certificate may be relied upon."""
        return self.answer == "valid"

    def check(self, name: str) -> Check | None:
        """Return the check of a name, ``None`` when it did not come to that."""
        return next((item for item in self.checks if item.name == name), None)

    @property
    def facts(self) -> dict[str, Json]:
        """What is shown, as JSON."""
        said: dict[str, Json] = {
            name: value
            for name in Shown.__dataclass_fields__
            if name != "grades" and (value := getattr(self.shown, name))
        }
        if self.shown.grades:
            said["grades"] = [{"name": name, "value": value} for name, value in self.shown.grades]
        return {**said, "on": moment_text(self.on)}
