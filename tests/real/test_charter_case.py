"""One case that feeds the Charter with customers, employees, service records and judgements at once.

Customers: ECSI mobile phone survey. Employees: Bergami and Bagozzi. Records:
Italian help desk. Judgements: Chicago food inspections stand in for what
assessors saw of reachability at eight sites. What these sets lack is added
here and made up: effort, problems, channel, customer numbers, promised times,
documents and the other marks.
"""

import csv
import gzip
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pytest
from scipy import stats

from sealmark.core.canonical import canonical_bytes
from sealmark.evaluation.reproduce import reproduce
from sealmark.evaluation.run import evaluate
from sealmark.scheme.discovery import load

CASE = Path(__file__).parent / "cases/charter"
JUDGED = ("after-sales-means", "ethics-code", "privacy")
DEGREES = ("common-instructions", "equal-treatment", "fair-terms", "management-representative", "service-promise")
SAMPLED = ("complaint-handling", "fitting-advice", "greeting-and-closing", "help-in-use", "honest-answers", "listening",
           "progress-updates", "renewal-and-exit")  # fmt: skip
MARK_OF_RESULT = {"Pass": "fully", "Pass w/ Conditions": "partly", "Fail": "none"}


def customers_sql(path):
    return f"""
        SELECT *, 11 - PERQ1 AS effort, (PERQ6 >= 6)::INT AS first_time, (CUSCO <= 6)::INT AS problem,
          CASE WHEN CUSCO <= 6 THEN (CUSCO <= 5)::INT END AS complained,
          CASE WHEN CUSCO <= 5 THEN CUSCO END AS complaint, CASE WHEN CUSCO <= 5 THEN CUSCO END AS complaint2,
          CASE WHEN CUSCO <= 5 THEN CUSCO END AS complaint3, CASE WHEN CUSCO <= 5 THEN CUSCO END AS complaint4,
          CASE WHEN CUSCO <= 5 THEN CUSCO END AS complaint5, CASE WHEN CUSCO <= 5 THEN CUSCO END AS complaint6
        FROM read_csv('{path}')"""


def tickets_sql(path):
    return f"""
        SELECT *, 'email' AS channel, 'c' || (regexp_replace(case_id, '[^0-9]', '', 'g')::BIGINT % 3001) AS customer,
          strftime(min(timestamp::TIMESTAMP) OVER (PARTITION BY case_id) + INTERVAL 40 DAY, '%Y-%m-%d %H:%M:%S') AS promised
        FROM read_csv('{path}', all_varchar = true)"""


@pytest.fixture(scope="module")
def inspections(real_data):
    """Return the last inspection of the first eight sites of the evaluation period."""
    with gzip.open(real_data / "chicago_food_inspections/chicago_food_inspections.csv.gz", "rt", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["published_split"] == "test"]
    return {row["license"]: row["result"] for row in rows[:8]}


@pytest.fixture(scope="module")
def case(real_data, inspections, tmp_path_factory):
    folder = tmp_path_factory.mktemp("charter") / "case"
    shutil.copytree(CASE, folder)
    (folder / "surveys").mkdir()
    (folder / "records").mkdir()
    duckdb.sql(f"COPY ({customers_sql(real_data / 'ecsi_mobile/mobi.csv')}) TO '{folder}/surveys/customers.csv'")
    shutil.copy(real_data / "employees_korea/bergami_bagozzi_2000.csv", folder / "surveys/employees.csv")
    duckdb.sql(
        f"COPY ({tickets_sql(real_data / 'italian_helpdesk/helpdesk_events.csv')}) TO '{folder}/records/tickets.csv'"
    )
    write_tables(folder, inspections)
    return folder


def write_tables(folder, inspections):
    sites = [["site", "visited", "central"], *([site, "yes", "no"] for site in inspections)]
    sites += [[f"unvisited-{number}", "no", "no"] for number in range(12)]
    sites.append(["head-office", "yes", "yes"])
    marks = [["requirement", "site", "assessor", "dimension", "unit", "mark"]]
    marks += [
        ["reachability", site, "inspector", "", "", MARK_OF_RESULT[result]] for site, result in inspections.items()
    ]
    marks += [[name, "head-office", "A", mark, "", "fully"] for name in JUDGED for mark in ("set-out", "practised")]
    marks += [[name, "head-office", "A", "", "", "largely"] for name in DEGREES]
    marks += [["legal-minimum", "head-office", "A", "", "", "met"]]
    marks += [
        [name, "head-office", "A", "", f"u{unit}", "met" if unit % 12 else "not-met"]
        for name in SAMPLED
        for unit in range(1, 31)
    ]
    documents = load("sealmark-charter/2026").declarations.documents
    for name, rows in (
        ("sites.csv", sites),
        ("judgements.csv", marks),
        ("documents.csv", [["document", "dated"], *([kind, "2025-11-03"] for kind in documents)]),
    ):
        with (folder / name).open("w", newline="") as stream:
            csv.writer(stream).writerows(rows)


@pytest.fixture(scope="module")
def evaluation(case):
    return evaluate(None, case)


