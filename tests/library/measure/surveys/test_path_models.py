"""What a fitted path model tells beside weights and paths, against the definitions."""

import numpy as np
import pyarrow as pa
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure import Item, PathModel, fit_pls

BLOCKS = {"image": ["a1", "a2"], "quality": ["b1", "b2"], "loyalty": ["c"]}
PATHS = [("image", "quality"), ("quality", "loyalty"), ("image", "loyalty")]


@pytest.fixture(scope="module")
def answers():
    random = np.random.default_rng(8)
    image = random.normal(0, 1, 150)
    quality = 0.7 * image + random.normal(0, 0.7, 150)
    loyalty = 0.5 * quality + 0.2 * image + random.normal(0, 0.8, 150)
    parts = {"a1": image, "a2": image, "b1": quality, "b2": quality, "c": loyalty}
    return {name: np.clip(np.rint(7 + 1.5 * (x + random.normal(0, 0.5, 150))), 1, 10) for name, x in parts.items()}


@pytest.fixture(scope="module")
def fit(answers):
    blocks = {name: [Item(column, 1, 10) for column in columns] for name, columns in BLOCKS.items()}
    return fit_pls(pa.table(answers), PathModel(blocks, PATHS))


def test_loadings_are_correlations_with_the_scores(answers, fit):
    columns = np.stack(list(answers.values()))
    scores = fit.scores(columns.T)

    expected = [np.corrcoef(columns[place], scores[:, 0])[0, 1] for place in (0, 1)]
    assert fit.loadings("image").tolist() == pytest.approx(expected, rel=1e-10)
    assert fit.loadings("loyalty").tolist() == pytest.approx([1])


def test_communality_and_reliability_follow_from_the_loadings(fit):
    one, two = fit.loadings("quality")

    assert fit.communality["quality"] == pytest.approx((one**2 + two**2) / 2)
    assert fit.composite_reliability["quality"] == pytest.approx(
        (one + two) ** 2 / ((one + two) ** 2 + 2 - one**2 - two**2)
    )
    assert fit.composite_reliability["loyalty"] == pytest.approx(1)


def test_goodness_of_fit_leaves_single_items_out(fit):
    squares = np.concatenate([fit.loadings("image"), fit.loadings("quality")]) ** 2

    assert fit.goodness_of_fit == pytest.approx(np.sqrt(squares.mean() * np.mean(list(fit.r_squared.values()))))


def test_there_is_no_goodness_of_fit_of_single_items(answers):
    found = fit_pls(pa.table(answers), PathModel({"a": ["a1"], "b": ["b1"]}, [("a", "b")]))

    assert np.isnan(found.goodness_of_fit)


def test_total_effects_add_every_way(fit):
    paths = fit.paths

    assert fit.total_effects == pytest.approx(
        {
            ("image", "quality"): paths["image", "quality"],
            ("image", "loyalty"): paths["image", "loyalty"] + paths["image", "quality"] * paths["quality", "loyalty"],
            ("quality", "loyalty"): paths["quality", "loyalty"],
        }
    )


def test_deviation_is_that_of_the_respondents_scores(answers, fit):
    weights = fit.item_weights("quality")
    scores = 100 * (weights @ (np.stack([answers["b1"], answers["b2"]]) - 1)) / (9 * weights.sum())

    assert fit.index("quality") == pytest.approx(scores.mean())
    assert fit.index_deviation("quality") == pytest.approx(scores.std(ddof=1))


def test_items_without_a_scale_have_no_deviation_on_0_to_100(answers):
    found = fit_pls(pa.table(answers), PathModel(BLOCKS, PATHS))

    with pytest.raises(SealmarkError) as caught:
        found.index_deviation("image")

    assert caught.value.codes == ("SM416",)


def test_constructs_without_any_relation_do_not_settle():
    table = pa.table({"a": [1, 1, 2, 2], "b": [1, 2, 1, 2]})

    with pytest.raises(SealmarkError) as caught:
        fit_pls(table, PathModel({"a": ["a"], "b": ["b"]}, [("a", "b")], "factorial"))

    assert caught.value.codes == ("SM417",)
