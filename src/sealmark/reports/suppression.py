"""Hide estimates of so few respondents that a person could be recognized."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from sealmark.evaluation.evidence.small_cells import SUPPRESSED
from sealmark.reports.reading import EstimateRead, MeasureRead
from sealmark.reports.voice import Voice

__all__ = ["Hidden", "hidden_overall", "hidden_sites", "smallest_cell"]

Hidden = Literal["small", "also", "unknown", "untold"]
"""Why a value is hidden: too few respondents; to protect another hidden one; the limit is not known; or the
evaluation does not tell it, for one of these reasons."""


def smallest_cell(measure: str, voice: Voice) -> Decimal | Literal["free"] | None:
    """Return the fewest respondents that may be shown; "free" for service records; None when not known."""
    found = voice.edition.measures.get(measure)
    if found is None or found.instrument is None:
        return "free"
    limit = voice.book.number(voice.edition.instruments[found.instrument].smallest_cell)
    return limit if isinstance(limit, Decimal) else None


def hidden_overall(measure: str, estimate: EstimateRead, voice: Voice) -> Hidden | None:
    """Return why a measure's overall value is hidden; None when it is shown."""
    limit = smallest_cell(measure, voice)
    # An unknown limit protects groups within the organization, not the organization itself.
    return "small" if isinstance(limit, Decimal) and _is_small(estimate, limit) else None


def hidden_sites(measure: str, read: MeasureRead, voice: Voice) -> Mapping[str, Hidden]:
    """Return the sites whose value is hidden, and why.

    The evaluation leaves such values out. In older ones they may stand: one hidden
    site alone could be worked out from the whole and the others, so the smallest
    site shown is then hidden too.
    """
    untold: dict[str, Hidden] = {name: "untold" for name, site in read.sites.items() if site.note == SUPPRESSED}
    if untold:
        return untold
    limit = smallest_cell(measure, voice)
    if limit == "free":
        return {}
    if limit is None:
        return dict.fromkeys(read.sites, "unknown")
    hidden: dict[str, Hidden] = {name: "small" for name, site in read.sites.items() if _is_small(site, limit)}
    shown = [name for name, site in read.sites.items() if name not in hidden and site.base > 0]
    if len(hidden) == 1 and shown:
        hidden[min(shown, key=lambda name: (read.sites[name].base, name))] = "also"
    return hidden


def _is_small(estimate: EstimateRead, limit: Decimal) -> bool:
    return 0 < estimate.base < limit
