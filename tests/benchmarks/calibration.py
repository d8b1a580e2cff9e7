"""Simulated organizations with known truth: how far stated grade probabilities can be trusted.

An organization has N outlets, each with a score from 0 to 100; n of them are
visited at random. Its true grade follows from the mean of all outlets. True
means are normal around 80 with a standard deviation of 8; outlets differ within
an organization by about 8 points, in one of four ways.

The estimate of each organization is the library's own (``mean_of_sites``). The
probability of a grade is the t distribution around it: the limit of infinitely
many draws of ``possible_truths`` graded by ``grade_probabilities``, as
``tests/library/evaluation/test_calibration.py`` shows.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from sealmark.evaluation.site_scores import mean_of_sites

__all__ = ["CUTS", "OUTLETS", "Cell", "Measures", "normal_chances", "simulate", "summarize", "t_chances"]

Floats = npt.NDArray[np.float64]

CUTS = np.array([60.0, 70.0, 80.0, 90.0])
_SPREAD = 8.0


def _normal(random: np.random.Generator, mean: float, number: int) -> Floats:
    return random.normal(mean, _SPREAD, number)


def _beta(random: np.random.Generator, mean: float, number: int) -> Floats:
    share = np.clip(mean / 100, 0.02, 0.98)
    total = max(share * (1 - share) / (_SPREAD / 100) ** 2 - 1, 1.0)
    return 100 * random.beta(share * total, (1 - share) * total, number)


def _few_bad(random: np.random.Generator, mean: float, number: int) -> Floats:
    """One outlet in ten is 20 points worse than the others."""
    return random.normal(mean + 2, 5, number) - 20 * (random.random(number) < 0.1)


def _pass_fail(random: np.random.Generator, mean: float, number: int) -> Floats:
    """Twenty criteria passed or failed, with an effect of the outlet."""
    chance = np.clip(mean / 100 + random.normal(0, 0.06, number), 0.01, 0.99)
    return random.binomial(20, chance) * 5.0


OUTLETS: dict[str, Callable[[np.random.Generator, float, int], Floats]] = {
    "normal": _normal,
    "beta": _beta,
    "one in ten very bad": _few_bad,
    "20 pass/fail marks": _pass_fail,
}


@dataclass(frozen=True)
class Cell:
    """Estimates of many organizations with one number of outlets and visits, and their true means."""

    listed: int
    visited: int
    mean: Floats
    error: Floats
    freedom: float
    truth: Floats


def simulate(kind: str, *, listed: int, visited: int, organizations: int, seed: int) -> Cell:
    """Return simulated organizations, estimated by the library."""
    random = np.random.default_rng([seed, listed, visited, list(OUTLETS).index(kind)])
    mean, error, truth = (np.empty(organizations) for _ in range(3))
    for at in range(organizations):
        outlets = np.clip(OUTLETS[kind](random, random.normal(80, 8), listed), 0, 100)
        seen = random.choice(outlets, visited, replace=False)
        found = mean_of_sites([float(value) / 100 for value in seen], listed)
        mean[at], error[at], truth[at] = 100 * float(found.value), 100 * float(found.standard_error), outlets.mean()
    return Cell(listed, visited, mean, error, visited - 1, truth)


def t_chances(mean: Floats, error: Floats, freedom: float) -> Floats:
    """Return the probability of each grade by the t distribution, one row per organization."""
    return _between(special.stdtr(freedom, _steps(mean, error)))


def normal_chances(mean: Floats, error: Floats) -> Floats:
    """Return the probability of each grade by the plug-in normal distribution."""
    return _between(special.ndtr(_steps(mean, error)))


def _steps(mean: Floats, error: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num((CUTS - mean[:, None]) / error[:, None], posinf=np.inf, neginf=-np.inf)


def _between(below: Floats) -> Floats:
    ends = np.zeros((len(below), 1)), np.ones((len(below), 1))
    return np.diff(np.hstack([ends[0], below, ends[1]]), axis=1)


@dataclass(frozen=True)
class Measures:
    """How good stated uncertainty is.

    Attributes:
        coverage: Share of 90 % intervals that hold the true mean.
        width: Their mean width in points.
        brier: Mean squared distance between stated probabilities and what is true, over all grades.
        calibration_error: Expected calibration error: distance between how sure it is of the grade
            it names, and how often it is right, in ten classes weighted by their organizations.
        sure: Share of organizations for which it is at least 90 % sure.
        right_when_sure: How often it is right then.
    """

    coverage: float
    width: float
    brier: float
    calibration_error: float
    sure: float
    right_when_sure: float


def summarize(cells: Sequence[Cell], *, method: str) -> Measures:
    """Return the measures over several cells; ``method`` is t or normal."""
    parts = [_judged(cell, method) for cell in cells]
    inside, width, chances, grade = (np.concatenate(column) for column in zip(*parts, strict=True))
    stated, named = chances.max(axis=1), chances.argmax(axis=1)
    is_right = named == grade
    sure = stated >= 0.9
    truth = np.eye(len(CUTS) + 1)[grade]
    return Measures(
        float(inside.mean()),
        float(width.mean()),
        float(((chances - truth) ** 2).sum(axis=1).mean()),
        _calibration_error(stated, is_right),
        float(sure.mean()),
        float(is_right[sure].mean()) if sure.any() else float("nan"),
    )


def _judged(cell: Cell, method: str) -> tuple[Floats, Floats, Floats, npt.NDArray[np.int_]]:
    is_t = method == "t"
    quantile = special.stdtrit(cell.freedom, 0.95) if is_t else special.ndtri(0.95)
    chances = t_chances(cell.mean, cell.error, cell.freedom) if is_t else normal_chances(cell.mean, cell.error)
    inside = np.abs(cell.mean - cell.truth) <= quantile * cell.error
    return inside, 2 * quantile * cell.error, chances, np.searchsorted(CUTS, cell.truth, side="right")


def _calibration_error(stated: Floats, is_right: npt.NDArray[np.bool_]) -> float:
    edges = np.linspace(0, 1, 11)
    classes = np.clip(np.digitize(stated, edges) - 1, 0, 9)
    parts = [
        np.mean(classes == place) * abs(stated[classes == place].mean() - is_right[classes == place].mean())
        for place in range(10)
        if (classes == place).any()
    ]
    return float(sum(parts))


_HEADING = """\
Calibration of grade probabilities from sampled outlets (simulated organizations with known truth).
Four kinds of outlets in equal parts; grades cut at 60, 70, 80, 90; true means 80 +/- 8; outlets differ by about 8.
The intervals hold what they promise, but from 3 visits the probability of a grade does not: a spread estimated from
three outlets is itself uncertain, and where the three happen to agree it is far too small. "At least 90 % sure" is
then right less than 80 % of the time (calibration error about 0.1). Read such probabilities with that in mind: from 10
visits on they can be taken at their word. Nobody sees a rare bad outlet in 3 to 10 visits.""".splitlines()


def table(
    organizations: int, *, seed: int, visits: Sequence[int] = (3, 5, 10), sizes: Sequence[int] = (20, 100, 500)
) -> list[str]:
    """Return the calibration table as lines of text; ``organizations`` per number of outlets and visits."""
    head = f"{'outlets':>7} {'visited':>7} {'method':<15} {'coverage of 90 %':>17} {'width':>6} {'Brier':>6}"
    lines = [*_HEADING, "", f"{organizations:,} organizations per row.",
             head + f" {'calib. error':>12} {'says >= 0.9':>12} {'right then':>11}"]  # fmt: skip
    for visited, listed in itertools.product(visits, sizes):
        each = organizations // len(OUTLETS)
        cells = [simulate(kind, listed=listed, visited=visited, organizations=each, seed=seed) for kind in OUTLETS]
        for method, name in (("t", "t (Sealmark)"), ("normal", "plug-in normal")):
            found = summarize(cells, method=method)
            lines.append(
                f"{listed:>7} {visited:>7} {name:<15} {found.coverage:>17.3f} {found.width:>6.1f} {found.brier:>6.3f}"
                f" {found.calibration_error:>12.3f} {found.sure:>12.3f} {found.right_when_sure:>11.3f}"
            )
    return lines
