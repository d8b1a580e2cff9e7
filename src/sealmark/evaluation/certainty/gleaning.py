"""Glean a prior group from finished evaluations."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean, variance
from typing import Any, cast

import pyarrow as pa

from sealmark.core.canonical import Json
from sealmark.core.errors import Problem, SealmarkError
from sealmark.core.numbers import decimal_from_float
from sealmark.evaluation.evidence.prior_group import PriorGroup, RootPrior
from sealmark.measure.raters.ratings import read_ratings
from sealmark.measure.raters.severity import crossed_effects
from sealmark.measure.smallarea import FEWEST, excess_kurtosis, fit_prior

__all__ = ["Gleaned", "glean_prior_group"]


@dataclass(frozen=True, slots=True)
class Gleaned:
    """A group and what did not enter it.

    Attributes:
        repeated: Earlier evaluations of an organization that is in the group with a later one.
        unspread: Evaluations without scores of single sites.
    """

    group: PriorGroup
    repeated: int
    unspread: int


def glean_prior_group(documents: Mapping[str, Mapping[str, Json]], *, group: str, name: str) -> Gleaned:
    """Return the prior group that finished evaluations make.

    Each organization enters once, with its latest evaluation; evaluations
    without scores of single sites say nothing about their spread.

    Args:
        documents: Contents of evaluation.json by file name.
        group: Id of the group.
        name: The group in words.

    Raises:
        SealmarkError: SM347 they are not all of one edition; SM498 fewer than ten
            organizations; SM499 all their sites are alike.
    """
    editions = {str(_at(document, "scheme", "id")): file for file, document in documents.items()}
    if len(editions) > 1:
        what = f"Evaluations under different editions do not make one group: {', '.join(sorted(editions))}."
        raise SealmarkError(Problem("SM347", what, ", ".join(sorted(editions.values())), "Give those of one edition."))
    latest: dict[str, Mapping[str, Json]] = {}
    for document in sorted(documents.values(), key=lambda item: (str(item["as_of"]), str(item["digest"]))):
        latest[_organization(document)] = document
    used = [document for document in latest.values() if document.get("site_scores")]
    if len(used) < FEWEST:
        what = f"A prior group needs at least {FEWEST} organizations with scores of single sites, here are {len(used)}."
        raise SealmarkError(Problem("SM498", what, "", "Add evaluations, or do without a group."))
    made = PriorGroup(
        id=group,
        name=name,
        edition=next(iter(editions)),
        until=max(dt.date.fromisoformat(str(document["as_of"])) for document in used),
        made_up=any(bool(document.get("made_up")) for document in used),
        roots=_roots(used),
        evaluations=tuple(sorted(str(document["digest"]) for document in used)),
    )
    return Gleaned(made, len(documents) - len(latest), len(latest) - len(used))


def _at(document: Mapping[str, Json], *keys: str) -> Any:
    value: Any = document
    for key in keys:
        value = value[key]
    return value


def _organization(document: Mapping[str, Json]) -> str:
    organization = _at(document, "organization")
    return str(organization.get("id") or organization["name"])


@dataclass(frozen=True)
class _Visits:
    """The scored sites of one organization under one root, and who judged each."""

    organization: str
    shares: Mapping[str, float]
    assessors: Mapping[str, Sequence[str]]


def _roots(documents: Sequence[Mapping[str, Json]]) -> dict[str, RootPrior]:
    visits: dict[str, list[_Visits]] = {}
    for document in documents:
        for root, scores in cast("Mapping[str, Any]", document["site_scores"]).items():
            shares = {site: float(share) for site, share in scores["sites"].items()}
            found = _Visits(_organization(document), shares, scores.get("assessors", {}))
            visits.setdefault(root, []).append(found)
    return {root: _root(found) for root, found in sorted(visits.items()) if len(found) >= FEWEST}


def _root(found: Sequence[_Visits]) -> RootPrior:
    shares = [list(item.shares.values()) for item in found]
    spreads = [variance(values) if len(values) > 1 else 0.0 for values in shares]
    tails = excess_kurtosis(shares)
    prior = fit_prior([fmean(values) for values in shares], spreads, [len(values) for values in shares], tails=tails)
    severity = _severity(found)
    # Part of what sets organizations apart is who judged them.
    between = math.sqrt(prior.between) if severity is None else severity[0]
    return RootPrior(
        mean=_figure(prior.mean),
        between=_figure(between),
        within=_figure(math.sqrt(prior.within)),
        freedom=None if math.isinf(prior.freedom) else _figure(prior.freedom),
        tails=_figure(prior.tails),
        assessors=None if severity is None else _figure(severity[1]),
        members=prior.members,
    )


def _severity(found: Sequence[_Visits]) -> tuple[float, float] | None:
    """Standard deviations of organizations and of assessors by crossed effects; None where they are not linked."""
    rows = [
        (item.organization, item.assessors[site][0], share)
        for item in found
        for site, share in item.shares.items()
        if len(item.assessors.get(site, ())) == 1 and item.assessors[site][0]
    ]
    if not rows:
        return None
    organizations, assessors, shares = zip(*rows, strict=True)
    visits = pa.table({"organization": organizations, "assessor": assessors, "share": shares})
    try:
        effects = crossed_effects(read_ratings(visits, "share", subject="organization", rater="assessor"))
    except SealmarkError:
        return None
    deviations = effects.deviations
    return float(deviations["subject"].value or 0), float(deviations["rater"].value or 0)


def _figure(value: float) -> Decimal:
    return decimal_from_float(value, 6)
