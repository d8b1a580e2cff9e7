"""The ledger of draws: one document from which anyone can make the same draws again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sealmark.core.canonical import Json, digest_json, to_json
from sealmark.core.errors import Problem, SealmarkError
from sealmark.core.numbers import plain
from sealmark.measure.sampling.draws import Draw, DrawRule, Method, SamplingUnit, draw

__all__ = ["FORMAT", "Ledger", "Replay", "ledger_document", "read_ledger", "replay"]

FORMAT = "sealmark-draw/1"
_HOW = (
    "Order number of a unit: the first 16 hexadecimal digits of SHA-256 of SEED|LABEL|UNIT (UTF-8); "
    "divided by 2^64, its own number from 0 to 1. Frames are sorted by unit."
)
_SHOWN = 5


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LedgerUnit(_Part):
    """A row of the sampling frame."""

    unit: str
    stratum: str = ""
    size: Decimal = Decimal(1)
    seen: bool = False


class LedgerRule(_Part):
    """How the sample was drawn."""

    method: Method
    sample: int
    allocation: dict[str, int] = {}
    random: int = 0


class LedgerDrawn(_Part):
    """A unit of the sample."""

    unit: str
    reason: Literal["random", "spread", "all"]
    stratum: str = ""
    probability: str | None = None


class LedgerDraw(_Part):
    """One draw: seed, label and rule, the frame in the order of its units, and what was drawn."""

    label: str
    seed: int
    rule: LedgerRule
    frame: tuple[LedgerUnit, ...]
    frame_digest: str
    drawn: tuple[LedgerDrawn, ...]


class Ledger(_Part):
    """The ledger of some draws: whoever has it can draw again."""

    format: Literal["sealmark-draw/1"]
    engine: str = ""
    how: str = ""
    draws: tuple[LedgerDraw, ...] = Field(min_length=1)
    digest: str


@dataclass(frozen=True, slots=True)
class Replay:
    """Whether a ledger's draws come out again, and if not, where they differ."""

    same: bool
    drawn: int
    differences: tuple[str, ...] = ()


def ledger_document(draws: Sequence[Draw], *, engine: str = "") -> dict[str, Json]:
    """Return the ledger of some draws as JSON, sealed by its digest.

    Args:
        draws: What was drawn.
        engine: Program and version that drew, for the reader.

    Example:
        >>> shops = [SamplingUnit(f"shop-{number}") for number in range(5)]
        >>> document = ledger_document([draw(shops, DrawRule("simple", 2), seed=1, label="visit")])
        >>> replay(document)
        Replay(same=True, drawn=2, differences=())
    """
    body: dict[str, Json] = {
        "format": FORMAT, "engine": engine, "how": _HOW, "draws": [_draw_json(item) for item in draws],
    }  # fmt: skip
    return {**body, "digest": digest_json(body)}


def _draw_json(item: Draw) -> Json:
    frame = _frame_json(item.units)
    rule = item.rule
    return {
        "label": item.label,
        "seed": item.seed,
        "rule": {
            "method": rule.method,
            "sample": rule.sample,
            "allocation": to_json(rule.allocation),
            "random": rule.random,
        },
        "frame": frame,
        "frame_digest": digest_json(frame),
        "drawn": [
            {
                "unit": unit.id,
                "reason": unit.reason,
                "stratum": unit.stratum,
                "probability": None if unit.probability is None else plain(unit.probability),
            }
            for unit in item.drawn
        ],
    }


def _frame_json(units: Sequence[SamplingUnit]) -> Json:
    return [{"unit": unit.id, "stratum": unit.stratum, "size": plain(unit.size), "seen": unit.seen} for unit in units]


def read_ledger(document: object, *, where: str = "") -> Ledger:
    """Return a ledger from its document.

    Raises:
        SealmarkError: SM470 it is no ledger; every place that does not fit.
    """
    try:
        return Ledger.model_validate(document)
    except ValidationError as error:
        fix = "Give a ledger as `sealmark plan` writes it with --ledger."
        problems = [
            Problem("SM470", f"This is no ledger of a draw: {part['msg']}.", _place(where, part["loc"]), fix)
            for part in error.errors(include_url=False)
        ]
        raise SealmarkError(*problems) from None


def _place(where: str, loc: tuple[int | str, ...]) -> str:
    return ", ".join(part for part in (where, ".".join(map(str, loc))) if part)


def replay(document: Mapping[str, object], *, where: str = "") -> Replay:
    """Return whether the draws of a ledger come out again from its frames, rules, seeds and labels.

    Args:
        document: The ledger.
        where: Its name, for messages.

    Raises:
        SealmarkError: SM470 it is no ledger, SM469 it holds what cannot be drawn from.
    """
    ledger = read_ledger(document, where=where)
    differences = [line for item in ledger.draws for line in _differences(item)]
    sealed = digest_json({key: value for key, value in document.items() if key != "digest"})
    if sealed != ledger.digest:
        differences.append("the digest does not belong to what the ledger holds: it was changed after it was written")
    return Replay(not differences, sum(len(item.drawn) for item in ledger.draws), tuple(differences))


def _differences(item: LedgerDraw) -> list[str]:
    units = [SamplingUnit(unit.unit, unit.stratum, unit.size, unit.seen) for unit in item.frame]
    rule = DrawRule(item.rule.method, item.rule.sample, item.rule.allocation, item.rule.random)
    again = draw(units, rule, seed=item.seed, label=item.label)
    found = []
    if digest_json(_frame_json(again.units)) != item.frame_digest:
        found.append(f"{item.label}: the frame is not the one whose digest the ledger names")
    told = {unit.unit: (unit.reason, unit.stratum, unit.probability) for unit in item.drawn}
    drawn = {
        unit.id: (unit.reason, unit.stratum, None if unit.probability is None else plain(unit.probability))
        for unit in again.drawn
    }
    found += _named(item.label, "is in the ledger but is not drawn", [name for name in told if name not in drawn])
    found += _named(item.label, "is drawn but not in the ledger", [name for name in drawn if name not in told])
    changed = [name for name in told if name in drawn and told[name] != drawn[name]]
    return found + _named(item.label, "is drawn for another reason or with another probability", changed)


def _named(label: str, what: str, names: Sequence[str]) -> list[str]:
    shown = [f"{label}: {name} {what}" for name in names[:_SHOWN]]
    more = len(names) - _SHOWN
    return [*shown, f"{label}: {more} more: {what}"] if more > 0 else shown
