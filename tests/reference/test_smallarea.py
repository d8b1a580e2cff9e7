"""Moderated variances and grade probabilities against limma 3.54.1 (squeezeVar) and R's pt."""

import json

import numpy as np
import pytest

from sealmark.measure.smallarea import class_chances, moderate, outlook

CUTS = (60, 70, 80, 90)


@pytest.fixture(scope="module")
def limma(reference_data):
    return json.loads((reference_data / "moderated_variance_limma.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("case", "freedoms"), [("equal", "df_equal"), ("unequal", "df_unequal")])
def test_moderated_variances_are_those_of_limma(limma, case, freedoms):
    within, freedom = moderate(limma["s2"], limma[freedoms])

    own = np.array(limma[freedoms])
    after = (freedom * within + own * np.array(limma["s2"])) / (freedom + own)
    assert freedom == pytest.approx(limma[case]["df.prior"], rel=1e-12)
    assert within == pytest.approx(limma[case]["var.prior"], rel=1e-12)
    assert after == pytest.approx(np.array(limma[case]["var.post"]), rel=1e-12)


def test_without_a_group_it_is_the_design_based_t_with_finite_population(limma):
    seen = outlook([87.4, 92.0], [6.2**2, 4.0**2], visited=[5, 10], listed=[40, 120])

    below = class_chances(seen, CUTS).cumsum(axis=1)[:, :4]

    assert below == pytest.approx(np.array([item["cdf"] for item in limma["grade_cases"]]), rel=1e-9)
    assert seen.shrinkage.tolist() == [1.0, 1.0]
