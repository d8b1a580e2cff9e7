"""A pack's survey formulas become the measuring stage's, kind by kind."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from tests.library.builders import book_of, edition_of

from sealmark.assess.figures import Missing
from sealmark.evaluation.case import SurveyFile
from sealmark.evaluation.evidence.surveys import formula_of, measure_survey, survey_measures
from sealmark.measure.surveys import formulas
from sealmark.measure.surveys.formulas import Item

D = Decimal
ITEMS = [
    {"id": "q1", "lowest": 1, "highest": 10, "dimension": "care"},
    {"id": "q2", "lowest": 1, "highest": 10, "direction": "lower-is-better", "dimension": "care"},
    {"id": "yes", "lowest": 0, "highest": 1, "choices": [0, 1]},
]
Q1, Q2, TURNED = Item("q1", 1, 10), Item("q2", 1, 10), Item("q2", 1, 10, reversed=True)


def book(measures, **parameters):
    given = {name: {"instrument": "people", **keys} for name, keys in measures.items()}
    return book_of(edition_of(["a"], measures=given, instruments={"people": {"items": ITEMS}}, parameters=parameters))


def made(formula, items=("q1", "q2"), **keys):
    found = book({"m": {"items": list(items), "formula": formula, **keys}}, w=None)
    return formula_of(found.edition.measures["m"], found.edition.instruments["people"], found)


PATH = {"kind": "pls", "blocks": {"image": ["q1"], "loyalty": ["q2", "yes"]}, "paths": [["image", "loyalty"]]}
MODEL = formulas.PathModel((("image", (Q1,)), ("loyalty", (TURNED, Item("yes", 0, 1)))), (("image", "loyalty"),))
FORMULAS = [
    ("respondent-mean", formulas.Index((Q1, TURNED), formulas.RespondentMean(D(1), 1))),
    ({"kind": "respondent-mean", "factor": 10, "answers_needed": "all"}, formulas.Index((Q1, TURNED), formulas.RespondentMean(D(10), 2))),
    ("rescaled-mean", formulas.Index((Q1, TURNED), formulas.RescaledMean(1))),
    ({"kind": "weighted", "weights": {"q1": 2, "q2": 1}}, formulas.Index((Q1, TURNED), formulas.WeightedMean((D(2), D(1)), missing="renormalise"))),
    ({"kind": "weighted", "weights": {"q1": 2, "q2": 1}, "answers_needed": "all"},
     formulas.Index((Q1, TURNED), formulas.WeightedMean((D(2), D(1)), missing="complete"))),
    ({"kind": "weighted", "weights": {"q1": 2, "q2": {"parameter": "w"}}}, Missing("parameter", "w")),
    ({"kind": "acsi", "weights": {"q1": 2, "q2": 1}}, formulas.Index((Q1, TURNED), formulas.CompanyMeans((D(2), D(1))))),
    ({"kind": "gap", "expectation_items": ["q2", "q1"]}, formulas.Gap((Q1, Q2), (Q2, Q1))),
    ({"kind": "ratio", "denominator": ["q2"]}, formulas.Ratio(Q1, Q2)),
    ("mean", formulas.Mean(Q1)),
    ("effort", formulas.Effort(Q1)),
    ("total", formulas.Total(Q1)),
    ({"kind": "share", "codes": [9, 10]}, formulas.Share("q1", (9, 10))),
    ({"kind": "top-box", "top_from": 9}, formulas.TopBox(Q1, 9)),
    ("promoter", formulas.Promoter(Q1, 9, 6)),
    ({"kind": "quantile", "quantile": D("0.9")}, formulas.Quantile(Q1, D("0.9"))),
    ("quantile", formulas.Quantile(Q1, D("0.5"))),
    (PATH, formulas.Index(MODEL.block("loyalty"), formulas.PlsScore(MODEL, "loyalty"))),
    ({**PATH, "index_of": "image"}, formulas.Index(MODEL.block("image"), formulas.PlsScore(MODEL, "image"))),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "expected"), FORMULAS, ids=[str(row[0])[:60] for row in FORMULAS])
def test_every_formula_of_a_pack_has_its_counterpart(formula, expected):
    assert made(formula) == expected


def test_a_dimension_names_its_items():
    assert made("rescaled-mean", (), dimension="care") == formulas.Index((Q1, TURNED), formulas.RescaledMean(1))


TABLE = pa.table({"q1": [7, 9, 10, 6], "q2": [1, 2, 3, 4], "yes": [1, 1, 0, 1], "place": ["a", "a", "b", "b"]})
SURVEY = SurveyFile(instrument="people", file="s.csv", site="place")


def test_measures_are_computed_overall_by_site_and_among_some():
    measures = {
        "mean": {"items": ["q1"], "formula": "mean"},
        "of-yes": {"items": ["q1"], "formula": "mean", "among": {"item": "yes", "equals": [1]}},
    }
    found = measure_survey(SURVEY, TABLE, _small_cells(book(measures)))

    assert (found["mean"].overall.value, found["mean"].overall.base, found["mean"].pointer) == (D(8), 4, "s.csv")
    assert {site: cell.value for site, cell in found["mean"].sites.items()} == {"a": D(8), "b": D(8)}
    assert (found["of-yes"].overall.base, round(found["of-yes"].overall.value, 6)) == (3, D("7.333333"))


def _small_cells(given):
    """The book with a smallest cell of one, so that nothing of a tiny survey is hidden."""
    instrument = given.edition.instruments["people"].model_copy(update={"smallest_cell": D(1)})
    given.edition.instruments["people"] = instrument
    return given


def test_a_measure_with_an_unknown_weight_says_so():
    measures = {"m": {"items": ["q1"], "formula": {"kind": "weighted", "weights": {"q1": {"parameter": "w"}}}}}

    (found,) = measure_survey(SURVEY, TABLE, book(measures, w=None)).values()

    assert (found.overall.value, found.overall.note) == (None, "unknown figure: w")


def test_a_measure_has_its_own_confidence():
    measures = {
        "wide": {"items": ["q1"], "formula": "mean", "confidence": D("0.99")},
        "plain": {"items": ["q1"], "formula": "mean"},
    }

    found = measure_survey(SURVEY, TABLE, _small_cells(book(measures)))

    assert (found["wide"].overall.confidence, found["plain"].overall.confidence) == (D("0.99"), D("0.95"))
    assert found["wide"].overall.lower < found["plain"].overall.lower


def test_only_the_measures_of_the_instrument_are_meant():
    assert list(survey_measures(book({"mean": {"items": ["q1"], "formula": "mean"}}), "people")) == ["mean"]
    assert survey_measures(book({"mean": {"items": ["q1"], "formula": "mean"}}), "others") == {}


def test_small_sites_keep_their_figures_and_are_marked():
    table = pa.table(
        {"q1": [7, 9, 10, 6, 5, 5], "q2": [1] * 6, "yes": [1] * 6, "place": ["a", "b", "b", "c", "c", "c"]}
    )
    given = book({"mean": {"items": ["q1"], "formula": "mean"}})
    given.edition.instruments["people"] = given.edition.instruments["people"].model_copy(update={"smallest_cell": D(2)})

    found = measure_survey(SURVEY, table, given)["mean"]

    assert {site: (cell.value, cell.base) for site, cell in found.sites.items()} == {
        "a": (D(7), 1),
        "b": (D("9.5"), 2),
        "c": (D("5.33333333333"), 3),
    }
    assert (found.hidden, found.withheld) == ({"a", "b"}, False)


def test_errors_of_one_survey_go_together_as_the_answers_do():
    random = np.random.default_rng(4)
    liked = random.integers(1, 11, 400)
    other = np.clip(liked + random.integers(-3, 4, 400), 1, 10)
    bought = random.integers(0, 2, 400)
    table = pa.table({"q1": liked, "q2": 11 - other, "yes": bought, "place": ["a"] * 400})
    measures = {
        "first": {"formula": "mean", "items": ["q1"], "unit": "rating"},
        "second": {"formula": "mean", "items": ["q2"], "unit": "rating"},
        "of-buyers": {"formula": "mean", "items": ["q1"], "unit": "rating", "among": {"item": "yes", "equals": [1]}},
        "median": {"formula": "quantile", "items": ["q1"], "unit": "rating"},
    }

    found = measure_survey(SurveyFile(instrument="people", file="s.csv"), table, book(measures))

    buyers = bought == 1
    moved = np.where(buyers, liked - liked[buyers].mean(), 0.0)
    expected = {
        ("first", "second"): np.corrcoef(liked, 11 - other)[0, 1],
        ("first", "of-buyers"): np.corrcoef(liked, moved)[0, 1],
    }
    for (one, two), value in expected.items():
        assert float(found[one].correlations[two]) == pytest.approx(value, abs=1e-6)
        assert found[one].correlations[two] == found[two].correlations[one]
    assert found["median"].correlations == {}
    assert set(found["second"].correlations) == {"first", "of-buyers"}
