"""Path models with 5,000 bootstrap samples against plspm (``make bench``).

plspm needs about half an hour for 5,000 samples: 20 of them are timed (100 with
SEALMARK_BENCH=full) and counted as often as needed.
"""

import os
from pathlib import Path

import pytest
from tests.benchmarks.speed.harness import FULL, ROOT, Row, in_fresh_process, print_table
from tests.benchmarks.speed.paths import model_text
from tests.benchmarks.speed.programs import one_thread, run_peer

REAL_DATA = Path(os.environ.get("SEALMARK_REAL_DATA", ROOT.parent / "shared" / "data"))
REPLICATES = 5_000


def test_bootstrap_against_plspm(monkeypatch):
    answers = REAL_DATA / "ecsi_mobile" / "mobi.csv"
    if not answers.is_file():
        pytest.skip(f"{answers.name} is not here: set SEALMARK_REAL_DATA")
    for name, value in one_thread().items():
        monkeypatch.setenv(name, value)
    peer = run_peer("path_bootstrap.py", answers, model_text(), 100 if FULL else 20)
    if peer is None:
        pytest.skip("plspm is not installed")

    ours = in_fresh_process("tests.benchmarks.speed.paths:bootstrap_seconds", str(answers), REPLICATES).answer

    theirs = peer["seconds"] / peer["samples"] * REPLICATES
    row = Row(f"{REPLICATES:,} bootstrap samples, 24 items", ours["seconds"], theirs, 50, faster=True)
    print_table([row], f"Path model against {peer['version']} ({peer['samples']} samples timed)")
    assert ours["paths"] == pytest.approx(peer["paths"], abs=1e-8)
    assert row.passes
