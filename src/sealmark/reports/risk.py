"""The operating characteristic of the grades: what a sample of sites can tell apart, and what more would buy."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from sealmark.reports.blocks import Block, Column, Figure, Section, Table, Text
from sealmark.reports.charts import Curve, Curves, Limit, draw_curves
from sealmark.reports.reading import RiskRead
from sealmark.reports.voice import Voice

__all__ = ["risk_section"]

_BOUGHT: Mapping[str, str] = {"now": "now", "more_sites": "more-sites", "more_interviews": "more-interviews"}
_NEAR = Decimal("0.00001")


def risk_section(voice: Voice) -> Section | None:
    """Return how well sites and interviews tell the grades apart; None where no sampled site moves a score."""
    risks = voice.evaluation.grade_risk
    if not risks:
        return None
    blocks: list[Block] = []
    for risk in risks:
        blocks += [_intro(risk, voice), *_gated(risk, voice), _figure(risk, voice), _bought(risk, voice)]
    return Section("risk", voice.say("risk.heading"), (*blocks, Text(voice.say("risk.limits"))))


def _intro(risk: RiskRead, voice: Voice) -> Text:
    numbers = {name: voice.whole(getattr(risk.sites, name) or 0) for name in ("listed", "visited")}
    return Text(
        voice.say(
            "risk.intro",
            visited=numbers["visited"],
            sites=numbers["listed"],
            spread=voice.number(risk.spread, 1),
            error=voice.number(risk.error, 1),
        )
    )


def _gated(risk: RiskRead, voice: Voice) -> tuple[Text, ...]:
    """Return a warning where conditions besides the score hold the grade back, for the chart does not know them."""
    by_score = [cut.grade for cut in risk.cuts if cut.at_least <= risk.found]
    if not by_score or by_score[-1] == voice.evaluation.ladders[risk.ladder].grade:
        return ()
    return (Text(voice.say("risk.gated", grade=voice.grade(by_score[-1])), strong=True),)


def _figure(risk: RiskRead, voice: Voice) -> Figure:
    name = f"risk-{risk.ladder}"
    ladder = voice.name("ladders", risk.ladder)
    title = voice.say("risk.title", ladder=ladder, share=voice.chance(risk.right["now"]))
    return Figure(name, title, draw_curves(name, _curves(risk, voice)), _table(risk, ladder, voice))


def _curves(risk: RiskRead, voice: Voice) -> Curves:
    reached = sum(cut.at_least <= risk.found for cut in risk.cuts)
    low, high = risk.curve[0].truth, risk.curve[-1].truth
    curves = [
        Curve([(float(point.truth), float(point.chances[at])) for point in risk.curve], strong=at == reached)
        for at in range(len(risk.cuts) + 1)
    ]
    return Curves(
        low=float(low),
        high=float(high),
        limits=[
            Limit(float(cut.at_least), f"{voice.grade(cut.grade)} {voice.trimmed(cut.at_least)}") for cut in risk.cuts
        ],
        curves=curves,
        value=float(risk.found),
        value_text=voice.say("risk.found", value=voice.score(risk.score, risk.found)),
        ends=(voice.trimmed(low), voice.trimmed(high)),
        levels=(voice.percent(Decimal(0)), voice.percent(Decimal(1))),
    )


def _table(risk: RiskRead, ladder: str, voice: Voice) -> Table:
    below = next(item.below for item in voice.edition.grading.ladders if item.id == risk.ladder)
    grades = [voice.grade(name) for name in (below, *(cut.grade for cut in risk.cuts))]
    columns = (Column(voice.say("risk.truth")), *(Column(grade, numeric=True) for grade in grades))
    shown = [spot + step for spot in (*(cut.at_least for cut in risk.cuts), risk.found)
             for step in (-risk.error, Decimal(0), risk.error)]  # fmt: skip
    rows = tuple(
        (voice.score(risk.score, point.truth), *(_share(share, voice) for share in point.chances))
        for point in risk.curve
        if any(abs(point.truth - spot) < _NEAR for spot in shown)
    )
    return Table(voice.say("risk.caption", ladder=ladder), columns, rows)


def _share(share: Decimal, voice: Voice) -> str:
    return voice.percent(share) if share == 0 else voice.chance(share)


def _bought(risk: RiskRead, voice: Voice) -> Table:
    columns = (Column(voice.say("risk.size")), Column(voice.say("risk.right"), numeric=True))
    rows = tuple(
        (voice.say(f"risk.{key}"), voice.chance(risk.right[name]))
        for name, key in _BOUGHT.items()
        if name in risk.right
    )
    return Table(voice.say("risk.bought", ladder=voice.name("ladders", risk.ladder)), columns, rows)
