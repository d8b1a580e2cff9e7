"""Evaluate a case folder and say what came out."""

import tempfile
from pathlib import Path

from sealmark import evaluate
from sealmark.scheme.loading import load_edition
from sealmark.scheme.scaffolding import new_pack

WILLOW = Path(__file__).parent / "willow"

with tempfile.TemporaryDirectory() as folder:
    new_pack(Path(folder) / "front-desk", scheme_id="front-desk", owner="An example association")
    edition = load_edition(Path(folder) / "front-desk")
    evaluation = evaluate(edition, WILLOW, draws=200)

document = evaluation.document
certificate = document["ladders"]["certificate"]
print(document["organization"]["name"], document["scores"]["total-score"]["value"], certificate["grade"])
for grade, share in certificate["probabilities"].items():
    print(f"  {grade}: {float(share):.0%}")
for reason in certificate["reasons"]:
    print("  not higher because:", reason["code"], reason["about"], reason["figures"])
for step in certificate["way_up"]["steps"]:
    print("  the way up:", step["requirement"], "gives", step["gain"], "points")
