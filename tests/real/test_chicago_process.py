"""Does the handling of sanitation complaints get worse? Against plain DuckDB sums and NumPy regressions."""

import datetime as dt
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from scipy import special, stats

from sealmark.core.periods import Period
from sealmark.measure import (
    Charting,
    Counts,
    CusumSettings,
    Share,
    Timeline,
    chart_counts,
    chart_cusum,
    count_periods,
    dated_periods,
    estimate_records,
    seasonality,
    trend,
    values_of,
)
from sealmark.measure.imports.importing import import_table
from sealmark.measure.imports.mapping import read_mapping
from sealmark.measure.process.cusum import CusumSignal
from sealmark.measure.records.measures import DurationMean

AS_OF = dt.date(2015, 1, 1)
MAPPING = Path(__file__).parent / "mappings" / "chicago_sanitation.yaml"
# The first weeks and the last day are fragments: four whole years are judged.
SPAN = Period(dt.date(2011, 1, 1), dt.date(2014, 12, 31))
MONTHS = dated_periods(SPAN.start, SPAN.end, "month")


@pytest.fixture(scope="module")
def file(real_data):
    return real_data / "chicago_sanitation_complaints" / "chicago_sanitation_complaints.csv.gz"


@pytest.fixture(scope="module")
def complaints(file):
    """Return the cases with the month and year they were opened in, and whether they took more than five days."""
    table = import_table(file, read_mapping(MAPPING), as_of=AS_OF).table
    opened, resolved = table.column("opened"), table.column("resolved")
    age = pc.days_between(opened, pc.coalesce(resolved, pa.scalar(AS_OF)))
    known = pc.or_(pc.is_valid(resolved), pc.greater(age, 5))
    late = pc.if_else(pc.and_(known, pc.greater_equal(age, 0)), pc.greater(age, 5), None)
    month = pc.cast(pc.floor_temporal(opened, unit="month"), pa.date32())
    extra = {"month": month, "year": pc.year(opened), "late": pc.cast(late, pa.int8())}
    for name, column in extra.items():
        table = table.append_column(name, column)
    return table


@pytest.fixture(scope="module")
def sums(file):
    """Return by plain SQL, for every month: cases, mean age, its standard error, late cases and cases with an answer."""
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE raw AS SELECT * FROM read_csv('{file}', all_varchar = true, header = true)")
    rows = connection.execute(
        """WITH complaint AS (
            SELECT creation_date::DATE AS opened, completion_date::DATE AS done
            FROM (SELECT *, row_number() OVER (PARTITION BY service_request_number ORDER BY rowid) AS nth
                  FROM (SELECT rowid, * FROM raw) WHERE status NOT LIKE '%Dup' AND creation_date NOT LIKE '2000%')
            WHERE nth = 1),
        aged AS (SELECT *, date_diff('day', opened, coalesce(done, DATE '2015-01-01')) AS age FROM complaint)
        SELECT date_trunc('month', opened)::DATE AS month, avg(age), stddev_samp(age) / sqrt(count(*)),
               count(*) FILTER (WHERE age > 5), count(*) FILTER (WHERE done IS NOT NULL OR age > 5)
        FROM aged WHERE age >= 0 AND opened BETWEEN DATE '2011-01-01' AND DATE '2014-12-31' GROUP BY 1 ORDER BY 1"""
    ).fetchall()
    columns = zip(*rows, strict=True)
    return dict(zip(("month", "mean", "error", "late", "base"), map(np.array, columns), strict=True))


def stretched(residuals):
    """By what likeness of neighbouring months multiplies the variance."""
    near = (residuals[1:] * residuals[:-1]).sum() / (residuals**2).sum()
    alike = (near + 2 / len(residuals)) / (1 - 4 / len(residuals))
    return max((1 + alike) / (1 - alike), 1.0)


def year_and_seasons():
    t = 2011 + (np.arange(48) + 0.5) / 12
    dummies = (np.arange(48)[:, None] % 12 == np.arange(11)).astype(float)
    return t - t.mean(), dummies


