"""The prior group: earlier evaluations under the same edition that tell how sites and organizations differ.

It enters the probability of a grade and nothing else. A group file says what
the group is called, how many organizations it has, and four figures per root of
the tree; it names no organization.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean, variance
from typing import Annotated, Any, cast

import yaml
from pydantic import Field

from sealmark.core.canonical import Json
from sealmark.core.documents import read_yaml_model
from sealmark.core.errors import Problem, ProblemList, SealmarkError, did_you_mean
from sealmark.core.numbers import decimal_from_float
from sealmark.evaluation.case import Case
from sealmark.evaluation.rows import located
from sealmark.measure.smallarea import FEWEST, Prior, fit_prior
from sealmark.scheme.edition import Edition
from sealmark.scheme.figures import Day, Figure, Flag, Id, Name, Part

__all__ = ["Gleaned", "PriorGroup", "RootPrior", "glean_prior_group", "prior_group_text", "read_prior_group"]

Share = Annotated[Figure, Field(ge=0, le=1)]


class RootPrior(Part):
    """What the group says about one root of the tree; shares from 0 to 1."""

    mean: Share
    """Mean share of the organizations."""
    between: Share
    """Standard deviation of the organizations' true shares."""
    within: Annotated[Figure, Field(gt=0, le=1)]
    """Standard deviation of the sites of one organization."""
    freedom: Annotated[Figure, Field(gt=0)] | None = None
    """Degrees of freedom that `within` is worth; left out where all organizations spread alike."""
    members: int = Field(ge=FEWEST)
    """Organizations behind these figures."""

    def prior(self) -> Prior:
        """Return the same as variances."""
        freedom = math.inf if self.freedom is None else float(self.freedom)
        return Prior(float(self.mean), float(self.between) ** 2, float(self.within) ** 2, freedom, self.members)


class PriorGroup(Part):
    """A file that `sealmark prior` writes and `prior_group` in case.yaml names."""

    id: Id
    name: Name
    """Who the group is, in words that a reader of the report understands."""
    edition: str
    """scheme/edition under which its members were evaluated."""
    until: Day
    """As-of day of the latest of its evaluations."""
    made_up: Flag = False
    """true: the figures are invented, and every page says so."""
    roots: dict[Id, RootPrior] = Field(min_length=1)
    evaluations: tuple[str, ...] = ()
    """Digests of the evaluations it was made from."""


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


def read_prior_group(case: Case, edition: Edition, problems: ProblemList) -> PriorGroup | None:
    """Return the prior group a case names; None when it names none or the file has problems."""
    name = case.file.prior_group
    if name is None:
        return None
    try:
        path = case.path(name)
        with located(name, path.name):
            group = read_yaml_model(path, PriorGroup, code="SM304")
    except SealmarkError as error:
        problems.extend(error.problems)
        return None
    if group.edition != edition.id:
        what = f'The prior group "{group.id}" was evaluated under {group.edition}, the case is under {edition.id}.'
        problems.add("SM346", what, where=name, fix="Shares of different editions do not compare; leave it out.")
    roots = [root.id for root in edition.tree.roots]
    for root in group.roots:
        if root not in roots:
            what = f'The tree of {edition.id} has no root "{root}".'
            problems.add("SM346", what, where=f"{name}, roots.{root}", fix=did_you_mean(root, roots))
    if group.until > case.file.as_of:
        what = f"The prior group reaches until {group.until}, the case is as of {case.file.as_of}."
        problems.add("SM346", what, where=f"{name}, until", fix="Use a group that was known on that day.")
    return group


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


def prior_group_text(group: PriorGroup) -> str:
    """Return the group as the file that a case names."""
    content = {
        "id": group.id,
        "name": group.name,
        "edition": group.edition,
        "until": group.until,
        **({"made_up": True} if group.made_up else {}),
        "roots": {root: _plain(item) for root, item in group.roots.items()},
        **({"evaluations": list(group.evaluations)} if group.evaluations else {}),
    }
    return _HEAD + yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)


_HEAD = """\
# What organizations alike showed: shares from 0 to 1 per root. mean and between: mean and standard deviation of the
# organizations; within: standard deviation of the sites of one; freedom: the degrees of freedom that it is worth.
"""


def _plain(item: RootPrior) -> dict[str, float | int]:
    found = {"mean": item.mean, "between": item.between, "within": item.within, "freedom": item.freedom}
    return {**{name: float(value) for name, value in found.items() if value is not None}, "members": item.members}


def _at(document: Mapping[str, Json], *keys: str) -> Any:
    value: Any = document
    for key in keys:
        value = value[key]
    return value


def _organization(document: Mapping[str, Json]) -> str:
    organization = _at(document, "organization")
    return str(organization.get("id") or organization["name"])


def _roots(documents: Sequence[Mapping[str, Json]]) -> dict[str, RootPrior]:
    sites: dict[str, list[list[float]]] = {}
    for document in documents:
        for root, scores in cast("Mapping[str, Any]", document["site_scores"]).items():
            sites.setdefault(root, []).append([float(share) for share in scores["sites"].values()])
    return {root: _root(found) for root, found in sorted(sites.items()) if len(found) >= FEWEST}


def _root(found: Sequence[Sequence[float]]) -> RootPrior:
    spreads = [variance(shares) if len(shares) > 1 else 0.0 for shares in found]
    prior = fit_prior([fmean(shares) for shares in found], spreads, [len(shares) for shares in found])
    return RootPrior(
        mean=_figure(prior.mean),
        between=_figure(math.sqrt(prior.between)),
        within=_figure(math.sqrt(prior.within)),
        freedom=None if math.isinf(prior.freedom) else _figure(prior.freedom),
        members=prior.members,
    )


def _figure(value: float) -> Decimal:
    return decimal_from_float(value, 6)
