"""Marks by raters: real ones and made-up ones, and the fit that is timed."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc

from sealmark.measure.raters import Ratings, crossed_effects, read_ratings

__all__ = ["fit_marks", "made_up_marks", "write_lecture_marks"]


def write_lecture_marks(source: Path, path: Path) -> Path:
    """Write the lecture ratings as subject (lecturer), rater (student) and mark, and return the path."""
    table = pc.read_csv(source)
    pc.write_csv(pa.table({"subject": table["d"], "rater": table["s"], "mark": table["y"]}), path)
    return path


def made_up_marks(rows: int, *, raters: int, seed: int = 20261122) -> Ratings:
    """Return marks of subjects with about ten marks each, by raters drawn at random."""
    random = np.random.default_rng(seed)
    subjects = rows // 10
    subject, rater = random.integers(0, subjects, rows), random.integers(0, raters, rows)
    marks = 75 + random.normal(0, 8, subjects)[subject] + random.normal(0, 3, raters)[rater] + random.normal(0, 6, rows)
    table = pa.table({"subject": subject, "rater": rater, "mark": marks.round(1)})
    return read_ratings(table, "mark", subject="subject", rater="rater")


def fit_marks(path: str | None = None, rows: int = 0, raters: int = 0) -> dict[str, float]:
    """Return the criterion and the CPU seconds of the better of two fits."""
    if path is None:
        ratings = made_up_marks(rows, raters=raters)
    else:
        ratings = read_ratings(Path(path), "mark", subject="subject", rater="rater")
    seconds, criterion = [], 0.0
    for _ in range(2):
        start = time.process_time()
        criterion = crossed_effects(ratings).criterion
        seconds.append(time.process_time() - start)
    return {"seconds": min(seconds), "criterion": criterion, "marks": ratings.base}
