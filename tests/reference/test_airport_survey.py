"""Airport customers, five yearly waves, scheduled runs as clusters: R 4.2.2, survey 4.1.1, tolerance 1e-9.

With the five years in one table, ratings outside 1 to 5 and recommendations
outside 0 to 10 missing, nps = 100 ((n >= 9) - (n <= 6)), rows without a run in
a run of their own per year:

    d <- svydesign(id=~run, strata=~year, weights=~w, data=all, nest=TRUE)
    svymean(~r, subset(d, year == 2014 & !is.na(r)))                  # and so on; degf of the subset
    svycontrast(svyby(~r, ~year, d1718, svymean, covmat=TRUE), c("2017"=-1, "2018"=1))
"""

import duckdb
import pytest
from scipy import stats

from sealmark.measure import Between, Design, Item, Mean, Promoter, TopBox, compare, estimate

MEASURES = {
    "mean": Mean(Item("rating", 1, 5)),
    "content": TopBox(Item("rating", 1, 5), at_least=4),
    "promoter": Promoter(Item("recommend", 0, 10)),
}
# value, standard error
YEARS = {
    ("mean", 2014): (4.00696605031, 0.0192345521119), ("content", 2014): (0.792666518922, 0.0106937992936),
    ("mean", 2015): (4.04417331443, 0.0186323099196), ("content", 2015): (0.804575352497, 0.00953278289459),
    ("mean", 2016): (4.05332495429, 0.017830583315), ("content", 2016): (0.813996643572, 0.00903760396117),
    ("mean", 2017): (4.07120263794, 0.0180573785767), ("content", 2017): (0.822793064851, 0.00906627486649),
    ("mean", 2018): (4.04212316769, 0.0205448506324), ("content", 2018): (0.80485245028, 0.00999386273462),
    ("promoter", 2017): (40.3984355117, 1.5524713101), ("promoter", 2018): (35.1136321036, 2.24329127634),
}  # fmt: skip
DEGREES = {
    ("mean", 2014): 153, ("mean", 2015): 216, ("mean", 2016): 224, ("mean", 2017): 211, ("mean", 2018): 205,
    ("promoter", 2017): 210, ("promoter", 2018): 205,
}  # fmt: skip
CHANGES = {
    "mean": (-0.0290794702488, 0.0273525100963),
    "content": (-0.0179406145701, 0.0134935033373),
    "promoter": (-5.28480340811, 2.72809877373),
}
DESIGN = Design(weight="w", strata="year", cluster="run", nested=True)


@pytest.fixture(scope="module")
def answers(real_data):
    parts = [
        f"""SELECT {year} AS year, coalesce({"RUN" if year == 2014 else "RUNID"}, -1) AS run, WEIGHT AS w,
                   try_cast(Q7ALL AS INTEGER) AS rating, {"NETPRO" if year > 2016 else "NULL::INTEGER"} AS recommend
            FROM read_csv('{real_data / "sfo_airport_survey" / f"sfo_{year}.csv.gz"}')"""
        for year in range(2014, 2019)
    ]
    return duckdb.sql(" UNION ALL ".join(parts)).to_arrow_table()


def test_every_year(answers):
    cells = estimate(answers, MEASURES, design=DESIGN, by="year")
    found = {(cell.measure, cell.cell["year"]): cell.estimate for cell in cells if cell.estimate.value is not None}

    assert set(found) == set(YEARS)
    for key, (value, error) in YEARS.items():
        assert float(found[key].value) == pytest.approx(value, rel=1e-9)
        assert float(found[key].standard_error) == pytest.approx(error, rel=1e-9)
    assert {key: found[key].degrees_of_freedom for key in DEGREES} == DEGREES


@pytest.mark.parametrize("name", CHANGES)
def test_the_change_from_2017_to_2018(answers, name):
    value, error = CHANGES[name]
    recent = Between("year", 2017, 2018)

    (change,) = compare(answers, {name: MEASURES[name]}, design=DESIGN, between=recent)

    found = change.difference
    assert float(found.value) == pytest.approx(value, rel=1e-9)
    assert float(found.standard_error) == pytest.approx(error, rel=1e-9)
    half = stats.t.ppf(0.975, float(found.degrees_of_freedom)) * error
    assert [float(found.lower), float(found.upper)] == pytest.approx([value - half, value + half], rel=1e-8)
    # None of the three falls is beyond chance at 95 %: five points of promoter score are within a hair of it.
    assert change.verdict == "undecided"
