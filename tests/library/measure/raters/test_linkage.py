"""The graph of raters and subjects."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealmark.core.errors import SealmarkError
from sealmark.measure.raters import crossed_effects, linkage, many_facet_rasch, ratings_from_matrix, require_linked

NAN = float("nan")


def refused(act, *codes):
    with pytest.raises(SealmarkError) as caught:
        act()
    assert caught.value.codes == codes
    return str(caught.value)


def test_one_shared_subject_links():
    found = require_linked(ratings_from_matrix([[1, 2, NAN], [NAN, 2, 3], [4, NAN, NAN]], raters="ABC"))

    assert found.is_linked
    assert found.double_marked == pytest.approx(2 / 3)
    assert found.shared_subjects == {"A": 1, "B": 2, "C": 1}
    assert found.subjects_per_rater == {"A": 2, "B": 2, "C": 1}


def test_components_are_named_largest_first():
    marks = [[1, 2, NAN, NAN, NAN], [1, 2, 3, NAN, NAN], [NAN, NAN, NAN, 4, 5], [NAN, NAN, NAN, 1, 5]]

    text = refused(lambda: require_linked(ratings_from_matrix(marks, raters="ABCDE")), "SM424")

    assert 'The raters fall into 2 groups that share no subject: (1) raters "A", "B", "C" on subjects "1", "2"' in text
    assert '(2) raters "D", "E" on subjects "3", "4".' in text


def test_many_components_and_names_are_cut_short():
    blocks = np.full((14, 14), NAN)
    for start in range(0, 14, 2):
        blocks[start : start + 2, start : start + 2] = 1
    blocks[:2] = np.where(np.arange(14) < 2, 1, NAN)
    wide = np.full((2, 21), NAN)
    wide[:, 14:] = 1

    text = refused(
        lambda: require_linked(ratings_from_matrix(np.vstack([np.hstack([blocks, np.full((14, 7), NAN)]), wide]))),
        "SM424",
    )

    assert "8 groups" in text
    assert '"15", "16", "17", "18", "19" and 2 more' in text
    assert "; and 3 more." in text


def test_raters_with_subjects_of_their_own_are_nested():
    text = refused(lambda: require_linked(ratings_from_matrix([[1, NAN], [2, NAN], [NAN, 3]])), "SM425")

    assert "No subject was marked by two raters (2 raters" in text


def test_subjects_with_raters_of_their_own_are_nested():
    text = refused(lambda: require_linked(ratings_from_matrix([[1, 2, NAN, NAN], [NAN, NAN, 3, 4]])), "SM425")

    assert "No rater marked two subjects" in text


@pytest.mark.parametrize("marks", [[[1], [2]], [[1, 2]]])
def test_one_rater_or_one_subject_is_too_few(marks):
    refused(lambda: require_linked(ratings_from_matrix(marks)), "SM421")


def test_one_rater_alone_is_not_linked():
    assert not linkage(ratings_from_matrix([[1], [2]])).is_linked


@pytest.mark.parametrize("method", [crossed_effects, many_facet_rasch])
def test_no_method_corrects_what_is_not_linked(method):
    marks = [[1, 2, NAN, NAN], [2, 1, NAN, NAN], [NAN, NAN, 1, 2], [NAN, NAN, 0, 2]]

    refused(lambda: method(ratings_from_matrix(marks)), "SM424")


@given(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 5)), min_size=1))
def test_components_are_those_of_a_walk_through_the_graph(cells):
    marks = np.full((7, 6), NAN)
    for cell in cells:
        marks[cell] = 1

    found = linkage(ratings_from_matrix(marks, subjects=range(7), raters=range(6)))

    expected = set()
    for start in cells:
        group, grown = {start}, set()
        while group != grown:
            grown = group
            group = {c for c in cells if any(c[0] == g[0] or c[1] == g[1] for g in grown)}
        expected.add((frozenset(r for _, r in group), frozenset(s for s, _ in group)))
    assert {(frozenset(part.raters), frozenset(part.subjects)) for part in found.components} == expected
    assert len(found.components) == len(expected)
