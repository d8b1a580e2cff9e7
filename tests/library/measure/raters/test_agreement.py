"""Intraclass correlations, kappas and alpha: definitions written out, limits of what is possible, properties."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sealmark.core.errors import SealmarkError
from sealmark.measure.raters import (
    cohen_kappa,
    fleiss_kappa,
    intraclass_correlations,
    krippendorff_alpha,
    ratings_from_matrix,
    read_ratings,
)

NAN = float("nan")
GAPS = [[1, 1, NAN], [2, 2, 3], [3, 3, 3], [3, 3, 3], [2, 2, 2], [1, 2, 3], [NAN, 2, NAN]]
LEVELS = ["nominal", "ordinal", "interval", "ratio"]


def refused(act, *codes):
    with pytest.raises(SealmarkError) as caught:
        act()
    assert caught.value.codes == codes
    return str(caught.value)


def named(pairs, **options):
    import pyarrow as pa

    rows = [
        (subject, rater, mark) for subject, pair in enumerate(pairs) for rater, mark in zip("xy", pair, strict=True)
    ]
    table = pa.table(dict(zip(("s", "r", "m"), map(list, zip(*rows, strict=True)), strict=True)))
    return read_ratings(table, "m", subject="s", rater="r", **options)


def distance(level, marks):
    """Krippendorff's squared distances as printed: the ordinal one sums the marks between two values."""
    counts = {value: marks.count(value) for value in sorted(set(marks))}

    def ordinal(one, other):
        low, high = sorted((one, other))
        between = sum(count for value, count in counts.items() if low <= value <= high)
        return (between - (counts[low] + counts[high]) / 2) ** 2

    return {
        "nominal": lambda one, other: float(one != other),
        "ordinal": ordinal,
        "interval": lambda one, other: (one - other) ** 2,
        "ratio": lambda one, other: ((one - other) / (one + other)) ** 2 if one + other else 0.0,
    }[level]


def alpha_by_pairs(matrix, level):
    units = [[mark for mark in row if not math.isnan(mark)] for row in np.asarray(matrix, dtype=float).tolist()]
    units = [unit for unit in units if len(unit) > 1]
    marks = [mark for unit in units for mark in unit]
    apart = distance(level, marks)
    observed = sum(apart(*pair) / (len(unit) - 1) for unit in units for pair in itertools.permutations(unit, 2)) / len(
        marks
    )
    expected = sum(apart(*pair) for pair in itertools.permutations(marks, 2)) / (len(marks) * (len(marks) - 1))
    return 1 - observed / expected


@pytest.mark.parametrize("level", LEVELS)
def test_alpha_is_its_definition_over_all_pairs(level):
    found = krippendorff_alpha(ratings_from_matrix(GAPS), level)

    assert float(found.alpha.value) == pytest.approx(alpha_by_pairs(GAPS, level), rel=1e-11)
    assert 1 - found.observed / found.expected == pytest.approx(float(found.alpha.value), rel=1e-11)
    assert (found.subjects, found.marks, found.unpaired) == (6, 17, 1)


MATRICES = st.lists(
    st.lists(st.sampled_from([NAN, 0.0, 1.0, 2.0, 3.0, 5.0]), min_size=3, max_size=3), min_size=3, max_size=8
)


@given(MATRICES, st.sampled_from(LEVELS))
def test_alpha_of_any_marks_is_its_definition(matrix, level):
    units = [[mark for mark in row if not math.isnan(mark)] for row in matrix]
    paired = [unit for unit in units if len(unit) > 1]
    assume(len(paired) > 1)
    assume(len({mark for unit in paired for mark in unit}) > 1)

    found = krippendorff_alpha(ratings_from_matrix(matrix), level).alpha

    assert float(found.value) == pytest.approx(alpha_by_pairs(matrix, level), abs=1e-9)


@pytest.mark.parametrize("level", LEVELS)
def test_alphas_error_is_that_of_leaving_subjects_out(level):
    many = np.tile(np.array(GAPS)[:6], (40, 1))
    left_out = [
        float(krippendorff_alpha(ratings_from_matrix(np.delete(many, place, axis=0)), level).alpha.value)
        for place in range(6)
    ]

    found = krippendorff_alpha(ratings_from_matrix(many), level).alpha

    size = len(many)
    jackknife = math.sqrt((size - 1) / size * 40 * sum((value - np.mean(left_out)) ** 2 for value in left_out))
    assert float(found.standard_error) == pytest.approx(jackknife, rel=0.01)
    assert found.degrees_of_freedom == size - 1


