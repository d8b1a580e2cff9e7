"""Crossed random effects against dense matrices, simulated truth and the edges of what can be estimated."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealmark.core.errors import SealmarkError
from sealmark.measure.raters import crossed_effects, ratings_from_matrix, read_ratings
from sealmark.measure.raters import reml as search
from sealmark.measure.raters.crossing import cross
from sealmark.measure.raters.reml import fit_variances

NAN = float("nan")


def refused(act, *codes):
    with pytest.raises(SealmarkError) as caught:
        act()
    assert caught.value.codes == codes
    return str(caught.value)


def simulated(subjects, raters, *, seed, share=1.0, deviations=(3.0, 1.5, 2.0)):
    """A matrix of marks around 80, the subjects' and raters' effects; cells occur with a probability."""
    random = np.random.default_rng(seed)
    own, who = deviations[0] * random.normal(size=(subjects, 1)), deviations[1] * random.normal(size=(1, raters))
    marks = 80 + own + who + deviations[2] * random.normal(size=(subjects, raters))
    marks[random.random(marks.shape) >= share] = NAN
    return marks, own.ravel(), who.ravel()


class Dense:
    """The same model with the whole covariance matrix of the marks written out."""

    def __init__(self, fit):
        ratings, self.deviations = fit.ratings, fit.fit.deviations
        self.subject = np.eye(len(ratings.subjects))[ratings.subject]
        self.rater = np.eye(len(ratings.raters))[ratings.rater]
        self.marks = ratings.marks
        self.ones = np.ones((len(self.marks), 1))

    def parts(self, deviations):
        own, who, rest = np.square(deviations)
        covariance = (
            own * self.subject @ self.subject.T + who * self.rater @ self.rater.T + rest * np.eye(len(self.marks))
        )
        inverse = np.linalg.inv(covariance)
        weight = self.ones.T @ inverse @ self.ones
        projection = inverse - inverse @ self.ones @ self.ones.T @ inverse / weight
        return covariance, inverse, weight, projection

    def criterion(self, deviations, kind="reml"):
        covariance, _, weight, projection = self.parts(deviations)
        size = len(self.marks) - (kind == "reml")
        value = np.linalg.slogdet(covariance)[1] + self.marks @ projection @ self.marks + size * np.log(2 * np.pi)
        return float(value + (np.log(weight[0, 0]) if kind == "reml" else 0.0))

    def error(self, weights, subject=None, rater=None):
        """Standard error of ``weights @ marks`` as a prediction of given combinations of effects."""
        own, who, rest = self.deviations
        of_own = weights @ self.subject - (0 if subject is None else subject)
        of_who = weights @ self.rater - (0 if rater is None else rater)
        return np.sqrt(
            own**2 * (of_own**2).sum(axis=1) + who**2 * (of_who**2).sum(axis=1) + rest**2 * (weights**2).sum(axis=1)
        )

    def predictors(self):
        """Matrices that give the raters' effects and the subjects' means from the marks."""
        own, who, _ = np.square(self.deviations)
        _, inverse, weight, projection = self.parts(self.deviations)
        mean = self.ones.T @ inverse / weight
        return who * self.rater.T @ projection, mean + own * self.subject.T @ projection


# More subjects than raters, and the other way round: a different factor is eliminated.
SHAPES = [(14, 5), (5, 14)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", ["reml", "ml"])
def test_the_criterion_is_the_likelihood_and_at_its_lowest(shape, kind):
    fit = crossed_effects(ratings_from_matrix(simulated(*shape, seed=3, share=0.6)[0]), kind=kind)
    dense = Dense(fit)
    best = fit.fit.deviations

    assert fit.criterion == pytest.approx(dense.criterion(best, kind), rel=1e-11)
    assert (best > 0).all()
    for place in range(3):
        for factor in (0.999, 1.001):
            moved = best * np.where(np.arange(3) == place, factor, 1.0)
            assert 0 < dense.criterion(moved, kind) - fit.criterion < 1e-3


@pytest.mark.parametrize("shape", SHAPES)
def test_all_standard_errors_are_those_of_the_dense_model(shape):
    fit = crossed_effects(ratings_from_matrix(simulated(*shape, seed=2, share=0.6)[0]))
    dense = Dense(fit)
    raters, means = dense.predictors()
    average = (dense.subject / dense.subject.sum(axis=0)).T
    adjusted = average - average @ dense.rater @ raters
    subjects = np.eye(len(fit.ratings.subjects))

    assert fit.rater_errors == pytest.approx(dense.error(raters, rater=np.eye(len(raters))), rel=1e-9)
    assert fit.predicted_errors == pytest.approx(dense.error(means, subject=subjects), rel=1e-9)
    assert fit.adjusted_errors == pytest.approx(dense.error(adjusted, subject=subjects), rel=1e-9)
    assert fit.raw_errors == pytest.approx(dense.error(average, subject=subjects), rel=1e-9)
    assert fit.adjusted_means == pytest.approx(adjusted @ dense.marks, rel=1e-12)
    assert fit.predicted_means == pytest.approx(means @ dense.marks, rel=1e-12)


@pytest.mark.parametrize("kind", ["reml", "ml"])
def test_slopes_and_curvatures_are_those_of_the_criterion(kind):
    random = np.random.default_rng(3)
    first, second, group = random.integers(0, 30, 200), random.integers(0, 9, 200), random.integers(0, 2, 200)
    third = np.unique(first % 4 * 9 + second, return_inverse=True)[1]
    factors = [(first, 30), (second, 9), (third, int(third.max()) + 1)]
    crossing = cross(factors, random.normal(size=200) + first / 20, group=group)
    theta, step = np.array([0.7, 0.4, 0.3]), 1e-5

    def at(change):
        solved = search._solve(crossing, theta * np.exp(change), kind)
        return solved.criterion, *search._derivatives(crossing, solved, search._inverse(solved), kind)

    _, slope, curvature = at(0)
    pairs = [(at(step * unit), at(-step * unit)) for unit in np.eye(3)]
    assert slope == pytest.approx([(up[0] - down[0]) / (2 * step) for up, down in pairs], abs=1e-6)
    assert curvature == pytest.approx(np.array([(up[1] - down[1]) / (2 * step) for up, down in pairs]), abs=1e-6)


def test_the_errors_of_the_deviations_are_those_of_the_curved_likelihood():
    fit = crossed_effects(ratings_from_matrix(simulated(12, 6, seed=4)[0]))
    dense, logs, step = Dense(fit), np.log(fit.fit.deviations), 1e-3

    def at(change):
        return dense.criterion(np.exp(logs + step * change))

    units = np.eye(3)
    curvature = [[(at(a + b) - at(a - b) - at(b - a) + at(-a - b)) / (4 * step**2) for a in units] for b in units]
    assert fit.fit.log_errors == pytest.approx(np.sqrt(np.diag(2 * np.linalg.inv(curvature))), rel=1e-4)


def test_repeated_marks_count_as_marks():
    import pyarrow as pa

    matrix = simulated(10, 4, seed=5)[0]
    rows = [(s, r, matrix[s, r] + shift) for s in range(10) for r in range(4) for shift in (-1.0, 1.0)]
    table = pa.table(dict(zip(("s", "r", "m"), map(list, zip(*rows, strict=True)), strict=True)))

    fit = crossed_effects(read_ratings(table, "m", subject="s", rater="r"))

    assert fit.criterion == pytest.approx(Dense(fit).criterion(fit.fit.deviations), rel=1e-11)
    assert fit.subject(0).raw.base == 8


def test_in_a_complete_design_everyone_loses_alike():
    fit = crossed_effects(ratings_from_matrix(simulated(20, 5, seed=6)[0]))

    assert fit.adjusted_means == pytest.approx(fit.raw_means, rel=1e-12)
    assert sum(float(one.value) for one in fit.severities.values()) == pytest.approx(0, abs=1e-9)


def test_a_severe_rater_is_found_and_those_it_marked_get_their_points_back():
    marks, own, _ = simulated(60, 6, seed=7, share=0.4, deviations=(3.0, 0.3, 1.0))
    marks[:, 2] -= 8

    fit = crossed_effects(ratings_from_matrix(marks, raters="ABCDEF"))

    severities = {name: float(one.value) for name, one in fit.severities.items()}
    assert max(severities, key=severities.get) == "C"
    assert 5 < severities["C"] - severities["A"] < 9
    true = 80 + own[[int(name) - 1 for name in fit.ratings.subjects]]
    true += np.mean(fit.adjusted_means - true)
    assert np.std(fit.adjusted_means - true) < 0.5 * np.std(fit.raw_means - true)


def test_severity_is_a_loss_and_bases_are_marks():
    fit = crossed_effects(ratings_from_matrix(simulated(12, 4, seed=8)[0], raters="ABCD"))

    lowest = np.argmin([fit.ratings.marks[fit.ratings.rater == place].mean() for place in range(4)])
    assert max(fit.severities, key=lambda name: fit.severities[name].value) == "ABCD"[lowest]
    assert {one.base for one in fit.severities.values()} == {12}
    assert fit.mean.base == 48


def test_intervals_of_severity_cover():
    # 60 designs of 40 subjects and 12 raters, a third of the cells: 720 intervals of 95 %.
    hits = []
    for seed in range(60):
        marks, _, who = simulated(40, 12, seed=100 + seed, share=0.33)
        fit = crossed_effects(ratings_from_matrix(marks, raters=range(12)))
        hits += [float(one.lower) < -who[name] < float(one.upper) for name, one in fit.severities.items()]

    assert 0.92 <= np.mean(hits) <= 0.97


def test_intervals_of_adjusted_means_cover_the_true_means():
    hits = []
    for seed in range(60):
        marks, own, _ = simulated(40, 12, seed=300 + seed, share=0.33)
        fit = crossed_effects(ratings_from_matrix(marks, subjects=range(40)))
        for name in fit.ratings.subjects:
            adjusted = fit.subject(name).adjusted
            hits.append(float(adjusted.lower) < 80 + own[name] < float(adjusted.upper))

    assert 0.92 <= np.mean(hits) <= 0.97


def test_raters_who_do_not_differ_have_no_severity():
    # Latin square: every rater has the same mean, less than chance would give.
    square = [[(row + column) % 6 for column in range(6)] for row in range(6)]

    fit = crossed_effects(ratings_from_matrix(np.array(square) + 10 * np.arange(6)[:, None]))

    assert fit.deviations["rater"].value == 0
    assert {(one.value, one.lower) for one in fit.severities.values()} == {(0, None)}
    assert "no more than chance" in fit.severities[1].note
    assert fit.adjusted_means.tolist() == fit.raw_means.tolist()


def test_subjects_that_do_not_differ_leave_the_severities():
    square = [[(row + column) % 6 for column in range(6)] for row in range(6)]

    fit = crossed_effects(ratings_from_matrix(np.array(square) + 10 * np.arange(6)))

    assert fit.fit.deviations[0] == 0
    assert fit.reliability == 0
    assert [round(float(one.value)) for one in fit.severities.values()] == [25, 15, 5, -5, -15, -25]


def test_nothing_but_chance_leaves_one_variance():
    square = np.array([[(row + column) % 6 for column in range(6)] for row in range(6)])

    fit = crossed_effects(ratings_from_matrix(square))

    assert fit.fit.deviations.tolist() == pytest.approx([0, 0, square.std(ddof=1)])


def test_dense_and_sparse_products_give_the_same(monkeypatch):
    ratings = ratings_from_matrix(simulated(30, 8, seed=9, share=0.5)[0])
    dense = crossed_effects(ratings)

    monkeypatch.setattr("sealmark.measure.raters.crossing._MOST_DENSE", 0)
    sparse = crossed_effects(ratings)

    assert sparse.criterion == pytest.approx(dense.criterion, rel=1e-12)
    assert sparse.adjusted_errors == pytest.approx(dense.adjusted_errors, rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(-500, 500), st.floats(0.01, 100))
def test_moving_and_stretching_the_marks_moves_and_stretches_the_result(seed, shift, stretch):
    marks = simulated(12, 5, seed=seed)[0]

    plain, changed = (crossed_effects(ratings_from_matrix(m)) for m in (marks, shift + stretch * marks))

    # Deviations near zero are known to fewer digits: the criterion is flat there.
    assert changed.fit.deviations == pytest.approx(stretch * plain.fit.deviations, rel=1e-4, abs=2e-4 * stretch)
    assert changed.adjusted_means == pytest.approx(shift + stretch * plain.adjusted_means, abs=1e-4 * stretch)


def test_marks_without_variation_are_refused():
    assert "All marks are equal" in refused(lambda: crossed_effects(ratings_from_matrix(np.full((3, 3), 5.0))), "SM426")


def test_marks_that_subject_and_rater_explain_fully_are_refused():
    marks = np.arange(5.0)[:, None] ** 2 + np.array([0.0, 1.0, 5.0])

    refused(lambda: crossed_effects(ratings_from_matrix(marks)), "SM426")


def test_a_search_that_does_not_end_is_refused(monkeypatch):
    monkeypatch.setattr(search, "_MOST_STEPS", 1)

    text = refused(lambda: crossed_effects(ratings_from_matrix(simulated(12, 5, seed=1)[0])), "SM426")

    assert "do not settle within 1 steps" in text


def test_a_step_that_overshoots_is_shortened():
    crossing = cross(
        [(np.repeat(np.arange(6), 4), 6), (np.tile(np.arange(4), 6), 4)], simulated(6, 4, seed=2)[0].ravel()
    )
    best = fit_variances(crossing).solved

    found = search._improved(crossing, best, best.theta * 40, "reml")

    assert found.criterion == pytest.approx(best.criterion, rel=1e-11)


def test_a_fixed_mean_without_marks_is_refused():
    crossing = cross([(np.array([0, 0, 1, 1]), 2)], np.array([1.0, 2.0, 4.0, 3.0]), group=np.array([0, 0, 2, 2]))

    assert "singular" in refused(lambda: fit_variances(crossing), "SM426")


def test_more_levels_than_can_be_solved_are_refused():
    many = np.arange(6_001)

    refused(lambda: cross([(many, 6_001), (many, 6_001)], np.ones(6_001)), "SM427")


def test_what_crossed_effects_refuse():
    import pyarrow as pa

    table = pa.table({"s": [1, 1, 2, 2], "r": ["a", "b"] * 2, "x": [1, 2, 3, 5], "y": [1, 2, 3, 4], "z": list("abca")})
    marks = read_ratings(table, ["x", "y"], subject="s", rater="r")

    assert "averaged()" in refused(lambda: crossed_effects(marks), "SM422")
    assert "reml" in refused(lambda: crossed_effects(marks.averaged(), kind="rml"), "SM420")
    refused(lambda: crossed_effects(marks.averaged(), confidence=2), "SM413")
    refused(lambda: crossed_effects(read_ratings(table, "z", subject="s", rater="r")), "SM423")


def test_an_unknown_subject_is_refused():
    fit = crossed_effects(ratings_from_matrix(simulated(5, 4, seed=1)[0], subjects=["ann", "bob", "cid", "dee", "eve"]))

    assert 'Did you mean "bob"?' in refused(lambda: fit.subject("bobb"), "SM420")
