"""Chicago food inspections as judgements at sites: score per site and type, uncertainty from sampled sites.

Two months of 2014 (the published evaluation period) are the whole; every
expected figure is computed here from the raw file with DuckDB or NumPy.
"""

import csv
import gzip
from collections import defaultdict
from pathlib import Path

import duckdb
import numpy as np
import pytest
from scipy import stats

from sealmark.evaluation.certainty.site_scores import mean_of_sites
from sealmark.evaluation.run import evaluate
from sealmark.scheme.loading import load_edition

PACK = Path(__file__).parent / "packs/food_hygiene"
CLASSES = {
    "critical": [f"v{number}" for number in range(1, 15)],
    "serious": [f"v{number}" for number in (*range(15, 23), *range(24, 30))],
    "minor": [f"v{number}" for number in range(30, 45)],
}
POINTS = {"critical": 60, "serious": 25, "minor": 15}


@pytest.fixture(scope="module")
def inspections(real_data):
    with gzip.open(real_data / "chicago_food_inspections/chicago_food_inspections.csv.gz", "rt", newline="") as stream:
        return [row for row in csv.DictReader(stream) if row["published_split"] == "test"]


@pytest.fixture(scope="module")
def edition():
    return load_edition(PACK)


def write_case(folder, inspections, visited):
    """Write a case folder: all sites listed, only the inspections of ``visited`` ones as judgements."""
    folder.mkdir()
    # Five sites were inspected twice, one of them under two types: the first in the alphabet counts.
    sites = {
        row["license"]: row["facility_type_clean"]
        for row in sorted(inspections, key=lambda row: row["facility_type_clean"], reverse=True)
    }
    with (folder / "sites.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["site", "stratum", "visited"])
        rows.writerows([site, kind, "yes" if site in visited else "no"] for site, kind in sites.items())
    with (folder / "judgements.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["requirement", "site", "assessor", "unit", "units", "mark", "date"])
        for row in inspections:
            if row["license"] in visited:
                rows.writerows(marks_of(row))
    (folder / "case.yaml").write_text(
        "scheme: food-hygiene/2014\norganization: {name: Chicago in two months of 2014}\nas_of: 2014-12-31\n"
        "period: {start: 2014-09-01, end: 2014-10-31}\nsites: sites.csv\njudgements: [judgements.csv]\n"
    )
    return folder


def marks_of(row):
    for name, columns in CLASSES.items():
        violated = sum(int(row[column]) > 0 for column in columns)
        for code, units in (("clean", len(columns) - violated), ("violated", violated)):
            if units:
                yield [name, row["license"], row["inspector_group"], f"{row['inspection_id']}-{code}", units, code,
                       row["inspection_date"]]  # fmt: skip


def true_scores(real_data):
    """Return the score of every site, by plain SQL over the raw file."""
    terms = [
        f"{points} * (1 - ({' + '.join(f'({column} > 0)::INT' for column in CLASSES[name])}) / {len(CLASSES[name])}.0)"
        for name, points in POINTS.items()
    ]
    path = real_data / "chicago_food_inspections/chicago_food_inspections.csv.gz"
    query = (
        f"SELECT license::VARCHAR, min(facility_type_clean), avg({' + '.join(terms)}) FROM read_csv('{path}')"
        " WHERE published_split = 'test' GROUP BY 1"
    )
    return {site: (kind, score) for site, kind, score in duckdb.sql(query).fetchall()}


def test_every_site_inspected_gives_the_score_of_plain_sql(real_data, inspections, edition, tmp_path):
    truth = true_scores(real_data)
    case = write_case(tmp_path / "all", inspections, set(truth))

    document = evaluate(edition, case, draws=200).document

    assert len(truth) == 1632
    mean = np.mean([score for _, score in truth.values()])
    assert float(document["scores"]["hygiene"]["value"]) == pytest.approx(mean, abs=1e-9)
    sites = document["site_scores"]["hygiene"]["sites"]
    assert {site: round(float(share) * 100, 6) for site, share in sites.items()} == {
        site: round(score, 6) for site, (_, score) in truth.items()
    }
    # All sites were seen: their sampling adds nothing, only the judged units move.
    assert float(document["site_scores"]["hygiene"]["overall"]["standard_error"]) == 0


def test_score_per_type_of_site_from_a_sample_agrees_with_the_textbook(real_data, inspections, edition, tmp_path):
    truth = true_scores(real_data)
    random = np.random.default_rng(7)
    visited = set(random.choice(sorted(truth), 60, replace=False))
    case = write_case(tmp_path / "some", inspections, visited)

    document = evaluate(edition, case, seed=3).document

    found = document["site_scores"]["hygiene"]["strata"]
    for kind in ("Restaurant", "Other"):
        values = np.array([truth[site][1] / 100 for site in visited if truth[site][0] == kind])
        listed = sum(item[0] == kind for item in truth.values())
        error = np.sqrt((1 - len(values) / listed) * values.var(ddof=1) / len(values))
        width = stats.t.ppf(0.975, len(values) - 1) * error
        assert float(found[kind]["value"]) == pytest.approx(values.mean(), abs=1e-9)
        assert float(found[kind]["standard_error"]) == pytest.approx(error, rel=1e-9)
        assert float(found[kind]["lower"]) == pytest.approx(values.mean() - width, abs=1e-9)
    assert document["sites"] == {"listed": 1632, "visited": 60}


def test_the_likely_range_of_sampled_sites_is_the_design_based_one(real_data, inspections, edition, tmp_path):
    truth = true_scores(real_data)
    random = np.random.default_rng(11)
    visited = sorted(random.choice(sorted(truth), 40, replace=False))
    case = write_case(tmp_path / "forty", inspections, set(visited))

    document = evaluate(edition, case, seed=1, draws=4000).document

    scores = np.array([truth[site][1] for site in visited])
    error = np.sqrt((1 - 40 / 1632) * scores.var(ddof=1) / 40)
    likely = document["scores"]["hygiene"]["likely"]
    for key, share in (("p05", 0.05), ("p50", 0.5), ("p95", 0.95)):
        expected = scores.mean() + stats.t.ppf(share, 39) * error
        # 4,000 draws: the standard error of a 5 % quantile is about 0.033 of a standard deviation.
        assert float(likely[key]) == pytest.approx(expected, abs=0.12 * error)


def test_intervals_from_sampled_sites_cover_the_truth(real_data):
    truth = np.array([score / 100 for _, score in true_scores(real_data).values()])
    random = np.random.default_rng(2014)
    covered = defaultdict(int)
    for _ in range(400):
        found = mean_of_sites(list(random.choice(truth, 40, replace=False)), len(truth))
        covered[float(found.lower) <= truth.mean() <= float(found.upper)] += 1

    # Scores crowd near 100, so the t interval covers a little less than 95 %.
    assert 0.90 <= covered[True] / 400 <= 0.98
