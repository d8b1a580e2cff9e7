"""The prior group: earlier evaluations under the same edition that tell how sites and organizations differ.

It enters the probability of a grade and nothing else. A group file says what
the group is called, how many organizations it has, and four figures per root of
the tree; it names no organization.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Annotated

import yaml
from pydantic import Field

from sealmark.core.documents import read_yaml_model
from sealmark.core.errors import ProblemList, SealmarkError, did_you_mean
from sealmark.evaluation.case import Case
from sealmark.evaluation.evidence.rows import located
from sealmark.measure.smallarea import FEWEST, Prior
from sealmark.scheme.edition import Edition
from sealmark.scheme.figures import Day, Figure, Flag, Id, Name, Part

__all__ = ["PriorGroup", "RootPrior", "prior_group_text", "read_prior_group"]

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
    tails: Annotated[Figure, Field(ge=0)] = Decimal(0)
    """Excess kurtosis of the sites of one organization: 0 as for the normal distribution; long tails more."""
    assessors: Share | None = None
    """Standard deviation of the assessors' severity; left out where assessors and organizations are not linked."""
    members: int = Field(ge=FEWEST)
    """Organizations behind these figures."""

    def prior(self) -> Prior:
        """Return the same as variances."""
        freedom = math.inf if self.freedom is None else float(self.freedom)
        variances = (float(self.between) ** 2, float(self.within) ** 2)
        severity = float(self.assessors or 0) ** 2
        return Prior(float(self.mean), *variances, freedom, self.members, severity, float(self.tails))


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
    found = {name: getattr(item, name) for name in ("mean", "between", "within", "freedom", "tails", "assessors")}
    return {**{name: float(value) for name, value in found.items() if value is not None}, "members": item.members}
