"""Prints how fast and how small tables of statistics are, as ratios to DuckDB's plain means (``make bench``).

By default 10^6 and 10^7 responses; 10^8 with SEALMARK_BENCH=full, which needs about 8 GB of disk. Every way runs in
fresh processes that take turns, three times; the least CPU time counts. What a process needs to start (imports,
compiled loops) is done by a small run before, for the limit too. A chart is written to ``out/``.
"""

import itertools
import os
import tempfile
from pathlib import Path

import pytest
from tests.benchmarks.speed.charts import draw
from tests.benchmarks.speed.harness import FULL, Row, best_of, in_fresh_process, print_table
from tests.benchmarks.speed.responses import write_responses
from tests.benchmarks.speed.surveys import compare_engines, grade_chances

SIZES = (10**6, 10**7, 10**8) if FULL else (10**6, 10**7)
SMALL, FIRST, GIGABYTES = 200_000, 10**7, 1.5
HOME = "tests.benchmarks.speed.surveys"
BARS = {
    ("portable", 10**7): 6.0, ("kernel", 10**7): 1.3, ("kernel", 10**8): 0.6, ("clusters", 10**7): 7.0,
}  # fmt: skip
NAMES = {
    "portable": "whole table, portable path",
    "kernel": "whole table, kernel over the fast copy",
    "clusters": "whole table, totals of clusters, portable path",
    "kernel_clusters": "whole table, totals of clusters, kernel",
}


@pytest.fixture(scope="module")
def ground():
    """Where responses and copies are kept: SEALMARK_BENCH_DATA, or a folder that is deleted afterwards."""
    kept = os.environ.get("SEALMARK_BENCH_DATA")
    if kept:
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def place_of(ground, rows):
    """The folders of responses and fast copy of one size, made when they are not there."""
    answers, copy = write_responses(ground / f"r{rows}", rows), ground / f"c{rows}"
    if not (copy / "copy.json").is_file():
        made = in_fresh_process(f"{HOME}:write_copy", str(answers), str(copy))
        size = sum(file.stat().st_size for file in copy.iterdir())
        print(f"\nfast copy of {rows:,} responses: {made.cpu:.1f} s CPU, {size / rows:.0f} bytes per response,"
              f" peak {made.peak:.2f} GB")  # fmt: skip
    return answers, copy


def measured(ground, rows):
    """The least CPU time and the largest memory of every way at one size."""
    answers, copy = place_of(ground, rows)
    small = place_of(ground, SMALL)
    ways = ["limit", "portable", "kernel"] + (["clusters", "kernel_clusters"] if rows <= FIRST else [])
    found = {way: [] for way in ways}
    for _ in range(3 if rows <= FIRST else 2):
        for way in ways:
            is_kernel = way.startswith("kernel")
            warm = [str(small[is_kernel])]
            found[way].append(in_fresh_process(f"{HOME}:{way}", str((answers, copy)[is_kernel]), warm=warm))
    return {way: (min(use.cpu for use in uses), max(use.peak for use in uses)) for way, uses in found.items()}


def test_speed_and_memory_of_tables(ground):
    series, rows = [], []

    for size in SIZES:
        found = measured(ground, size)
        limit = found["limit"][0]
        series += [
            {"way": way, "responses": size, "seconds": use[0], "gigabytes": use[1]} for way, use in found.items()
        ]
        rows += [
            Row(f"{size:.0e} {NAMES[way]}", seconds, limit, BARS.get((way, size)))
            for way, (seconds, _) in found.items() if way != "limit"
        ]  # fmt: skip
        rows += [
            Row(f"{size:.0e} memory, {NAMES[way]}", peak, GIGABYTES, 1.0 if way in {"portable", "kernel"} else None,
                unit="GB")
            for way, (_, peak) in found.items() if way != "limit"
        ]  # fmt: skip

    print_table(rows, "Tables of 28 items, index and promoter score, 20,000 cells; limit: DuckDB's plain means")
    print(
        "growth of the kernel: "
        + growth(series, "kernel")
        + "\ngrowth of the portable path: "
        + growth(series, "portable")
    )
    print("chart:", draw(series, Path(__file__).parent / "out" / "surveys.html"))
    assert [row.name for row in rows if not row.passes] == []


def growth(series, way):
    """How many nanoseconds each further response costs, between the sizes measured."""
    own = [point for point in series if point["way"] == way]
    steps = itertools.pairwise(own)
    return ", ".join(
        f"{(after['seconds'] - before['seconds']) / (after['responses'] - before['responses']) * 1e9:.0f} ns per response "
        f"from {before['responses']:.0e} to {after['responses']:.0e}"
        for before, after in steps
    )


def test_both_engines_give_the_same_numbers(ground):
    answers, copy = place_of(ground, 10**6)

    assert compare_engines(str(answers), str(copy)) < 1e-11


def test_replicates_cost_the_same_whatever_the_number_of_responses(ground):
    costs = {}

    for size in SIZES[:2]:
        answers, _ = place_of(ground, size)
        store = ground / f"s{size}"
        in_fresh_process(f"{HOME}:keep_totals", str(answers / "wave=1"), str(store))
        costs[size] = in_fresh_process(f"{HOME}:bootstrap", str(store))

    few, many = (costs[size] for size in SIZES[:2])
    row = Row(
        f"500 replicates of 58 statistics in 1,000 cells: {SIZES[1]:.0e} / {SIZES[0]:.0e}", many.cpu, few.cpu, 1.3
    )
    print_table([row], "From stored totals; limit: the same from a tenth of the responses")
    assert row.passes


def test_grade_probabilities_of_a_million_organizations_take_about_a_second():
    (seconds,) = best_of(3, lambda: grade_chances(10**6))

    print_table([Row("grade probabilities, 10^6 organizations", seconds, 1.0, 2.0)], "Limit: one second")
    assert seconds <= 2.0