@pytest.mark.parametrize(
    ("level", "change"),
    [
        ("nominal", lambda x: (7 * x) % 5),
        ("ordinal", np.exp),
        ("interval", lambda x: 3 * x - 8),
        ("ratio", lambda x: 4 * x),
    ],
)
def test_alpha_does_not_see_what_its_level_does_not(level, change):
    plain = krippendorff_alpha(ratings_from_matrix(GAPS), level).alpha

    changed = krippendorff_alpha(ratings_from_matrix(change(np.array(GAPS))), level).alpha

    assert float(changed.value) == pytest.approx(float(plain.value), rel=1e-10)
    assert float(changed.standard_error) == pytest.approx(float(plain.standard_error), rel=1e-8)


def test_full_agreement_is_one_and_the_interval_ends_there():
    found = krippendorff_alpha(ratings_from_matrix([[1, 1], [2, 2], [3, 3]]), "interval").alpha

    assert (found.value, found.upper) == (1, 1)


@pytest.mark.parametrize("level", LEVELS)
def test_equal_marks_have_no_alpha(level):
    found = krippendorff_alpha(ratings_from_matrix([[2, 2], [2, 2]]), level).alpha

    assert (found.value, found.note) == (None, "All marks are equal.")


def test_labels_have_a_nominal_alpha_only():
    ratings = named([("a", "a"), ("b", "b"), ("a", "c")])

    assert krippendorff_alpha(ratings, "nominal").subjects == 3
    refused(lambda: krippendorff_alpha(ratings, "ordinal"), "SM423")


def test_ordered_names_have_no_interval_alpha():
    ratings = named([("a", "a"), ("b", "b"), ("a", "c")], categories=["c", "b", "a"])

    assert krippendorff_alpha(ratings, "ordinal").alpha.value is not None
    refused(lambda: krippendorff_alpha(ratings, "interval"), "SM423")


def test_alpha_refuses_what_it_cannot_use():
    marks = ratings_from_matrix(GAPS)

    assert "ordinal" in refused(lambda: krippendorff_alpha(marks, "ordnal"), "SM420")
    refused(lambda: krippendorff_alpha(marks, "nominal", confidence=1.0), "SM413")
    refused(lambda: krippendorff_alpha(ratings_from_matrix([[1, 2], [NAN, 2]]), "nominal"), "SM421")
    refused(lambda: krippendorff_alpha(ratings_from_matrix([[1, 2], [-1, 2]]), "ratio"), "SM423")
    fine = np.arange(10_000.0).reshape(-1, 2)
    refused(lambda: krippendorff_alpha(ratings_from_matrix(fine), "ratio"), "SM427")


def test_no_interval_goes_beyond_full_agreement():
    marks = ratings_from_matrix([[1, 1], [2, 2], [3, 3], [4, 4], [5, 5], [1, 2]])

    found = [cohen_kappa(marks).kappa, fleiss_kappa(marks).kappa, krippendorff_alpha(marks, "interval").alpha]

    assert [(one.value < 1, one.upper) for one in found] == [(True, 1)] * 3
    assert all(one.lower > 0 for one in found)


def test_kappa_by_hand():
    # 45 of 50 agree; raters use the categories 30:20 and 25:25, so chance agrees on half.
    pairs = [(0, 0)] * 25 + [(0, 1)] * 5 + [(1, 1)] * 20

    found = cohen_kappa(ratings_from_matrix(pairs))

    assert (found.observed, found.expected) == pytest.approx((0.9, 0.5))
    assert float(found.kappa.value) == pytest.approx(0.8)
    assert (found.categories, found.subjects, found.left_out) == ((0.0, 1.0), 50, 0)


def test_weights_grow_with_the_distance():
    # One pair one step apart, one two steps apart, by hand: linear 1/2 and 1, quadratic 1/4 and 1.
    pairs = [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2)]

    found = {weights: cohen_kappa(ratings_from_matrix(pairs), weights=weights) for weights in ("linear", "quadratic")}

    # First rater 3:1:1, second 1:2:2 of 5. Expected disagreement (3*2*1 + 3*2*2 + 1*1*1 + 1*2*1 + 1*1*2 + 1*2*1)/50.
    assert float(found["linear"].kappa.value) == pytest.approx(1 - (1.5 / 5) / (25 / 50), rel=1e-11)
    # And quadratic (6*1 + 6*4 + 1 + 2 + 1*4 + 2*1)/100.
    assert float(found["quadratic"].kappa.value) == pytest.approx(1 - (1.25 / 5) / (39 / 100), rel=1e-11)


