"""The many-facet Rasch model: likelihood written out, simulated truth, marks that cannot be fitted."""

import itertools
import math

import numpy as np
import pyarrow as pa
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure.raters import many_facet_rasch, rasch, ratings_from_matrix, read_ratings
from sealmark.measure.raters.rasch_likelihood import contrasts, facets_of, information, posterior

NAN = float("nan")
STEPS = np.array([-1.2, 0.1, 1.1])


def refused(act, *codes):
    with pytest.raises(SealmarkError) as caught:
        act()
    assert caught.value.codes == codes
    return str(caught.value)


def visits(subjects=60, raters=5, items=3, *, seed=1):
    """Subjects seen by two raters each; returns the table and the raters' true severities."""
    random = np.random.default_rng(seed)
    ability, hardness = 1.2 * random.normal(size=subjects), random.normal(size=items) * 0.5
    severity = random.normal(size=raters) * 0.6
    severity -= severity.mean()
    rows = []
    for subject in range(subjects):
        for rater in random.choice(raters, 2, replace=False):
            logits = np.arange(4)[:, None] * (ability[subject] - hardness - severity[rater])
            logits -= np.append(0, np.cumsum(STEPS))[:, None]
            shares = np.exp(logits) / np.exp(logits).sum(axis=0)
            marks = (random.random(items) > shares.cumsum(axis=0)).sum(axis=0)
            rows.append((subject, "ABCDEFGHIJKLMNOPQRST"[rater], *(int(mark) + 1 for mark in marks)))
    names = ("shop", "who", *(f"i{item}" for item in range(items)))
    return pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))), severity


def read(table, items=3):
    return read_ratings(table, [f"i{item}" for item in range(items)], subject="shop", rater="who")


@pytest.fixture(scope="module")
def small():
    """Marks of few visits as the likelihood sees them, and parameters away from the optimum."""
    ratings = read(visits(subjects=12, raters=3)[0])
    facets = facets_of(ratings, rasch._steps(ratings), np.linspace(-6, 6, 15))
    free = np.random.default_rng(2).normal(size=facets.width - 2) * 0.3
    return ratings, facets, contrasts(facets), free


def likelihood_by_hand(ratings, values, nodes):
    items, raters, steps = values[:3], values[3:6], values[6:-1]
    prior = [math.exp(-0.5 * (node / math.exp(values[-1])) ** 2) for node in nodes]
    total = 0.0
    for subject in range(len(ratings.subjects)):
        mine = [place for place in range(ratings.base) if ratings.subject[place] == subject]
        whole = 0.0
        for node, weight in zip(nodes, prior, strict=True):
            product = weight / sum(prior)
            for place in mine:
                eta = node - items[ratings.item[place]] - raters[ratings.rater[place]]
                weights = [math.exp(h * eta - sum(steps[:h])) for h in range(4)]
                product *= weights[int(ratings.marks[place]) - 1] / sum(weights)
            whole += product
        total += math.log(whole)
    return total


def test_the_likelihood_is_its_definition(small):
    ratings, facets, turn, free = small

    found = posterior(facets, turn @ free)

    assert found.log_likelihood == pytest.approx(likelihood_by_hand(ratings, turn @ free, facets.nodes), rel=1e-12)
    assert found.weights.sum(axis=1) == pytest.approx(1)


def test_slope_and_information_are_those_of_the_likelihood(small):
    _, facets, turn, free = small
    step = 1e-5

    def slope(at):
        return turn.T @ posterior(facets, turn @ at).gradient

    def value(at):
        return posterior(facets, turn @ at).log_likelihood

    units = np.eye(len(free)) * step
    found = posterior(facets, turn @ free)
    assert turn.T @ found.gradient == pytest.approx(
        [(value(free + u) - value(free - u)) / (2 * step) for u in units], abs=1e-6
    )
    curved = [-(slope(free + u) - slope(free - u)) / (2 * step) for u in units]
    assert turn.T @ information(facets, turn @ free, found) @ turn == pytest.approx(np.array(curved), abs=1e-6)


def test_severities_are_recovered_and_their_intervals_cover():
    hits, pairs = [], []
    for seed in range(12):
        table, severity = visits(subjects=150, raters=8, seed=seed)
        found = many_facet_rasch(read(table), nodes=31)
        for name, one in found.severities.items():
            true = severity["ABCDEFGH".index(name)]
            hits.append(float(one.lower) < true < float(one.upper))
            pairs.append((true, float(one.value)))

    assert np.corrcoef(np.transpose(pairs))[0, 1] > 0.95
    # 96 intervals of 95 %: fewer than 84 happens in 1 of 2,000.
    assert np.mean(hits) >= 84 / 96


def test_steps_raters_and_the_spread_of_subjects():
    found = many_facet_rasch(read(visits(subjects=600, raters=8)[0]))

    assert [float(step.value) for step in found.steps] == pytest.approx(STEPS, abs=0.15)
    assert sum(float(one.value) for one in found.severities.values()) == pytest.approx(0, abs=1e-10)
    assert sum(float(step.value) for step in found.steps) == pytest.approx(0, abs=1e-10)
    assert float(found.deviation.lower) < 1.2 < float(found.deviation.upper)
    assert 0.5 < found.reliability < 0.95
    assert found.linkage.is_linked


def test_more_nodes_do_not_change_the_result():
    ratings = read(visits()[0])

    coarse, fine = (many_facet_rasch(ratings, nodes=nodes, reach=reach) for nodes, reach in ((61, 6), (161, 8)))

    assert fine.deviance == pytest.approx(coarse.deviance, abs=1e-4)
    assert [float(one.value) for one in fine.severities.values()] == pytest.approx(
        [float(one.value) for one in coarse.severities.values()], abs=1e-4
    )


