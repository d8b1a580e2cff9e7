"""Path models and reliability on small tables whose answers are known."""

import numpy as np
import pyarrow as pa
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure import (
    Design,
    Index,
    Item,
    PathModel,
    PlsScore,
    bootstrap_pls,
    estimate,
    fit_pls,
    scale_reliability,
)

MODEL = PathModel(
    {"a": [Item(n, 1, 10) for n in ("a1", "a2", "a3")], "b": [Item(n, 1, 10) for n in ("b1", "b2")]}, [("a", "b")]
)


@pytest.fixture
def answers():
    random = np.random.default_rng(11)
    latent = random.normal(0, 1.5, 200)
    columns = {
        name: np.clip(np.round(5.5 + latent + random.normal(0, 1, 200)), 1, 10).astype(int)
        for name in ("a1", "a2", "a3", "b1", "b2")
    }
    return columns | {"w": random.integers(1, 4, 200), "shop": np.arange(200) % 20}


def test_whole_number_weights_act_like_repeated_rows(answers):
    repeated = pa.table({name: np.repeat(column, answers["w"]) for name, column in answers.items()})

    weighted = fit_pls(pa.table(answers), MODEL, weight="w")
    plain = fit_pls(repeated, MODEL)

    assert weighted.paths["a", "b"] == pytest.approx(plain.paths["a", "b"], rel=1e-10)
    assert weighted.index("a") == pytest.approx(plain.index("a"), rel=1e-10)
    assert float(scale_reliability(pa.table(answers), ["b1", "b2"], weight="w").alpha) == pytest.approx(
        float(scale_reliability(repeated, ["b1", "b2"]).alpha), rel=1e-10
    )


def test_scores_have_mean_zero_variance_one_and_give_the_path(answers):
    fit = fit_pls(pa.table(answers), MODEL)

    scores = fit.scores(np.stack([answers[item.column] for item in MODEL.items], axis=1))

    assert np.allclose(scores.mean(axis=0), 0, atol=1e-12)
    assert np.allclose(scores.var(axis=0, ddof=1), 1, rtol=1e-10)
    assert np.corrcoef(scores.T)[0, 1] == pytest.approx(fit.paths["a", "b"], rel=1e-10)
    assert fit.r_squared["b"] == pytest.approx(fit.paths["a", "b"] ** 2, rel=1e-10)


def test_the_index_is_the_mean_of_the_rows_scores(answers):
    table = pa.table(answers)
    (cell,) = estimate(table, {"i": Index(MODEL.block("a"), PlsScore(MODEL, "a"))}, design=Design(weight="w"))
    fit = fit_pls(table, MODEL, weight="w")

    weights = fit.item_weights("a")
    rows = sum(w * (answers[n] - 1) for w, n in zip(weights, ("a1", "a2", "a3"), strict=True)) / weights.sum() / 0.09

    assert float(cell.estimate.value) == pytest.approx(np.average(rows, weights=answers["w"]), rel=1e-10)
    assert float(cell.estimate.value) == pytest.approx(fit.index("a"), rel=1e-10)


def test_bootstrap_depends_on_the_seed_alone_and_sees_clusters(answers):
    table = pa.table(answers)

    first, again, other = (bootstrap_pls(table, MODEL, seed=seed, replicates=60) for seed in (1, 1, 2))
    by_shop = bootstrap_pls(table, MODEL, seed=1, replicates=60, cluster="shop")

    assert first == again
    assert first.paths != other.paths
    assert by_shop.paths != first.paths
    assert 0.2 < first.indices["a"] / (100 / 9 * 1.7 / np.sqrt(200)) < 3


@pytest.mark.parametrize("scheme", ["centroid", "factorial", "path"])
def test_with_two_constructs_all_schemes_agree(answers, scheme):
    other = PathModel(MODEL.blocks, MODEL.paths, scheme)

    paths = (fit_pls(pa.table(answers), model).paths["a", "b"] for model in (MODEL, other))

    assert next(paths) == pytest.approx(next(paths), rel=1e-9)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"a1": [5] * 200}, "SM417"),
        ({"a1": [None] * 200}, "SM414"),
        ({"a1": None}, "SM403"),
    ],
)
def test_models_that_cannot_be_fitted_say_why(answers, change, code):
    columns = {
        name: pa.array(change.get(name, list(column)), pa.int64())
        for name, column in answers.items()
        if change.get(name, column) is not None
    }

    with pytest.raises(SealmarkError) as caught:
        fit_pls(pa.table(columns), MODEL)

    assert caught.value.codes == (code,)


def test_a_negative_weight_forbids_the_index(answers):
    table = pa.table(answers | {"a1": 11 - answers["a1"]})

    with pytest.raises(SealmarkError) as caught:
        fit_pls(table, MODEL).index("a")

    assert caught.value.codes == ("SM416",)
    assert caught.value.problems[0].what == "The model gives a1 a negative weight: there is no 0-100 index."


def test_an_index_needs_scales(answers):
    bare = PathModel({"a": ["a1", "a2"], "b": ["b1"]}, [("a", "b")])

    with pytest.raises(SealmarkError) as caught:
        fit_pls(pa.table(answers), bare).index("a")

    assert caught.value.codes == ("SM416",)


def test_alpha_is_the_textbooks(answers):
    names = ["a1", "a2", "a3"]
    data = np.stack([answers[name] for name in names], axis=1).astype(float)
    rest = {name: np.corrcoef(data[:, i], np.delete(data, i, 1).sum(1))[0, 1] for i, name in enumerate(names)}

    found = scale_reliability(pa.table(answers), names)

    assert float(found.alpha) == pytest.approx(
        1.5 * (1 - data.var(0, ddof=1).sum() / data.sum(1).var(ddof=1)), rel=1e-10
    )
    assert {name: float(value) for name, value in found.item_total.items()} == pytest.approx(rest, rel=1e-10)
    pair = scale_reliability(pa.table(answers), ["a2", "a3"])
    assert found.alpha_without["a1"] == pair.alpha
    assert pair.alpha_without == {}


@pytest.mark.parametrize("items", [["a1"], ["a1", "same"]])
def test_scales_that_are_none_are_refused(answers, items):
    with pytest.raises(SealmarkError) as caught:
        scale_reliability(pa.table(answers | {"same": [3] * 200}), items)

    assert caught.value.codes == ("SM415",)


def test_a_bootstrap_without_scales_has_no_index_errors(answers):
    bare = PathModel({"a": ["a1", "a2"], "b": ["b1"]}, [("a", "b")])

    found = bootstrap_pls(pa.table(answers), bare, seed=1, replicates=10)

    assert found.indices == {}
    assert found.paths["a", "b"] > 0


def test_a_missing_cluster_column_is_named(answers):
    with pytest.raises(SealmarkError) as caught:
        bootstrap_pls(pa.table(answers), MODEL, seed=1, replicates=10, cluster="nope")

    assert caught.value.codes == ("SM403",)


def test_the_answer_depends_on_neither_codes_nor_reversed_items(answers):
    turned = pa.table(answers | {"a1": 11 - answers["a1"]})
    model = PathModel(
        {"a": [Item("a1", 1, 10, reversed=True), *MODEL.block("a")[1:]], "b": MODEL.block("b")}, MODEL.paths
    )

    assert fit_pls(turned, model).index("a") == pytest.approx(fit_pls(pa.table(answers), MODEL).index("a"), rel=1e-10)