def test_quadratic_kappa_tends_to_the_intraclass_correlation():
    # Fleiss and Cohen (1973): equal up to terms in 1/n.
    random = np.random.default_rng(3)
    true = random.normal(size=4000)
    marks = np.clip(np.round(5 + 2 * true[:, None] + random.normal(size=(4000, 2))), 1, 10)

    kappa = cohen_kappa(ratings_from_matrix(marks), weights="quadratic").kappa
    correlation = intraclass_correlations(ratings_from_matrix(marks))["ICC(2,1)"]

    assert float(kappa.value) == pytest.approx(float(correlation.value), abs=1e-3)
    # The interval of one by moments, of the other by the F distribution.
    assert float(kappa.lower) == pytest.approx(float(correlation.lower), abs=5e-3)


def test_kappas_error_is_that_of_leaving_subjects_out():
    random = np.random.default_rng(4)
    first = random.integers(0, 4, 600)
    pairs = np.stack([first, np.where(random.random(600) < 0.6, first, random.integers(0, 4, 600))], axis=1)
    for weights in ("none", "linear", "quadratic"):
        left_out = [
            float(cohen_kappa(ratings_from_matrix(np.delete(pairs, place, axis=0)), weights=weights).kappa.value)
            for place in range(600)
        ]

        found = cohen_kappa(ratings_from_matrix(pairs), weights=weights).kappa

        jackknife = math.sqrt(599 / 600 * sum((value - np.mean(left_out)) ** 2 for value in left_out))
        assert float(found.standard_error) == pytest.approx(jackknife, rel=0.01)


def test_a_subject_with_one_mark_is_left_out_and_counted():
    found = cohen_kappa(ratings_from_matrix([[1, 1], [2, 2], [1, NAN], [2, 1]]))

    assert (found.subjects, found.left_out) == (3, 1)


def test_named_categories_stand_in_kappas_result():
    pairs = [("good", "good"), ("poor", "fair"), ("fair", "fair")]

    found = cohen_kappa(named(pairs, categories=["poor", "fair", "good", "best"]), weights="linear")

    assert found.categories == ("poor", "fair", "good")
    # Of two places apart; first rater 1:1:1, second 0:2:1. Expected (2*1/2 + 1*1 + 1*1/2 + 2*1/2)/9.
    assert float(found.kappa.value) == pytest.approx(1 - (0.5 / 3) / (3.5 / 9), rel=1e-11)


@pytest.mark.parametrize("weights", ["none", "linear"])
def test_a_single_category_has_no_kappa(weights):
    found = cohen_kappa(ratings_from_matrix([[1, 1], [1, 1]]), weights=weights)

    assert (found.kappa.value, found.kappa.note) == (None, "Both raters used a single category.")


def test_cohens_kappa_refuses_what_it_cannot_use():
    assert "linear" in refused(lambda: cohen_kappa(ratings_from_matrix([[1, 2]]), weights="liner"), "SM420")
    refused(lambda: cohen_kappa(ratings_from_matrix([[1, 2, 3]])), "SM421")
    refused(lambda: cohen_kappa(ratings_from_matrix([[1, NAN], [NAN, 2]])), "SM421")
    refused(lambda: cohen_kappa(named([("a", "b")]), weights="linear"), "SM423")
    refused(lambda: cohen_kappa(ratings_from_matrix([[1, 2]]), confidence=0), "SM413")


def test_fleiss_kappas_error_is_that_of_leaving_subjects_out():
    random = np.random.default_rng(5)
    # A category in seven of ten marks: chance agreement then differs from subject to subject.
    drawn = random.choice(3, (400, 5), p=[0.7, 0.2, 0.1])
    marks = np.where(random.random((400, 4)) < 0.5, drawn[:, :1], drawn[:, 1:])
    left_out = [
        float(fleiss_kappa(ratings_from_matrix(np.delete(marks, place, axis=0))).kappa.value) for place in range(400)
    ]

    found = fleiss_kappa(ratings_from_matrix(marks)).kappa

    jackknife = math.sqrt(399 / 400 * sum((value - np.mean(left_out)) ** 2 for value in left_out))
    assert float(found.standard_error) == pytest.approx(jackknife, rel=0.01)


def test_fleiss_kappa_and_nominal_alpha_differ_by_one_in_n():
    # Krippendorff (2011): alpha = 1 - (1 - kappa)(n - 1)/n for complete nominal marks, n marks in all.
    marks = ratings_from_matrix([[1, 1, 2], [2, 2, 2], [3, 1, 3], [1, 1, 1]])

    kappa = float(fleiss_kappa(marks).kappa.value)
    alpha = float(krippendorff_alpha(marks, "nominal").alpha.value)

    assert alpha == pytest.approx(1 - (1 - kappa) * 11 / 12, rel=1e-11)


