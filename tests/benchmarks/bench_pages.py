"""Prints what pages of the platform cost, as ratios to an empty view of the same application (``make bench``).

The rows are made up: 10,000 open files, 100,000 certificates and 10^5 entries of the trail (10^7 with
SEALMARK_BENCH=full, which needs about 12 GB of disk), all in one body; one file is made by the real acts.
Filling takes minutes. SEALMARK_BENCH_DATA keeps the database for the next time.
"""

import os
import tempfile
from pathlib import Path

import pytest
from tests.benchmarks.speed.harness import FULL, Row, in_fresh_process, print_table

ENTRIES = 10**7 if FULL else 10**5
SIGNED_IN = {"file, coordinator": 12, "file, client": 12, "today": 12, "files of many": None}
MADE = {"certificate": 6, "register": 6, "search by number": 6, "search by name": 6, "search by a common name": 6}
KEPT = {"certificate, kept": 1.3, "register, kept": 1.3, "page that checks certificates, kept": 1.3}


@pytest.fixture(scope="module")
def costs():
    kept = os.environ.get("SEALMARK_BENCH_DATA")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(kept or folder) / f"pages-{ENTRIES}"
        yield in_fresh_process("tests.benchmarks.speed.pages:measure", str(place), ENTRIES).answer


def judged(rows, title):
    print_table(rows, title)
    return [row.name for row in rows if not row.passes]


def test_pages_of_people_who_are_signed_in(costs):
    empty = costs["empty, signed in"]
    rows = [Row(name, costs[name], empty, bar) for name, bar in SIGNED_IN.items()]
    rows.append(Row("files: 110,001 against 60", costs["files of many"], costs["files of few"], 1.3))

    assert judged(rows, "Pages with 10,000 open files; limit: an empty view for somebody signed in") == []


def test_pages_of_the_register_made_anew(costs):
    rows = [Row(name, costs[name], costs["empty"], bar) for name, bar in MADE.items()]

    assert judged(rows, "Register of 100,000 certificates, nothing kept; limit: an empty view") == []


def test_pages_of_the_register_that_are_kept(costs):
    rows = [Row(name, costs[name], costs["empty"], bar) for name, bar in KEPT.items()]

    assert judged(rows, "Register, pages kept; limit: an empty view") == []


def test_one_entry_is_proven_within_a_millisecond(costs):
    row = Row(f"one of {ENTRIES:.0e} entries proven", costs["proof"], 0.001, 1.0)

    assert judged([row], "Trail; limit: one millisecond") == []
