"""Marks read from tables and matrices."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from sealmark.core.errors import SealmarkError
from sealmark.measure.raters import ratings_from_matrix, read_ratings
from sealmark.measure.raters.ratings import require_single, require_values

NAN = float("nan")


def visits(**columns):
    return pa.table({"shop": ["a", "a", "b", "b"], "who": ["x", "y", "x", "y"], "mark": [3, 4, 2, None]} | columns)


def read(table, marks="mark", **options):
    return read_ratings(table, marks, subject="shop", rater="who", **options)


def refused(act, *codes):
    with pytest.raises(SealmarkError) as caught:
        act()
    assert caught.value.codes == codes
    return str(caught.value)


def test_empty_cells_are_counted_and_left_out():
    found = read(visits())

    assert (found.subjects, found.raters, found.items, found.periods) == (("a", "b"), ("x", "y"), ("mark",), ())
    assert (found.marks.tolist(), found.subject.tolist(), found.rater.tolist()) == ([3, 4, 2], [0, 0, 1], [0, 1, 0])
    assert (found.unmarked, found.scale) == (1, "number")


def test_subjects_raters_and_periods_without_a_mark_disappear():
    days = [dt.date(2026, 1, 1), dt.date(2026, 1, 1), dt.date(2026, 2, 1), dt.date(2026, 3, 1)]
    table = visits(who=["x", "y", "x", "z"], month=days)

    found = read(table, period="month")

    assert found.raters == ("x", "y")
    assert found.periods == (dt.date(2026, 1, 1), dt.date(2026, 2, 1))
    assert found.period.tolist() == [0, 0, 1]


def test_several_columns_are_items():
    found = read(visits(tone=[1, 2, 3, 4]), ["mark", "tone"])

    assert found.items == ("mark", "tone")
    assert found.of_item("tone").marks.tolist() == [1, 2, 3, 4]
    assert found.of_item("mark").items == ("mark",)
    assert found.averaged().marks.tolist() == [2, 3, 2.5, 4]


def test_named_categories_keep_their_order_and_text_alone_is_labels():
    table = visits(mark=["good", "poor", "fair", "good"])

    ordered = read(table, categories=["poor", "fair", "good"])
    labels = read(table)

    assert (ordered.scale, ordered.marks.tolist()) == ("order", [2, 0, 1, 2])
    assert (labels.scale, labels.categories, labels.marks.tolist()) == ("label", ("fair", "good", "poor"), [1, 2, 0, 1])


def test_an_empty_category_cell_is_no_mark():
    found = read(visits(mark=["good", None, "fair", "good"]))

    assert (found.base, found.unmarked) == (3, 1)


def test_a_matrix_has_gaps_and_names():
    found = ratings_from_matrix([[1, NAN], [2, 3]], subjects=["s", "t"], raters="AB")

    assert (found.subjects, found.raters, found.marks.tolist()) == (("s", "t"), ("A", "B"), [1, 2, 3])


@pytest.mark.parametrize("matrix", [[1, 2], [[]], [[[1]]]])
def test_what_is_no_matrix_is_refused(matrix):
    refused(lambda: ratings_from_matrix(matrix), "SM420")


@pytest.mark.parametrize("names", [{"raters": "ABC"}, {"subjects": ["s"]}, {"raters": "AA"}, {"subjects": ["s", "s"]}])
def test_names_must_fit(names):
    refused(lambda: ratings_from_matrix([[1, 2], [3, 4]], **names), "SM420")


def test_missing_columns_are_told_together():
    text = refused(lambda: read_ratings(visits(), ["mark", "tone"], subject="shop", rater="woh"), "SM403", "SM403")

    assert 'Did you mean "who"?' in text


def test_rows_without_subject_or_rater_are_told_together():
    table = visits(shop=["a", None, "b", None], who=["x", "y", None, "y"])

    text = refused(lambda: read(table), "SM420", "SM420")

    assert '2 rows have nothing in the column "shop"' in text


def test_no_mark_at_all_is_refused():
    refused(lambda: ratings_from_matrix([[NAN, NAN]]), "SM420")


def test_an_infinite_mark_is_refused():
    refused(lambda: ratings_from_matrix([[1, float("inf")]]), "SM423")


def test_marks_outside_the_categories_are_each_named():
    table = visits(mark=["good", "bad", "worse", "good"])

    text = refused(lambda: read(table, categories=["poor", "good"]), "SM423", "SM423")

    assert '"bad"' in text
    assert '"worse"' in text


def test_items_of_different_kinds_are_refused():
    refused(lambda: read(visits(tone=["a", "b", "c", "d"]), ["mark", "tone"]), "SM423")


def test_an_unknown_item_is_refused():
    text = refused(lambda: read(visits()).of_item("marks"), "SM420")

    assert 'Did you mean "mark"?' in text


@pytest.mark.parametrize(
    ("scale", "least", "fits"),
    [("label", "label", True), ("label", "order", False), ("order", "order", True), ("order", "number", False)],
)
def test_what_marks_must_carry(scale, least, fits):
    names = [str(number) for number in range(7)]
    table = visits(mark=["6", "1", "2", "0"])
    ratings = read(table, categories=names if scale == "order" else None)

    if fits:
        require_values(ratings, least, "It")
    else:
        assert "It needs" in refused(lambda: require_values(ratings, least, "It"), "SM423")


def test_two_marks_of_one_rater_on_one_subject():
    table = visits(who=["x", "x", "x", "y"], mark=[1, 2, 3, 4])

    text = refused(lambda: require_single(read(table), "It"), "SM422")

    assert 'first "a" by "x"' in text
    require_single(read(table).averaged(), "It")
    assert read(table).averaged().marks.tolist() == [1.5, 3, 4]


def test_several_items_are_not_one_mark():
    refused(lambda: require_single(read(visits(tone=[1, 2, 3, 4]), ["mark", "tone"]), "It"), "SM422")


def test_decimals_are_numbers():
    from decimal import Decimal

    found = read(visits(mark=pa.array([Decimal("1.5"), Decimal("2.5"), None, Decimal("0.5")])))

    assert (found.scale, found.marks.tolist()) == ("number", [1.5, 2.5, 0.5])
    assert np.isfinite(found.marks).all()