def test_fleiss_kappa_refuses_what_it_cannot_use():
    refused(lambda: fleiss_kappa(ratings_from_matrix([[1, 2], [1, NAN]])), "SM422")
    refused(lambda: fleiss_kappa(ratings_from_matrix([[1], [2]])), "SM421")
    refused(lambda: fleiss_kappa(ratings_from_matrix([[1, 2]])), "SM421")
    assert fleiss_kappa(ratings_from_matrix([[1, 1], [1, 1]])).kappa.note == "There is a single category."


def test_mean_squares_are_those_of_the_analysis_of_variance():
    table = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])

    found = intraclass_correlations(ratings_from_matrix(table)).mean_squares

    # Printed by Shrout and Fleiss (1979), table 3.
    printed = (11.24, 32.49, 1.02, 6.26)
    assert (found.subjects, found.raters, found.residual, found.within) == pytest.approx(printed, abs=0.006)
    assert (found.rows, found.columns) == (6, 4)


def test_the_single_forms_are_shares_of_variance_components():
    random = np.random.default_rng(7)
    table = random.normal(size=(9, 1)) + random.normal(size=(1, 4)) + random.normal(size=(9, 4))

    found = intraclass_correlations(ratings_from_matrix(table))

    squares = found.mean_squares
    subject, rater = (squares.subjects - squares.residual) / 4, (squares.raters - squares.residual) / 9
    agreement = subject / (subject + rater + squares.residual)
    assert float(found["ICC(2,1)"].value) == pytest.approx(agreement, rel=1e-10)
    assert float(found["ICC(2,k)"].value) == pytest.approx(
        subject / (subject + (rater + squares.residual) / 4), rel=1e-10
    )
    assert float(found["ICC(3,1)"].value) == pytest.approx(subject / (subject + squares.residual), rel=1e-10)


def test_constants_of_raters_do_not_matter_to_the_third_form():
    random = np.random.default_rng(6)
    table = random.normal(size=(12, 1)) + random.normal(size=(12, 3))

    plain, moved = (intraclass_correlations(ratings_from_matrix(t)) for t in (table, table + np.array([0, 5, -2])))

    for form in ("ICC(3,1)", "ICC(3,k)"):
        assert float(moved[form].value) == pytest.approx(float(plain[form].value), rel=1e-9)
    assert moved["ICC(2,1)"].value < plain["ICC(2,1)"].value


def test_identical_raters_correlate_fully():
    found = intraclass_correlations(ratings_from_matrix([[1, 1], [2, 2], [5, 5]]))

    assert [(e.lower, e.value, e.upper) for e in found.forms.values()] == [(1, 1, 1)] * 6


def test_raters_apart_by_a_constant_correlate_fully_only_where_it_does_not_matter():
    found = intraclass_correlations(ratings_from_matrix([[1, 2], [2, 3], [5, 6]]))

    assert [found[form].value == 1 for form in found.forms] == [False, False, True, False, False, True]
    assert 0 < found["ICC(2,1)"].lower < found["ICC(2,1)"].value < found["ICC(2,1)"].upper <= 1


def test_no_spread_has_no_correlation():
    equal = intraclass_correlations(ratings_from_matrix([[2, 2], [2, 2]]))
    flat = intraclass_correlations(ratings_from_matrix([[1, 3], [3, 1]]))

    assert {e.note for e in equal.forms.values()} == {"All marks are equal."}
    assert (flat["ICC(1,k)"].value, flat["ICC(1,k)"].note) == (None, "The subjects do not differ at all.")


@pytest.mark.parametrize(("marks", "code"), [([[1, 2], [3, NAN]], "SM422"), ([[1], [2]], "SM421"), ([[1, 2]], "SM421")])
def test_intraclass_correlations_need_a_complete_table(marks, code):
    refused(lambda: intraclass_correlations(ratings_from_matrix(marks)), code)


def test_intervals_of_the_random_form_cover():
    # 400 tables of 20 subjects and 5 raters, true ICC(2,1) = 4/(4 + 1 + 4): the 95 % interval covers 92-98 %.
    random = np.random.default_rng(8)
    hits = 0
    for _ in range(400):
        table = 2 * random.normal(size=(20, 1)) + random.normal(size=(1, 5)) + 2 * random.normal(size=(20, 5))
        found = intraclass_correlations(ratings_from_matrix(table))["ICC(2,1)"]
        hits += found.lower < 4 / 9 < found.upper

    assert 0.92 <= hits / 400 <= 0.98
