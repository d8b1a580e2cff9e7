"""Simulated organizations with known truth: how far stated grade probabilities can be trusted.

An organization has N outlets, each with a score from 0 to 100; n of them are
visited at random. Its true grade follows from the mean of all outlets. True
means are normal around 80 with a standard deviation of 8; outlets differ within
an organization by about 8 points, in one of four ways.

The probability of a grade is the library's own closed form (``outlook`` and
``class_chances``): the limit of infinitely many draws of ``possible_truths``
graded by ``grade_probabilities``, as
``tests/library/evaluation/certainty/test_calibration.py`` shows.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import special

from sealmark.measure.smallarea import Outlook, Prior, class_chances, excess_kurtosis, fit_prior, outlook

__all__ = [
    "CUTS",
    "METHODS",
    "OUTLETS",
    "Cell",
    "Measures",
    "prior_of",
    "simulate",
    "summarize",
    "summarize_chances",
    "table",
]

Floats = npt.NDArray[np.float64]

CUTS = np.array([60.0, 70.0, 80.0, 90.0])
_SPREAD = 8.0
MEMBERS = 50


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


METHODS: Mapping[str, str] = {
    "group": "prior group (Sealmark)",
    "t": "t, no group",
    "normal": "plug-in normal",
}


@dataclass(frozen=True)
class Cell:
    """Estimates of many organizations with one number of outlets and visits, and their true means.

    Attributes:
        priors: What other organizations of the same kind, visited as often, say about one more;
            each group stands behind as many organizations as it has members.
    """

    listed: int
    visited: int
    mean: Floats
    variance: Floats
    truth: Floats
    priors: tuple[Prior, ...]

    def outlook(self, method: str) -> Outlook:
        """Return what the library expects of the whole, with the group or without."""
        if method == "group":
            return _joined([self._with(prior, at) for at, prior in enumerate(self.priors)])
        found = self._with(None)
        return replace(found, freedom=np.full_like(found.freedom, np.inf)) if method == "normal" else found

    def _with(self, prior: Prior | None, at: int = 0) -> Outlook:
        those = slice(at * MEMBERS, (at + 1) * MEMBERS) if prior else slice(None)
        return outlook(self.mean[those], self.variance[those], visited=self.visited, listed=self.listed, prior=prior)


def _joined(parts: Sequence[Outlook]) -> Outlook:
    columns = zip(*((part.centre, part.error, part.freedom, part.shrinkage) for part in parts), strict=True)
    return Outlook(*(np.concatenate(column) for column in columns))


def simulate(kind: str, *, listed: int, visited: int, organizations: int, seed: int) -> Cell:
    """Return simulated organizations, a multiple of :data:`MEMBERS`, and as many that make the groups behind them."""
    random = np.random.default_rng([seed, listed, visited, list(OUTLETS).index(kind)])
    number = -(-organizations // MEMBERS) * MEMBERS
    truth, sites = np.empty(2 * number), np.empty((2 * number, visited))
    for at in range(2 * number):
        outlets = np.clip(OUTLETS[kind](random, random.normal(80, 8), listed), 0, 100)
        sites[at], truth[at] = random.choice(outlets, visited, replace=False), outlets.mean()
    groups = [slice(start, start + MEMBERS) for start in range(number, 2 * number, MEMBERS)]
    own = sites[:number]
    priors = tuple(prior_of(sites[group]) for group in groups)
    return Cell(listed, visited, own.mean(axis=1), own.var(axis=1, ddof=1), truth[:number], priors)


def prior_of(sites: Floats) -> Prior:
    """Return the prior of a group: organizations down, their visited sites across."""
    visited = np.full(len(sites), float(sites.shape[1]))
    return fit_prior(sites.mean(axis=1), sites.var(axis=1, ddof=1), visited, tails=excess_kurtosis(sites))


@dataclass(frozen=True)
class Stated:
    """How good stated probabilities are.

    Attributes:
        brier: Mean squared distance between stated probabilities and what is true, over all grades.
        calibration_error: Expected calibration error: distance between how sure it is of the grade
            it names, and how often it is right, in ten classes weighted by their organizations.
        sure: Share of organizations for which it is at least 90 % sure.
        right_when_sure: How often it is right then.
    """

    brier: float
    calibration_error: float
    sure: float
    right_when_sure: float


@dataclass(frozen=True)
class Measures(Stated):
    """How good stated uncertainty is.

    Attributes:
        coverage: Share of 90 % intervals that hold the true mean.
        width: Their mean width in points.
    """

    coverage: float
    width: float


def summarize(cells: Sequence[Cell], *, method: str) -> Measures:
    """Return the measures over several cells; ``method`` is a key of :data:`METHODS`."""
    parts = [_judged(cell, method) for cell in cells]
    inside, width, chances, grade = (np.concatenate(column) for column in zip(*parts, strict=True))
    found = summarize_chances(chances, grade)
    return Measures(**asdict(found), coverage=float(inside.mean()), width=float(width.mean()))


def summarize_chances(chances: Floats, grade: npt.NDArray[np.int_]) -> Stated:
    """Return how good probabilities of grades (organizations down) are, given the true grades."""
    stated = chances.max(axis=1)
    is_right = chances.argmax(axis=1) == grade
    sure = stated >= 0.9
    truth = np.eye(chances.shape[1])[grade]
    return Stated(
        float(((chances - truth) ** 2).sum(axis=1).mean()),
        _calibration_error(stated, is_right),
        float(sure.mean()),
        float(is_right[sure].mean()) if sure.any() else float("nan"),
    )


def _judged(cell: Cell, method: str) -> tuple[Floats, Floats, Floats, npt.NDArray[np.int_]]:
    seen = cell.outlook(method)
    reach = special.stdtrit(np.minimum(seen.freedom, 1e9), 0.95) * seen.error
    inside = np.abs(seen.centre - cell.truth) <= reach
    return inside, 2 * reach, class_chances(seen, CUTS), np.searchsorted(CUTS, cell.truth, side="right")


def _calibration_error(stated: Floats, is_right: npt.NDArray[np.bool_]) -> float:
    edges = np.linspace(0, 1, 11)
    classes = np.clip(np.digitize(stated, edges) - 1, 0, 9)
    parts = [
        np.mean(classes == place) * abs(stated[classes == place].mean() - is_right[classes == place].mean())
        for place in range(10)
        if (classes == place).any()
    ]
    return float(sum(parts))


_HEADING = f"""\
Calibration of grade probabilities from sampled outlets (simulated organizations with known truth).
Four kinds of outlets in equal parts; grades cut at 60, 70, 80, 90; true means 80 +/- 8; outlets differ by about 8.
A prior group are {MEMBERS} other organizations of the same kind, visited as often: they lend their spread and their
mean to the probability, never to the score or the grade.
Without a group the intervals hold what they promise, but from 3 visits the probability of a grade does not: where the
three happen to agree, the spread seen is far too small. Nobody sees a rare bad outlet in 3 to 10 visits.""".splitlines()


def table(
    organizations: int, *, seed: int, visits: Sequence[int] = (3, 5, 10), sizes: Sequence[int] = (20, 100, 500)
) -> list[str]:
    """Return the calibration table as lines of text; ``organizations`` per number of outlets and visits."""
    head = f"{'outlets':>7} {'visited':>7} {'method':<22} {'coverage of 90 %':>17} {'width':>6} {'Brier':>6}"
    lines = [*_HEADING, "", f"{organizations:,} organizations per row.",
             head + f" {'calib. error':>12} {'says >= 0.9':>12} {'right then':>11}"]  # fmt: skip
    for visited, listed in itertools.product(visits, sizes):
        each = organizations // len(OUTLETS)
        cells = [simulate(kind, listed=listed, visited=visited, organizations=each, seed=seed) for kind in OUTLETS]
        for method, name in METHODS.items():
            found = summarize(cells, method=method)
            lines.append(
                f"{listed:>7} {visited:>7} {name:<22} {found.coverage:>17.3f} {found.width:>6.1f} {found.brier:>6.3f}"
                f" {found.calibration_error:>12.3f} {found.sure:>12.3f} {found.right_when_sure:>11.3f}"
            )
    return lines