def test_months_are_those_of_plain_sql(complaints, sums):
    counted = count_periods(complaints, Share("late", (1,)), timeline=Timeline("opened", "month", SPAN))

    assert counted.counts == tuple(sums["late"])
    assert counted.bases == tuple(sums["base"])
    assert counted.periods == MONTHS


def test_days_to_resolve_grow_though_nobody_can_say_by_half_a_day_a_year(complaints, sums):
    found = estimate_records(complaints, {"days": DurationMean(unit="days")}, as_of=AS_OF, by=["month"])
    months = {one.cell["month"]: one.estimate for one in found if one.cell["month"] in MONTHS.starts}

    change = trend(values_of(months, step="month"), better="lower", seasonal=True)
    relevant = trend(values_of(months, step="month"), better="lower", minimum=Decimal("0.5"), seasonal=True)

    t, dummies = year_and_seasons()
    x = np.column_stack([np.ones(48), t, dummies])
    w = sums["error"] ** -2.0
    b = np.linalg.solve((x.T * w) @ x, x.T @ (w * sums["mean"]))
    residuals = (sums["mean"] - x @ b) * np.sqrt(w)
    dispersion = (residuals**2).sum() / 35
    factor = stretched(residuals)
    error = np.sqrt(np.linalg.inv((x.T * w) @ x)[1, 1] * dispersion * factor)
    half = stats.t.ppf(0.975, 35 / factor) * error
    assert float(change.per_year.value) == pytest.approx(b[1], rel=1e-8)
    assert float(change.per_year.standard_error) == pytest.approx(error, rel=1e-8)
    assert (float(change.per_year.lower), float(change.per_year.upper)) == pytest.approx(
        (b[1] - half, b[1] + half), rel=1e-7
    )
    # Months differ far more than their own sampling: without the dispersion the interval would be a lie.
    assert dispersion > 50
    assert factor > 2
    # A day and a half a year, but months hang together: surely worse, not surely by half a day.
    assert float(change.per_year.value) == pytest.approx(1.565, abs=1e-3)
    assert (change.verdict, relevant.verdict) == ("worse", "no evidence")


def test_the_same_by_whole_years_says_how_little_four_points_tell(complaints):
    found = estimate_records(complaints, {"days": DurationMean(unit="days")}, as_of=AS_OF, by=["year"])
    years = {one.cell["year"]: one.estimate for one in found if 2011 <= one.cell["year"] <= 2014}

    change = trend(values_of(years), better="lower", minimum=Decimal("0.5"))

    means = np.array([float(years[year].value) for year in range(2011, 2015)])
    w = np.array([float(years[year].standard_error) for year in range(2011, 2015)]) ** -2.0
    x = np.column_stack([np.ones(4), np.arange(4)])
    b = np.linalg.solve((x.T * w) @ x, x.T @ (w * means))
    dispersion = (w * (means - x @ b) ** 2).sum() / 2
    half = stats.t.ppf(0.975, 2) * np.sqrt(np.linalg.inv((x.T * w) @ x)[1, 1] * dispersion)
    assert float(change.per_year.value) == pytest.approx(b[1], rel=1e-9)
    assert float(change.per_year.upper - change.per_year.value) == pytest.approx(half, rel=1e-8)
    assert change.per_year.value > 1
    assert change.verdict == "no evidence"
    assert change.limitations[-1].startswith("4 periods are too few to tell")


def newton(x, y, n):
    b = np.zeros(x.shape[1])
    b[0] = special.logit(y.sum() / n.sum())
    for _ in range(60):
        share = special.expit(x @ b)
        information = (x.T * (n * share * (1 - share))) @ x
        b = b + np.linalg.solve(information, x.T @ (y - n * share))
    share = special.expit(x @ b)
    deviance = 2 * (special.xlogy(y, y / (n * share)) + special.xlogy(n - y, (n - y) / (n * (1 - share)))).sum()
    return b, share, np.linalg.inv(information), deviance


