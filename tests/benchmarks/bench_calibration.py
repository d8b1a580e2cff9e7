"""Prints how well stated grade probabilities agree with the truth (``make bench``)."""

import time

from tests.benchmarks.calibration import OUTLETS, simulate, summarize, table


def test_calibration_table():
    start = time.perf_counter()

    lines = table(2000, seed=20260930)

    print("\n" + "\n".join(lines) + f"\n({time.perf_counter() - start:.0f} s)")
    cells = [
        simulate(kind, listed=listed, visited=visited, organizations=250, seed=1)
        for kind in OUTLETS
        for listed in (20, 100, 500)
        for visited in (3, 5, 10)
    ]
    group, t, normal = (summarize(cells, method=method) for method in ("group", "t", "normal"))
    assert group.calibration_error < 0.03
    assert group.calibration_error < t.calibration_error < normal.calibration_error
    assert group.brier < t.brier
    assert t.coverage > normal.coverage
    assert group.right_when_sure > t.right_when_sure > normal.right_when_sure
