"""Raters: lme4 1.1-31, psych 2.2.9, TAM 4.4-2, krippendorff 0.9.0, statsmodels 0.15.0, published tables.

Numbers of the programs lie in SEALMARK_REFERENCE_DATA, the marks in SEALMARK_REAL_DATA.
Tolerances: closed forms 1e-11, the REML criterion 1e-8 relative, predicted effects 1e-6
(lme4 stops its search about there), the many-facet Rasch model 1e-4.
"""

import json

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pytest

from sealmark.measure.raters import (
    cohen_kappa,
    crossed_effects,
    fleiss_kappa,
    intraclass_correlations,
    krippendorff_alpha,
    linkage,
    many_facet_rasch,
    ratings_from_matrix,
    read_ratings,
)
from sealmark.measure.raters.crossing import cross
from sealmark.measure.raters.reml import fit_variances


@pytest.fixture(scope="module")
def lme4(reference_data):
    return json.loads((reference_data / "rater_mixed_models_lme4.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def irr(reference_data):
    return json.loads((reference_data / "irr_reference.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tables(real_data):
    return real_data / "rater_tables"


@pytest.fixture(scope="module")
def lectures(real_data):
    table = real_data / "lecture_ratings_eth" / "insteval.csv.gz"
    return crossed_effects(read_ratings(table, "y", subject="d", rater="s"))


def numbers(estimates, part="value"):
    return [float(getattr(estimate, part)) for estimate in estimates]


def test_all_six_intraclass_correlations_and_their_limits_of_psych(lme4):
    expected = lme4["ShroutFleiss1979_ICC"]

    found = intraclass_correlations(ratings_from_matrix(expected["data"]))

    # psych lists ICC1, ICC2, ICC3, then the same for the mean of the judges, as we do.
    assert numbers(found.forms.values()) == pytest.approx(expected["ICC"], rel=1e-11)
    assert numbers(found.forms.values(), "lower") == pytest.approx(expected["lower"], rel=1e-10)
    assert numbers(found.forms.values(), "upper") == pytest.approx(expected["upper"], rel=1e-10)


def test_the_intraclass_correlations_printed_by_shrout_and_fleiss(tables):
    columns = pc.read_csv(tables / "shrout_fleiss_1979.csv")
    matrix = np.stack([columns[f"J{judge}"].to_numpy() for judge in range(1, 5)], axis=1)

    found = intraclass_correlations(ratings_from_matrix(matrix))

    assert [round(value, 2) for value in numbers(found.forms.values())] == [0.17, 0.29, 0.71, 0.44, 0.62, 0.91]


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_alpha_of_the_krippendorff_package(irr, level):
    by_rater = [[np.nan if mark is None else mark for mark in row] for row in irr["krippendorff_data"]]

    found = krippendorff_alpha(ratings_from_matrix(np.array(by_rater).T), level)

    assert float(found.alpha.value) == pytest.approx(irr[level], rel=1e-11)
    assert (found.subjects, found.marks, found.unpaired) == (11, 40, 1)


def test_fleiss_kappa_of_statsmodels(irr):
    marks = [np.repeat(range(5), row) for row in irr["fleiss_table"]]

    found = fleiss_kappa(ratings_from_matrix(marks))

    assert float(found.kappa.value) == pytest.approx(irr["fleiss_kappa_10x5_14raters"], rel=1e-11)


def test_cohens_kappa_and_its_error_of_statsmodels(irr):
    marks = [[0, 0]] * 20 + [[0, 1]] * 5 + [[1, 0]] * 10 + [[1, 1]] * 15

    found = cohen_kappa(ratings_from_matrix(marks)).kappa

    assert float(found.value) == pytest.approx(irr["cohen_kappa_20_5_10_15"], rel=1e-11)
    assert float(found.standard_error) == pytest.approx(irr["cohen_se"], rel=1e-11)


def test_penicillin_reml_of_lme4(lme4, tables):
    expected = lme4["Penicillin"]
    table = tables / "penicillin.csv"

    found = crossed_effects(read_ratings(table, "diameter", subject="plate", rater="sample"))

    plate, sample, residual = found.fit.deviations**2
    variances = expected["vcov"]
    assert found.criterion == pytest.approx(expected["REML"], rel=1e-8)
    # lme4's criterion is 8.5e-9 higher than the optimum, which leaves its variances four digits.
    assert found.criterion <= expected["REML"]
    assert (plate, sample, residual) == pytest.approx(
        (variances["plate"], variances["sample"], variances["Residual"]), rel=1e-4
    )
    assert [-value for value in numbers(found.severities.values())] == pytest.approx(expected["ranef_sample"], abs=1e-6)
    assert float(found.mean.value) == pytest.approx(expected["fixef"], rel=1e-10)
    assert float(found.mean.standard_error) == pytest.approx(expected["se_fixef"], rel=1e-4)
    # As printed in the literature.
    assert [round(value, 3) for value in found.fit.deviations] == [0.847, 1.932, 0.550]


def test_penicillin_ml_of_lme4(lme4, tables):
    expected = lme4["Penicillin_ML"]
    table = tables / "penicillin.csv"

    found = crossed_effects(read_ratings(table, "diameter", subject="plate", rater="sample"), kind="ml")

    assert found.criterion == pytest.approx(expected["deviance"], rel=1e-8)
    assert list(found.fit.deviations**2) == pytest.approx(list(expected["vcov"].values()), rel=5e-6)


@pytest.mark.parametrize(("kind", "between"), [("reml", 42.00), ("ml", 37.26)])
def test_dyestuff_as_printed_in_the_lme4_literature(tables, kind, between):
    columns = pc.read_csv(tables / "dyestuff.csv")
    batch = np.unique(columns["Batch"].to_numpy(zero_copy_only=False), return_inverse=True)[1]

    found = fit_variances(cross([(batch, 6)], columns["Yield"].to_numpy().astype(float)), kind=kind)

    assert [round(value, 2) for value in found.deviations] == [between, 49.51]
    assert found.means.tolist() == pytest.approx([1527.5], rel=1e-12)


def test_dyestuff_with_a_factor_that_does_not_count(tables):
    """The second factor's variance is zero, and the rest must be as if it were not there."""
    columns = pc.read_csv(tables / "dyestuff.csv")

    found = crossed_effects(ratings_from_matrix(columns["Yield"].to_numpy().reshape(6, 5)))

    assert [round(value, 2) for value in found.fit.deviations] == [42.00, 0.00, 49.51]
    assert found.deviations["rater"].lower is None


def test_lecture_ratings_of_lme4(lme4, lectures):
    expected = lme4["InstEval_y_1_s_d"]
    variances = expected["vcov"]
    effects = dict(zip(lectures.ratings.subjects, lectures.fit.effects[0], strict=True))

    assert lectures.ratings.base == expected["n"] == 73_421
    assert lectures.criterion == pytest.approx(expected["REML"], rel=1e-8)
    assert list(lectures.fit.deviations**2) == pytest.approx(
        [variances["d"], variances["s"], variances["Residual"]], rel=2e-6
    )
    assert [effects[int(level)] for level in expected["ranef_d_levels"]] == pytest.approx(
        expected["ranef_d_first6"], abs=1e-6
    )
    assert float(lectures.mean.value) == pytest.approx(expected["fixef"], abs=1e-8)
    assert float(lectures.mean.standard_error) == pytest.approx(expected["se"], rel=1e-6)


def test_lecture_ratings_are_linked_and_adjusted(lectures):
    assert lectures.linkage.is_linked
    assert np.corrcoef(lectures.raw_means, lectures.adjusted_means)[0, 1] > 0.95
    # Knowing who marked can only help.
    assert (lectures.adjusted_errors < lectures.raw_errors).all()


@pytest.fixture(scope="module")
def outlets(reference_data):
    items = [f"item{number}" for number in range(1, 9)]
    return read_ratings(reference_data / "mfrm_sim_outlets.csv", items, subject="outlet", rater="rater")


@pytest.fixture(scope="module")
def facets(outlets):
    # TAM's own quadrature: 21 equally spaced nodes from -6 to 6.
    return many_facet_rasch(outlets, nodes=21, reach=6.0)


@pytest.fixture(scope="module")
def tam(reference_data):
    return json.loads((reference_data / "mfrm_TAM.json").read_text(encoding="utf-8"))["sim_outlets_item_step_rater"]


def test_many_facet_rasch_model_of_tam(facets, tam):
    found = numbers([*facets.items.values(), *facets.steps, *facets.severities.values()])

    assert facets.deviance == pytest.approx(tam["deviance"], abs=1e-4)
    # TAM's deviance is 6.7e-5 above the optimum.
    assert facets.deviance <= tam["deviance"]
    assert found[:-1] == pytest.approx(tam["xsi"][:-1], abs=1e-4)
    # The last rater is minus the sum of the eleven others, so their differences add up.
    assert found[-1] == pytest.approx(tam["xsi"][-1], abs=2e-4)
    assert float(facets.deviation.value) ** 2 == pytest.approx(tam["variance"], abs=1e-4)


def test_abilities_of_tam(facets, tam):
    first = [means.ability for means in facets.subjects.values()][:5]

    assert numbers(first) == pytest.approx(tam["EAP_first5"], abs=1e-4)
    assert numbers(first, "standard_error") == pytest.approx(tam["SD_EAP_first5"], abs=1e-5)
    assert facets.reliability == pytest.approx(tam["EAP_rel"], abs=1e-5)


def test_errors_count_what_tam_leaves_out(facets, tam):
    """TAM inverts the diagonal of the information only; with all covariances errors are larger.

    Exceptions are the last step and the last rater, whose errors TAM adds up as if the others were independent.
    """
    found = numbers([*facets.items.values(), *facets.steps, *facets.severities.values()], "standard_error")

    larger = [ours > theirs for ours, theirs in zip(found, tam["se"], strict=True)]
    assert [place for place, flag in enumerate(larger) if not flag] == [11, 23]


def test_both_models_rank_the_raters_alike(outlets, facets):
    linear = crossed_effects(outlets.averaged())

    pair = [numbers(one.severities.values()) for one in (linear, facets)]
    assert np.corrcoef(pair)[0, 1] > 0.99


def test_essays_of_ten_raters(tables):
    ratings = read_ratings(tables / "essay_ratings.csv", ["crit2", "crit3", "crit4"], subject="idstud", rater="rater")
    counts = np.bincount(ratings.of_item("crit2").subject)

    design = linkage(ratings)
    pair = [
        numbers(one.severities.values()) for one in (many_facet_rasch(ratings), crossed_effects(ratings.averaged()))
    ]

    # As the data set describes itself: 209 essays, 39 with all ten raters, 152 with one.
    assert (len(counts), (counts == 10).sum(), (counts == 1).sum()) == (209, 39, 152)
    assert design.is_linked
    assert design.double_marked == pytest.approx(57 / 209)
    assert np.corrcoef(pair)[0, 1] > 0.95


def test_conference_reviews_hardly_agree(tables):
    ratings = read_ratings(tables / "conference_reviews.csv", "score", subject="idpaper", rater="idreviewer")

    found = krippendorff_alpha(ratings, "ordinal")

    assert (len(ratings.subjects), len(ratings.raters), ratings.base) == (57, 20, 128)
    assert 0 < found.alpha.value < found.alpha.upper < 1


def test_the_nine_thousand_essay_marks_of_conquest(tables):
    table = pc.read_csv(
        tables / "essay_ratings_conquest.csv", convert_options=pc.ConvertOptions(null_values=["", "NA"])
    )

    ratings = read_ratings(table, ["OP", "TF"], subject="pid", rater="rater")

    assert isinstance(table, pa.Table)
    assert (len(ratings.subjects), len(ratings.raters), ratings.unmarked) == (6877, 9, 6)
    assert linkage(ratings).is_linked


@pytest.mark.parametrize(
    ("table", "deviations", "mean", "criterion"),
    [
        ("standard_setting", (0.496004777828, 0.154494565522, 0.42351869125), 2.33795712484, 1096.020353956036),
        ("essay_ratings", (0.553329659326, 0.179460945666, 0.410282191792), 1.53700414837, 953.207879829753),
        ("conference_reviews", (1.16266155204, 0.361338635706, 1.10396680793), 5.15042928244, 467.260339119453),
    ],
)
def test_variance_components_of_lme4_on_published_rater_tables(tables, table, deviations, mean, criterion):
    """R 4.2.2, lme4 1.1-31: lmer(mark ~ 1 + (1 | subject) + (1 | rater)), xtol_rel 1e-12; essays by the mean of three marks."""
    path = tables / f"{table}.csv"
    if table == "standard_setting":
        columns = pc.read_csv(path)
        judges = [columns[f"R{judge:02}"].to_numpy() for judge in range(1, 14)]
        ratings = ratings_from_matrix(np.stack(judges, axis=1))
    elif table == "essay_ratings":
        ratings = read_ratings(path, ["crit2", "crit3", "crit4"], subject="idstud", rater="rater").averaged()
    else:
        ratings = read_ratings(path, "score", subject="idpaper", rater="idreviewer")

    found = crossed_effects(ratings)

    assert found.criterion == pytest.approx(criterion, rel=1e-8)
    assert list(found.fit.deviations) == pytest.approx(deviations, rel=1e-4)
    assert float(found.mean.value) == pytest.approx(mean, rel=1e-6)
