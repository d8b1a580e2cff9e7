"""Service records against the plain means of the same columns (``make bench``).

10^6 and 10^7 records by default; also 10^8 with SEALMARK_BENCH=full, for which the bars are made. At fewer
the 48,000 cells weigh more than the records, and the ratios are only shown. Memory is judged at every size: it
has to stay below a limit, and ten times as many records may take only a little more. Every work runs in a fresh
process, after a small run that is not counted (for the limit too); the least CPU time and the largest memory of two
rounds count. A chart of time and memory is written to ``out/``.
"""

import itertools
import os
import tempfile
from pathlib import Path

import pytest
from tests.benchmarks.speed.charts import draw
from tests.benchmarks.speed.harness import FULL, Row, in_fresh_process, print_table
from tests.benchmarks.speed.records import MONTHS, OUTLETS, WORK, write_records

SMALL, LARGEST = 100_000, 10**8
SIZES = (10**6, 10**7, LARGEST) if FULL else (10**6, 10**7)
HOME = "tests.benchmarks.speed.records"
LIMIT = "limit"
MOST_MEMORY, MORE_MEMORY = 1.5, 0.25
"""Gigabytes: that any work may take, and that it may take more than with a tenth of the records."""


@pytest.fixture(scope="module")
def folder():
    return Path(os.environ.get("SEALMARK_BENCH_FOLDER", Path(tempfile.gettempdir()) / "sealmark-bench"))


def measured(folder, size):
    """The least CPU time, the largest memory and the number of rows of every work at one size."""
    records, small = (str(write_records(folder / f"records-{rows}.parquet", rows)) for rows in (size, SMALL))
    found = {name: [] for name in (LIMIT, *WORK)}
    for _, name in itertools.product(range(2), found):
        work = (f"{HOME}:limit", ()) if name == LIMIT else (f"{HOME}:measured", (name,))
        found[name].append(in_fresh_process(work[0], records, *work[1], warm=(small, *work[1])))
    return {
        name: (min(use.cpu for use in uses), max(use.peak for use in uses), uses[0].answer)
        for name, uses in found.items()
    }


def test_record_measures(folder):
    series, rows, memory = [], [], []

    for size in SIZES:
        found = measured(folder, size)
        assert {name: answer for name, (_, _, answer) in found.items() if name != LIMIT} == {
            name: OUTLETS * MONTHS * len(measures) for name, (_, measures) in WORK.items()
        }
        series += [
            {"way": name, "responses": size, "seconds": seconds, "gigabytes": peak}
            for name, (seconds, peak, _) in found.items()
        ]
        rows += [
            Row(f"{size:.0e} {name}", found[name][0], found[LIMIT][0], bar if size == LARGEST else None)
            for name, (bar, _) in WORK.items()
        ]
    for name in WORK:
        peaks = [point["gigabytes"] for point in series if point["way"] == name]
        memory.append(Row(f"{name}: most", max(peaks), MOST_MEMORY, 1, unit="GB"))
        steps = [after - before for before, after in itertools.pairwise(peaks)]
        memory.append(Row(f"{name}: more than at a tenth", max(0, *steps), MORE_MEMORY, 1, unit="GB"))

    print_table(rows, f"Service records, {OUTLETS:,} outlets x {MONTHS} months")
    print_table(memory, "Memory")
    for name in (LIMIT, *WORK):
        print(f"{name}: {growth([point for point in series if point['way'] == name])}")
    print("chart:", draw(series, Path(__file__).parent / "out" / "records.html"))
    assert [row.name for row in (*rows, *memory) if not row.passes] == []


def growth(points):
    """What each further record costs between the sizes measured, and the peak memory of each."""
    steps = [
        f"{(after['seconds'] - before['seconds']) / (after['responses'] - before['responses']) * 1e9:.0f} ns"
        for before, after in itertools.pairwise(points)
    ]
    peaks = [f"{point['gigabytes']:.2f}" for point in points]
    return f"{' then '.join(steps)} per further record, peak {' / '.join(peaks)} GB"
