"""Case folders as organizations would hand them in, made up from the examples of the schemes."""

import csv
import datetime as dt
import io
import shutil
from importlib import resources
from pathlib import Path

import yaml

from sealmark.evaluation.example import make_example, read_profile
from sealmark.scheme.discovery import load

FIGURES = "figures.yaml"


def figures_of(edition, **other):
    """Return the licence holder's figures as an overlay: those for practice, some of them changed."""
    overlays = load(edition).overlays
    if not overlays:
        return ""
    values = {name: float(value) for name, value in next(iter(overlays.values())).values.items()} | other
    overlay = {
        "overlay": "made-up", "for_edition": edition, "kind": "licence-holder", "supplied_by": "A made-up holder",
        "values": values,
    }  # fmt: skip
    return yaml.safe_dump(overlay, sort_keys=False)


class CaseMaker:
    """Makes case folders of one scheme, each as one archive."""

    def __init__(self, edition, folder, figures=""):
        scheme = edition.partition("/")[0]
        self.profile = read_profile(Path(str(resources.files("sealmark.cli") / f"examples/{scheme}.yaml")))
        self.edition, self.folder, self.figures = load(self.profile.scheme), folder, figures
        self._made = 0

    def zip(self, on, *, before=None, facts=None, **changes):
        """Return the path of a case of evidence gathered in the months before a day.

        Args:
            on: Day of the evidence.
            before: Changes that make the earlier one of two rounds of the survey of customers.
            facts: Further facts; None takes one away.
            changes: Of the example's profile.
        """
        self._made += 1
        place = self.folder / f"case-{self._made}"
        kept = {name: value for name, value in {**self.profile.facts, **(facts or {})}.items() if value is not None}
        dates = {
            "as_of": on, "start": on - dt.timedelta(days=240), "end": on - dt.timedelta(days=1),
            "documents_dated": on - dt.timedelta(days=30), "facts": kept,
            "overlay": FIGURES if self.figures else None, "label": "example",
        }  # fmt: skip
        profile = self.profile.model_copy(update={**dates, **changes})
        make_example(profile, self.edition, place)
        if self.figures:
            (place / FIGURES).write_text(self.figures, encoding="utf-8")
        if before is not None:
            earlier = self.folder / f"earlier-{self._made}"
            make_example(profile.model_copy(update={"seed": profile.seed + 1, **before}), self.edition, earlier)
            _two_rounds(place, earlier / "surveys/customers.csv")
        return shutil.make_archive(str(place), "zip", place)


def _two_rounds(place, earlier):
    path = place / "surveys/customers.csv"
    rounds = {"first": earlier.read_text(encoding="utf-8"), "second": path.read_text(encoding="utf-8")}
    rows = [{**row, "round": name} for name, text in rounds.items() for row in csv.DictReader(io.StringIO(text))]
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    case = yaml.safe_load((place / "case.yaml").read_text(encoding="utf-8"))
    survey = next(item for item in case["surveys"] if item["instrument"] == "customers")
    survey["waves"] = {"column": "round", "before": ["first"], "after": ["second"], "independent_rounds": True}
    (place / "case.yaml").write_text(yaml.safe_dump(case, sort_keys=False, allow_unicode=True), encoding="utf-8")
