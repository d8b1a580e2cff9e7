"""Crossed rater effects against lme4, and their cost over the number of marks (``make bench``)."""

import os
from pathlib import Path

import pytest
from tests.benchmarks.speed.harness import FULL, ROOT, Row, in_fresh_process, print_table
from tests.benchmarks.speed.programs import one_thread, run_peer
from tests.benchmarks.speed.raters import write_lecture_marks

REAL_DATA = Path(os.environ.get("SEALMARK_REAL_DATA", ROOT.parent / "shared" / "data"))
FIT = "tests.benchmarks.speed.raters:fit_marks"


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch):
    for name, value in one_thread().items():
        monkeypatch.setenv(name, value)


def test_crossed_effects_against_lme4(tmp_path):
    source = REAL_DATA / "lecture_ratings_eth" / "insteval.csv.gz"
    if not source.is_file():
        pytest.skip(f"{source.name} is not here: set SEALMARK_REAL_DATA")
    marks = write_lecture_marks(source, tmp_path / "marks.csv")
    peer = run_peer("crossed_effects.R", marks)
    if peer is None:
        pytest.skip("lme4 is not installed")

    ours = in_fresh_process(FIT, str(marks)).answer

    row = Row("73,421 marks, REML", ours["seconds"], peer["seconds"], 3, faster=True)
    print_table([row], f"Crossed effects against {peer['version']}")
    assert ours["criterion"] == pytest.approx(peer["criterion"], rel=1e-8)
    assert row.passes


def test_cost_grows_with_the_marks():
    sizes = (250_000, 1_000_000) if FULL else (100_000, 400_000)

    rounds = [[in_fresh_process(FIT, None, size, 500).answer["seconds"] for size in sizes] for _ in range(2)]
    small, large = (min(column) for column in zip(*rounds, strict=True))

    # The share of the 500 raters is the same in both: four times the marks cost four times as much, and what a
    # million marks lose because they no longer lie in the processor's cache.
    row = Row(f"{sizes[1]:,} marks beside {sizes[0]:,}", large, small, 4 * 1.4)
    print_table([row], "Crossed effects, 500 raters: four times the marks")
    assert row.passes
