"""Stratified samples of one and two stages, with and without replacement: R 4.2.2, survey 4.1.1, tolerance 1e-9.

Sixty made-up rows in three strata; with the rows in two.csv the commands are

    two  <- svydesign(id=~c+row, strata=~s, fpc=~n1+n2, data=d, nest=TRUE)
    d$w  <- weights(two)
    one  <- svydesign(id=~c, strata=~s, weights=~w, fpc=~n1, data=d, nest=TRUE)
    back <- svydesign(id=~c, strata=~s, weights=~w, data=d, nest=TRUE)

and for each of them svymean(~y, d), svytotal(~y, d), svyratio(~y, ~x, d),
svyby(~y, ~g, d, svymean), svyvar(~y, d), svyciprop(~I(y>=6), d, method="asin").
``back`` is drawn with replacement: only the first stage counts.
"""

import pyarrow as pa
import pytest

from sealmark.measure import Design, Mean, Ratio, TopBox, Total, estimate, estimate_variances

DESIGNS = {
    "two": Design(strata="s", cluster="c", population="n1", population2="n2", nested=True),
    "two-named": Design(strata="s", cluster="c", population="n1", cluster2="u", population2="n2", nested=True),
    "one": Design(weight="w", strata="s", cluster="c", population="n1", nested=True),
    "back": Design(weight="w", strata="s", cluster="c", nested=True),
}
VALUES = {
    "mean": 4.69470760233918, "total": 2497.58444444444, "ratio": 1.07161701790902, "box": 0.43485380117,
    "variance": 9.828452888714,
}  # fmt: skip
ERRORS = {
    "two": {
        "mean": 0.458190510258527, "total": 240.57914094283, "ratio": 0.11472513417285, "variance": 0.957236509372044,
    },
    "one": {
        "mean": 0.423527550231912, "total": 221.874452031318, "ratio": 0.0999258463150571,
        "variance": 0.792185428232029,
    },
    "back": {
        "mean": 0.508235978393455, "total": 266.264648529973, "ratio": 0.119929950487722,
        "variance": 0.956270438742042,
    },
}  # fmt: skip
BY = {
    "two": [0.75380154010852, 0.517158043773825, 0.975382769399464],
    "one": [0.664592318108218, 0.469555574672965, 0.908625010078782],
    "back": [0.798078917532772, 0.569376760131052, 1.08985197515935],
}
ARCSINE = {
    "two": [0.289010486868, 0.586709067909],
    "one": [0.301534533792, 0.573157864328],
    "back": [0.27602455242, 0.600875000105],
}


def rows():
    found = []
    for s in range(3):
        for c in range(4 + s):
            for u in range(3 + (c + s) % 3):
                i = len(found)
                one = {"s": s, "c": c, "u": u, "n1": 12 + 4 * s, "n2": 9 + c, "g": (i * i + c) % 3}
                one |= {"y": (7 * i * i + 3 * c + 5 * s) % 11, "x": 1 + (5 * i + c) % 7}
                found.append(one | {"w": (12 + 4 * s) / (4 + s) * (9 + c) / (3 + (c + s) % 3)})
    return pa.Table.from_pylist(found)


def same(found, expected):
    assert [float(one) for one in found] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("name", DESIGNS)
def test_estimates_and_errors(name):
    measures = {"mean": Mean("y"), "total": Total("y"), "ratio": Ratio("y", "x")}
    expected = ERRORS[name.split("-")[0]]

    cells = estimate(rows(), measures, design=DESIGNS[name])

    same([cell.estimate.value for cell in cells], [VALUES[cell.measure] for cell in cells])
    same([cell.estimate.standard_error for cell in cells], [expected[cell.measure] for cell in cells])
    assert {cell.estimate.degrees_of_freedom for cell in cells} == {12}


@pytest.mark.parametrize("name", DESIGNS)
def test_domains(name):
    cells = estimate(rows(), {"m": Mean("y")}, design=DESIGNS[name], by="g")

    same([cell.estimate.value for cell in cells], [4.70798427081552, 4.97652775278299, 4.38215267154905])
    same([cell.estimate.standard_error for cell in cells], BY[name.split("-")[0]])


@pytest.mark.parametrize("name", DESIGNS)
def test_dispersion(name):
    (cell,) = estimate_variances(rows(), {"y": "y"}, design=DESIGNS[name])

    same(
        [cell.estimate.value, cell.estimate.standard_error],
        [VALUES["variance"], ERRORS[name.split("-")[0]]["variance"]],
    )


@pytest.mark.parametrize("name", DESIGNS)
def test_arcsine_interval(name):
    (cell,) = estimate(rows(), {"m": TopBox("y", at_least=6, interval="arcsine")}, design=DESIGNS[name])

    same([cell.estimate.value, cell.estimate.lower, cell.estimate.upper], [VALUES["box"], *ARCSINE[name.split("-")[0]]])