def test_the_share_beyond_five_days_rises_without_proof_of_trend_or_season(complaints, sums):
    counted = count_periods(complaints, Share("late", (1,)), timeline=Timeline("opened", "month", SPAN))

    change = trend(counted, better="lower", minimum=Decimal("0.02"), seasonal=True)
    seasons = seasonality(counted)

    t, dummies = year_and_seasons()
    y, n = sums["late"].astype(float), sums["base"].astype(float)
    b, share, _, full = newton(np.column_stack([np.ones(48), t, dummies]), y, n)
    _, _, _, small = newton(np.column_stack([np.ones(48), t]), y, n)
    residuals = (y - n * share) / np.sqrt(n * share * (1 - share))
    dispersion = (residuals**2).sum() / 35
    assert float(change.slope) == pytest.approx(b[1], rel=1e-8)
    assert float(change.dispersion) == pytest.approx(dispersion, rel=1e-8)
    # The average season: the constant plus the mean of the twelve effects.
    ends = special.expit(b[0] + b[2:].sum() / 12 + b[1] * t[[0, -1]])
    assert float(change.per_year.value) == pytest.approx((ends[1] - ends[0]) / (t[-1] - t[0]), rel=1e-8)
    # Nine points a year, and still the interval reaches zero: the months hang together even more (r = 0.72).
    assert float(change.per_year.value) == pytest.approx(0.0902, abs=1e-4)
    assert (change.verdict, float(change.autocorrelation) > 0.6) == ("no evidence", True)
    assert float(seasons.statistic) == pytest.approx((small - full) / 11 / dispersion, rel=1e-7)
    effects = np.append(b[2:], 0) - b[2:].sum() / 12
    assert [float(part.effect.value) for part in seasons.effects] == pytest.approx(np.exp(effects), rel=1e-8)
    slowest = max(seasons.effects, key=lambda part: part.effect.value)
    assert slowest.season in {"July", "August", "September"}
    # The years differ so much from one another that four summers do not prove it.
    assert (seasons.verdict, round(float(seasons.p), 3)) == ("no evidence", 0.149)


def test_complaints_come_in_summer(sums):
    days = [(later - first).days for first, later in pairwise([*MONTHS.starts, dt.date(2015, 1, 1)])]

    found = seasonality(Counts(tuple(sums["base"]), tuple(days), MONTHS, "rate"))

    assert (found.verdict, float(found.p) < 1e-6) == ("seasonal", True)
    ratios = {part.season: part.effect for part in found.effects}
    assert ratios["August"].lower > Decimal("1.2")
    assert ratios["December"].upper < Decimal("0.8")


def test_charts_date_the_change_to_the_summer_of_2012(complaints):
    counted = count_periods(complaints, Share("late", (1,)), timeline=Timeline("opened", "month", SPAN))
    charting = Charting(baseline=("2011-01", "2011-12"), overdispersed=True)

    chart = chart_counts(counted, charting)
    found = estimate_records(complaints, {"days": DurationMean(unit="days")}, as_of=AS_OF, by=["month"])
    months = {one.cell["month"]: one.estimate for one in found if one.cell["month"] in MONTHS.starts}
    sums_of = chart_cusum(values_of(months, step="month"), CusumSettings(baseline=("2011-01", "2011-12")))

    first = next(one for one in chart.signals if one.rule == "beyond-3-sigma")
    assert (first.label, first.side) == ("2012-07", "above")
    assert chart.dispersion > 1.5
    assert sums_of.signals[0] == CusumSignal("2012-07", "above", "2012-04")


def test_plain_limits_on_months_of_two_thousand_cases_cry_wolf(complaints):
    counted = count_periods(complaints, Share("late", (1,)), timeline=Timeline("opened", "month", SPAN))
    year = Counts(
        counted.counts[:12], counted.bases[:12], dated_periods(dt.date(2011, 1, 1), dt.date(2011, 12, 1), "month")
    )

    chart = chart_counts(year)

    assert any("overdispersed limits" in note for note in chart.limitations)