def test_all_four_kinds_of_evidence_lead_to_a_grade(evaluation):
    document = evaluation.document

    assert document["missing"] == [{"kind": "fact", "id": "four-stars-since"}]
    assert document["ladders"]["stars"]["grade"] in {"one-star", "two-stars", "three-stars"}
    assert sum(float(share) for share in document["ladders"]["stars"]["probabilities"].values()) == pytest.approx(1)
    kinds = {rule["kind"] for finding in document["findings"].values() for rule in finding["evidence"]}
    assert kinds == {"judgement", "sample", "measure", "fact", "document", "persons", "actions"}


def test_the_customer_index_is_that_of_numpy(evaluation, real_data):
    table = duckdb.sql(customers_sql(real_data / "ecsi_mobile/mobi.csv")).fetchnumpy()
    measure = evaluation.edition.measures["customer-index"]
    columns = {"overall": "CUSA1", "keeps-word": "IMAG1", "cares": "IMAG5", "reach": "PERQ2", "waiting": "PERQ4",
               "instructions": "PERV2", "solution": "PERQ6", "kept-informed": "IMAG2", "no-repetition": "IMAG3",
               "needs-found": "CUEX2", "offer-fits": "PERQ5", "price-clear": "PERQ7", "polite": "IMAG4",
               "listened": "CUSA2", "helpful": "PERQ3", "fair": "PERV1"}  # fmt: skip
    items = [columns[item] for item in measure.items if item in columns]
    scores = np.mean([table[name].astype(float) for name in items], axis=0)
    index = (
        (scores - 1) / 9 * 100 if measure.formula.kind == "rescaled-mean" else scores * float(measure.formula.factor)
    )

    found = evaluation.document["measures"]["customer-index"]

    width = stats.t.ppf(0.975, 249) * index.std(ddof=1) / np.sqrt(250)
    assert float(found["value"]) == pytest.approx(index.mean(), abs=1e-9)
    assert float(found["lower"]) == pytest.approx(index.mean() - width, abs=1e-9)
    assert found["base"] == 250


def test_the_promoter_score_is_that_of_plain_sql(evaluation, real_data):
    path = real_data / "ecsi_mobile/mobi.csv"
    (expected,) = duckdb.sql(
        f"SELECT 100 * avg((CUSL3 >= 9)::INT - (CUSL3 <= 6)::INT) FROM read_csv('{path}')"
    ).fetchall()[0]

    assert float(evaluation.document["measures"]["promoter-score"]["value"]) == pytest.approx(expected, abs=1e-9)


def test_kept_promises_count_open_tickets(evaluation, real_data):
    path = real_data / "italian_helpdesk/helpdesk_events.csv"
    query = f"""
        WITH events AS (SELECT DISTINCT * FROM ({tickets_sql(path)})),
        tickets AS (SELECT case_id, min(promised)::TIMESTAMP AS promised,
          max(CASE WHEN activity = 'Resolve ticket' THEN timestamp::TIMESTAMP END) AS resolved FROM events GROUP BY 1)
        SELECT avg((resolved IS NOT NULL AND resolved <= promised)::INT), count(*) FROM tickets"""
    ((share, number),) = duckdb.sql(query).fetchall()

    found = evaluation.document["measures"]["promise-kept-share"]

    assert found["base"] == number == 4580
    assert float(found["value"]) == pytest.approx(share, abs=1e-9)


def test_the_inspections_are_the_share_of_reachability(evaluation, inspections):
    expected = np.mean([{"Pass": 1, "Pass w/ Conditions": 0.5, "Fail": 0}[result] for result in inspections.values()])

    assert float(evaluation.document["findings"]["reachability"]["share"]) == pytest.approx(expected)


def test_report_and_reproduction(evaluation, case):
    from sealmark.reports.html import render_html
    from sealmark.reports.pdf import render_pdf

    page = render_html(evaluation.document, evaluation.edition, "zh-Hant")
    paper = render_pdf(evaluation.document, evaluation.edition, "ru")

    assert "Four real data sets in one case" in page
    assert paper.startswith(b"%PDF")
    assert canonical_bytes(evaluate(None, case).document) == canonical_bytes(evaluation.document)
    assert reproduce(evaluation.document, case).same


def test_one_changed_answer_is_found_and_named(evaluation, case, tmp_path):
    other = tmp_path / "changed"
    shutil.copytree(case, other)
    path = other / "surveys/customers.csv"
    lines = path.read_text().splitlines()
    column = lines[0].split(",").index("CUSA1")
    cells = lines[100].split(",")
    cells[column] = "1" if cells[column] != "1" else "2"
    lines[100] = ",".join(cells)
    path.write_text("\n".join(lines) + "\n")

    outcome = reproduce(evaluation.document, other, fingerprints=evaluation.fingerprints)
    without = reproduce(evaluation.document, other)

    assert not outcome.same
    assert outcome.differences[0].startswith("input surveys/customers.csv: line 101, column CUSA1")
    assert without.differences[0].startswith("input surveys/customers.csv: among the lines 65-128")
