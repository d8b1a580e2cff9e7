"""Case folders of the demonstration and their evaluations: each is made and evaluated once, by the library."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import tempfile
import zipfile
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from sealmark.core.canonical import Json
from sealmark.core.periods import add_months
from sealmark.evaluation.example import ExampleProfile, make_example, read_profile
from sealmark.evaluation.run import evaluate
from sealmark_platform.casework.intake import labelled_case
from sealmark_platform.catalogue.queries import loaded

__all__ = ["Case", "CaseBook", "holders_figures"]

_DRAWS = 200
"""Enough for a demonstration; the library's own number would take minutes here."""
_FIGURES = "figures.yaml"
_MONTHS = (0, 8, 12, 24, 36, 48)
"""How far the made-up evidence is moved into the past."""
_VARIANTS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("sealmark-charter", "strong"): {"good_marks": 0.97},
    ("sealmark-charter", "weak"): {"good_marks": 0.2, "marks": {"legal-minimum": "not-met"}},
    ("servicemark-style", "weak"): {"seed": 77},
    ("gbt27922", "weak"): {"good_marks": 0.5},
    ("gbt27922", "plain"): {"without": ("up-to-standard-since",)},
    ("csqs-style", "weak"): {"good_marks": 0.2},
    ("cse-style", "weak"): {"marks": {"1.1.3": "non-compliant", "2.2.2": "non-compliant"}},
}


@dataclasses.dataclass(frozen=True)
class Case:
    """A case folder as an archive, and what the library says of it."""

    archive: bytes
    document: Mapping[str, Json]


def holders_figures(edition: str) -> str:
    """Return the overlay by which a body of the demonstration fills the figures a scheme leaves open, or nothing.

    The values are those of the pack's overlay for practice; the file says that they are made up.
    """
    overlays = loaded(edition).overlays
    if not overlays:
        return ""
    values = next(iter(overlays.values())).values
    lines = [f"  {name}: {value}" for name, value in sorted(values.items())]
    head = (
        f"overlay: demonstration\nfor_edition: {edition}\nkind: licence-holder\n"
        "supplied_by: A made-up licence holder of the demonstration\nvalues:\n"
    )
    return head + "\n".join(lines) + "\n"


class CaseBook:
    """Evaluations by edition, variant and age, each made when it is first asked for."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str, int], Case] = {}

    def case(self, edition: str, variant: str, on: dt.date) -> Case:
        """Return the case of evidence gathered before a day.

        Args:
            edition: Such as ``cse-style/2008``.
            variant: ``standard``, ``strong``, ``weak`` or ``plain``; where a scheme has no such, the standard one.
            on: Day of the evaluation.
        """
        scheme = edition.partition("/")[0]
        variant = variant if (scheme, variant) in _VARIANTS else "standard"
        profile = _profile(scheme)
        months = next(months for months in _MONTHS if _moved(profile.as_of, months) <= on or months == _MONTHS[-1])
        key = (edition, variant, months)
        if key not in self._made:
            self._made[key] = _make(_changed(profile, variant, key[2]), edition)
        return self._made[key]

    def torn(self, edition: str, on: dt.date) -> bytes:
        """Return the standard case without its judgements: nothing can be made of it."""
        content = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(self.case(edition, "standard", on).archive)) as whole,
            zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as torn,
        ):
            for member in whole.infolist():
                if not member.filename.endswith("judgements.csv"):
                    torn.writestr(member, whole.read(member), zipfile.ZIP_DEFLATED)
        return content.getvalue()


def _profile(scheme: str) -> ExampleProfile:
    place = Path(str(resources.files("sealmark.cli"))) / "examples" / f"{scheme}.yaml"
    return read_profile(place)


def _moved(day: dt.date, months: int) -> dt.date:
    return add_months(day, -months)


def _changed(profile: ExampleProfile, variant: str, months: int) -> ExampleProfile:
    changes = dict(_VARIANTS.get((profile.scheme.partition("/")[0], variant), {}))
    left_out = changes.pop("without", ())
    facts = {name: _moved(value, months) if isinstance(value, dt.date) else value
             for name, value in profile.facts.items() if name not in left_out}  # fmt: skip
    for name in ("as_of", "start", "end", "documents_dated"):
        changes[name] = _moved(getattr(profile, name), months)
    group = profile.prior_group
    changes["prior_group"] = group and group.model_copy(update={"until": _moved(group.until, months)})
    changes |= {"overlay": _FIGURES if profile.overlay else None, "facts": facts}
    return profile.model_copy(update=changes)


def _make(profile: ExampleProfile, edition: str) -> Case:
    pack = loaded(edition)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "case"
        make_example(profile, pack, folder)
        figures = holders_figures(edition) if profile.overlay else ""
        if figures:
            (folder / _FIGURES).write_text(figures, encoding="utf-8")
        found = evaluate(pack, labelled_case(folder, "evaluation", figures=figures), draws=_DRAWS)
        return Case(_packed(folder), found.document)


def _packed(folder: Path) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                # A fixed moment: the same case has the same digest every time.
                member = zipfile.ZipInfo(str(path.relative_to(folder)), (2026, 1, 1, 0, 0, 0))
                archive.writestr(member, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return content.getvalue()
