"""``sealmark plan respondents`` and ``records``: sample sizes without any case."""

from __future__ import annotations

import click

from sealmark.cli.output import json_option, result, table
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["records_command", "respondents_command"]

_SHARE = click.FloatRange(0, 1, min_open=True, max_open=True)
_ABOVE = click.FloatRange(min=0, min_open=True)
_CURVE = 8


@click.command("respondents", epilog="Example: sealmark plan respondents --precision 2 --spread 18 --response-rate 0.3")
@click.option("--precision", type=_ABOVE, help="Wanted half-width, in points or as a share (0.05).")
@click.option("--difference", type=_ABOVE, help="Change between two waves that must not be missed, instead.")
@click.option("--spread", type=_ABOVE, help="Standard deviation of one answer; for means and indices.")
@click.option("--share", type=_SHARE, help="Expected share, instead of a spread; 0.5 is the worst case.")
@click.option("--power", type=_SHARE, default=0.8, show_default=True, help="How likely the change must be found.")
@click.option(
    "--overlap",
    type=click.FloatRange(0, 1),
    help="Share of people asked in both waves; independent samples when not given.",
)
@click.option(
    "--correlation",
    type=click.FloatRange(-1, 1),
    default=0.0,
    show_default=True,
    help="Of their answers in both waves.",
)
@click.option("--confidence", type=_SHARE, default=0.95, show_default=True)
@click.option("--design-effect", type=_ABOVE, default=1.0, show_default=True, help="Of clusters and weights.")
@click.option("--population", type=click.IntRange(min=2), help="How many there are to ask.")
@click.option("--response-rate", type=click.FloatRange(0, 1, min_open=True), help="Share of those asked who answer.")
@json_option
def respondents_command(
    precision: float | None,
    difference: float | None,
    spread: float | None,
    share: float | None,
    power: float,
    overlap: float | None,
    correlation: float,
    confidence: float,
    design_effect: float,
    population: int | None,
    response_rate: float | None,
) -> None:
    """Tell how many respondents a precision needs, or each of two waves to find a difference.

    Intervals and tests are two-sided and use t; shares in a difference use the normal test of two shares.
    """
    from sealmark.measure.sampling import respondents as sizes

    _one_of("--precision", precision, "--difference", difference)
    _one_of("--spread", spread, "--share", share)
    setting = sizes.Setting(confidence=confidence, population=population, design_effect=design_effect)
    waves = sizes.Waves(overlap, correlation)
    if precision is not None:
        needed = (
            sizes.respondents_for_mean(precision, spread, **setting)
            if spread is not None
            else sizes.respondents_for_share(precision, share or 0.5, **setting)
        )
    else:
        assert difference is not None
        needed = (
            sizes.respondents_for_difference(difference, spread, power=power, waves=waves, **setting)
            if spread is not None
            else sizes.respondents_for_share_difference(
                share or 0.5, _moved(share or 0.5, difference), power=power, waves=waves, **setting
            )
        )
    _tell_respondents(needed, response_rate, population, waves=difference is not None)


def _one_of(first: str, one: object, second: str, other: object) -> None:
    if (one is None) == (other is None):
        what = f"Either {first} or {second} is needed, and not both."
        raise SealmarkError(Problem("SM905", what, f"{first}, {second}", "Give one of the two."))


def _moved(share: float, difference: float) -> float:
    """Return where a share goes: up, or down where there is no room above."""
    return share + difference if share + difference < 1 else share - difference


def _tell_respondents(needed: int, response_rate: float | None, population: int | None, *, waves: bool) -> None:
    from sealmark.measure.sampling.respondents import invitations_for

    invited = None
    if response_rate is not None:
        invited = invitations_for(needed, response_rate=response_rate, population=population)
    each = " in each wave" if waves else ""
    lines = [f"Respondents needed{each}: {needed:,}"]
    if invited is not None:
        lines.append(f"To be asked{each}: {invited:,}")
    result({"respondents": needed, "invited": invited, "waves": 2 if waves else 1}, lines)


@click.command("records", epilog="Example: sealmark plan records --lot 800 --good 0.01 --bad 0.05")
@click.option(
    "--bad",
    type=click.FloatRange(0, 1, min_open=True),
    required=True,
    help="Share of bad records that must be found out (LQ).",
)
@click.option(
    "--good",
    type=click.FloatRange(0, 1, max_open=True),
    help="Share that should be accepted (AQL); without it the smallest sample with --accept.",
)
@click.option("--lot", type=click.IntRange(min=1), help="Records in all; an endless series when not given.")
@click.option(
    "--producer-risk", type=_SHARE, default=0.05, show_default=True, help="Chance at most that a good lot is refused."
)
@click.option(
    "--consumer-risk", type=_SHARE, help="Chance at most that a bad lot is accepted; 0.1 with --good, 0.05 without."
)
@click.option("--accept", type=click.IntRange(min=0), help="Bad records accepted, without --good; 0 when not given.")
@json_option
def records_command(
    bad: float,
    good: float | None,
    lot: int | None,
    producer_risk: float,
    consumer_risk: float | None,
    accept: int | None,
) -> None:
    """Tell how many records to draw, how many bad ones to accept, and what such a plan lets through.

    Computed exactly (hypergeometric for a lot, binomial for a series); no table of a standard is used.
    """
    from sealmark.measure.sampling.acceptance import AcceptancePlan, acceptance_plan, sample_to_detect

    if good is not None and accept is not None:
        what = "With --good the number of bad records to accept follows from the risks."
        raise SealmarkError(Problem("SM905", what, "--accept", "Leave out --accept or --good."))
    if good is not None:
        risks = {"producer_risk": producer_risk, "consumer_risk": 0.1 if consumer_risk is None else consumer_risk}
        found = acceptance_plan(good, bad, lot=lot, **risks)
    else:
        sure = 1 - (0.05 if consumer_risk is None else consumer_risk)
        found = AcceptancePlan(sample_to_detect(bad, lot=lot, confidence=sure, accept=accept or 0), accept or 0, lot)
    shares = sorted({*(bad * step * 2 / _CURVE for step in range(_CURVE + 1)), *([good] if good else [])})
    shares = [share for share in shares if share <= 1]
    chances = [found.chance(share) for share in shares]
    whole = "" if lot is None else f" of {lot:,}"
    lines = [
        f"Draw {found.sample:,}{whole}; accept with at most {found.accept} bad.",
        f"A lot with {100 * found.limit():.3g} % bad records or more is accepted with a chance of 10 % at most.",
        *table([["bad records", "accepted"], *([f"{100 * share:.3g} %", f"{100 * chance:.1f} %"]
                for share, chance in zip(shares, chances, strict=True))], indent="  "),
    ]  # fmt: skip
    curve = [
        {"bad": round(share, 9), "accepted": round(chance, 9)} for share, chance in zip(shares, chances, strict=True)
    ]
    result(
        {"sample": found.sample, "accept": found.accept, "lot": lot, "limit": round(found.limit(), 9), "curve": curve},
        lines,
    )