def test_the_fair_mark_favours_who_met_the_severe():
    table, severity = visits(subjects=200, raters=6, seed=3)
    found = many_facet_rasch(read(table))
    met = {}
    for shop, who in zip(table["shop"].to_pylist(), table["who"].to_pylist(), strict=True):
        met[shop] = met.get(shop, 0) + severity["ABCDEF".index(who)] / 2
    gains = {shop: float(means.fair.value - means.raw.value) for shop, means in found.subjects.items()}

    # The fair mark is also pulled towards the middle: compare subjects of similar raw marks.
    middle = [shop for shop, means in found.subjects.items() if 2.2 < means.raw.value < 2.8]
    assert np.corrcoef([met[shop] for shop in middle], [gains[shop] for shop in middle])[0, 1] > 0.8
    assert all(1 <= means.fair.value <= 4 for means in found.subjects.values())
    assert found.subjects[0].raw.note == "The raw mean has no interval in this model."
    assert {means.raw.base for means in found.subjects.values()} == {6}


def test_one_item_and_two_categories_are_the_plain_model():
    random = np.random.default_rng(4)
    ability, severity = random.normal(size=400), np.array([-0.8, 0.0, 0.8])
    marks = (random.random((400, 3)) < 1 / (1 + np.exp(severity - ability[:, None]))).astype(float)

    found = many_facet_rasch(ratings_from_matrix(marks, raters="ABC"))

    assert [float(one.value) for one in found.severities.values()] == pytest.approx(severity, abs=0.2)
    assert [step.value for step in found.steps] == [0]


def test_ordered_names_serve_as_marks():
    names = ["poor", "fair", "good", "best"]
    table = visits()[0]
    spoken = pa.table(
        {"shop": table["shop"], "who": table["who"]}
        | {f"i{i}": [names[m - 1] for m in table[f"i{i}"].to_pylist()] for i in range(3)}
    )

    plain = many_facet_rasch(read(table))
    found = many_facet_rasch(read_ratings(spoken, ["i0", "i1", "i2"], subject="shop", rater="who", categories=names))

    assert found.deviance == pytest.approx(plain.deviance, rel=1e-12)


@pytest.mark.parametrize(
    ("marks", "code"),
    [
        ([[1, 2.5], [2, 1]], "SM423"),
        ([[1, 25], [2, 1]], "SM423"),
        ([[1, 4], [4, 1]], "SM428"),
        ([[1, 1], [1, 1]], "SM428"),
        ([[1, NAN], [2, NAN], [NAN, 1]], "SM425"),
    ],
    ids=["not whole", "too many", "gap", "equal", "nested"],
)
def test_marks_that_the_model_cannot_take(marks, code):
    refused(lambda: many_facet_rasch(ratings_from_matrix(marks)), code)


def test_a_gap_between_categories_is_named():
    assert "the marks 2, 3," in refused(lambda: many_facet_rasch(ratings_from_matrix([[1, 4], [4, 1]])), "SM428")


def test_raters_and_items_of_extreme_marks_are_each_named():
    table = pa.table(
        {"s": [1, 1, 2, 2, 3, 3], "r": list("ABABAB"), "x": [1, 3, 2, 3, 1, 3], "y": [3, 3, 2, 3, 3, 3], "z": [1] * 6}
    )

    ratings = read_ratings(table, ["x", "y"], subject="s", rater="r")
    text = refused(lambda: many_facet_rasch(ratings), "SM428")
    assert 'The rater "B"' in text

    low = read_ratings(table, ["x", "z"], subject="s", rater="r")
    assert 'The item "z"' in refused(lambda: many_facet_rasch(low), "SM428")


@pytest.mark.parametrize(("nodes", "reach"), [(4, 6.0), (21, 0.0), (21, math.inf), (21, NAN)])
def test_a_grid_needs_nodes_and_a_reach(nodes, reach):
    refused(lambda: many_facet_rasch(ratings_from_matrix([[0, 1], [1, 0]]), nodes=nodes, reach=reach), "SM420")


def test_subjects_beyond_the_nodes_are_refused():
    ratings = read(visits()[0])
    deviation = float(many_facet_rasch(ratings).deviation.value)

    text = refused(lambda: many_facet_rasch(ratings, reach=2.8 * deviation), "SM426")

    assert f"Give a reach of {math.ceil(4 * deviation)}" in text
    assert many_facet_rasch(ratings, reach=3.3 * deviation).deviation.value > 0


def test_what_the_model_refuses():
    labels = pa.table({"s": [1, 1, 2, 2], "r": list("ABAB"), "m": list("abba")})

    refused(lambda: many_facet_rasch(read_ratings(labels, "m", subject="s", rater="r")), "SM423")
    refused(lambda: many_facet_rasch(read(visits()[0]), confidence=0), "SM413")


def test_a_search_that_does_not_end_is_refused(monkeypatch):
    monkeypatch.setattr(rasch, "_MOST_STEPS", 0)

    assert "does not settle" in refused(lambda: many_facet_rasch(read(visits()[0])), "SM426")


def test_the_order_of_rows_does_not_matter():
    table = visits()[0]
    turned = table.take(pa.array(list(itertools.chain(range(1, table.num_rows, 2), range(0, table.num_rows, 2)))))

    one, other = (many_facet_rasch(read(rows)) for rows in (table, turned))

    assert other.deviance == pytest.approx(one.deviance, rel=1e-10)
    assert list(other.severities) == list(one.severities)
