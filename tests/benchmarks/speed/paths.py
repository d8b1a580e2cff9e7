"""The customer satisfaction model of the mobile-phone data, and the bootstrap that is timed."""

from __future__ import annotations

import json
import time
from pathlib import Path

from sealmark.measure import Item, PathModel, bootstrap_pls, fit_pls

__all__ = ["BLOCKS", "PATHS", "bootstrap_seconds", "model_text"]

_SIZES = {"IMAG": 5, "CUEX": 3, "PERQ": 7, "PERV": 2, "CUSA": 3, "CUSCO": 0, "CUSL": 3}
_NAMES = ("Image", "Expectation", "Quality", "Value", "Satisfaction", "Complaints", "Loyalty")
BLOCKS = {
    name: [f"{stem}{number}" for number in range(1, size + 1)] or [stem]
    for name, (stem, size) in zip(_NAMES, _SIZES.items(), strict=True)
}
PATHS = [
    ("Image", "Expectation"), ("Image", "Satisfaction"), ("Image", "Loyalty"),
    ("Expectation", "Quality"), ("Expectation", "Value"), ("Expectation", "Satisfaction"),
    ("Quality", "Value"), ("Quality", "Satisfaction"), ("Value", "Satisfaction"),
    ("Satisfaction", "Complaints"), ("Satisfaction", "Loyalty"), ("Complaints", "Loyalty"),
]  # fmt: skip


def model_text() -> str:
    """Return the model as JSON."""
    return json.dumps({"blocks": BLOCKS, "paths": PATHS})


def bootstrap_seconds(path: str, replicates: int) -> dict[str, object]:
    """Return the fitted paths and the CPU seconds of the best of three bootstraps."""
    blocks = {name: [Item(item, 1, 10) for item in items] for name, items in BLOCKS.items()}
    model = PathModel(blocks, PATHS, "centroid")
    fitted = fit_pls(Path(path), model)
    seconds = []
    for _ in range(3):
        start = time.process_time()
        bootstrap_pls(Path(path), model, seed=1, replicates=replicates)
        seconds.append(time.process_time() - start)
    return {"paths": [fitted.paths[pair] for pair in PATHS], "seconds": min(seconds)}
