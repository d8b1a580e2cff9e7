"""Are raters comparable: the graph of raters and the subjects they share.

Two raters can be compared when a chain of shared subjects joins them. Raters
who share nobody, or who each mark their own subjects, differ in severity or in
their subjects: no method can tell which (Engelhard 1997; Linacre 1989).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from sealmark.core.errors import Problem, SealmarkError
from sealmark.measure.raters.ratings import Ratings
from sealmark.measure.surveys.keys import Integers

__all__ = ["Component", "Linkage", "linkage", "require_linked"]

_SHOWN = 5


@dataclass(frozen=True)
class Component:
    """Raters and subjects that a chain of shared marks joins."""

    raters: tuple[Hashable, ...]
    subjects: tuple[Hashable, ...]

    def __str__(self) -> str:
        """Return the component for a message."""
        return f"{_named('rater', self.raters)} on {_named('subject', self.subjects)}"


@dataclass(frozen=True)
class Linkage:
    """How a design of raters and subjects hangs together.

    Attributes:
        components: Parts that share nothing, the largest first; a linked design has one.
        double_marked: Share of the subjects that two or more raters marked.
        shared_subjects: Of each rater: subjects that another rater marked too.
        subjects_per_rater: Of each rater: all subjects marked.
    """

    components: tuple[Component, ...]
    double_marked: float
    shared_subjects: Mapping[Hashable, int]
    subjects_per_rater: Mapping[Hashable, int]

    @property
    def is_linked(self) -> bool:
        """Whether every rater can be compared with every other."""
        return len(self.components) == 1 and len(self.shared_subjects) > 1 and not self.is_nested

    @property
    def is_nested(self) -> bool:
        """Whether no subject has two raters, or no rater two subjects."""
        return self.double_marked == 0 or max(self.subjects_per_rater.values()) == 1


def linkage(ratings: Ratings) -> Linkage:
    """Return which raters are joined by shared subjects.

    Example:
        >>> from sealmark.measure.raters.ratings import ratings_from_matrix
        >>> nan = float("nan")
        >>> found = linkage(ratings_from_matrix([[4, 5, nan], [3, 3, nan], [nan, nan, 2]], raters="abc"))
        >>> [str(part) for part in found.components]
        ['raters "a", "b" on subjects "1", "2"', 'rater "c" on subject "3"']
    """
    pairs = np.unique(ratings.subject * len(ratings.raters) + ratings.rater)
    subject, rater = np.divmod(pairs, len(ratings.raters))
    shape = (len(ratings.subjects), len(ratings.raters))
    seen_by = np.bincount(subject, minlength=shape[0])
    shared = np.bincount(rater, weights=seen_by[subject] > 1, minlength=shape[1]).astype(int)
    all_of = np.bincount(rater, minlength=shape[1])
    return Linkage(
        _components(ratings, subject, rater),
        float((seen_by > 1).mean()),
        dict(zip(ratings.raters, shared.tolist(), strict=True)),
        dict(zip(ratings.raters, all_of.tolist(), strict=True)),
    )


def require_linked(ratings: Ratings, *, where: str = "") -> Linkage:
    """Return the linkage of a design whose raters are all comparable.

    Raises:
        SealmarkError: SM421 fewer than two raters or subjects; SM425 raters nested in subjects
            or subjects in raters; SM424 several components, which the message names.
    """
    if len(ratings.raters) < 2 or len(ratings.subjects) < 2:  # noqa: PLR2004
        what = f"{_named('rater', ratings.raters)} and {_named('subject', ratings.subjects)} cannot be told apart."
        raise SealmarkError(Problem("SM421", what, where, "Severity needs two raters and two subjects."))
    found = linkage(ratings)
    if found.is_nested:
        raise SealmarkError(Problem("SM425", _nesting(found), where, _CURE))
    if not found.is_linked:
        parts = "; ".join(f"({place}) {part}" for place, part in enumerate(found.components[:_SHOWN], start=1))
        more = f"; and {len(found.components) - _SHOWN} more" if len(found.components) > _SHOWN else ""
        what = f"The raters fall into {len(found.components)} groups that share no subject: {parts}{more}."
        raise SealmarkError(Problem("SM424", what, where, _CURE))
    return found


_CURE = (
    "Severity is not corrected here. Let raters of different groups mark some of the same subjects "
    "(5 to 10 % double visits or recordings), or analyse each group by itself."
)


def _nesting(found: Linkage) -> str:
    if found.double_marked == 0:
        return (
            f"No subject was marked by two raters ({len(found.shared_subjects)} raters, each with own subjects): "
            "a low mark may be a severe rater or a weak subject."
        )
    return "No rater marked two subjects: a rater's severity cannot be told from chance."


def _components(ratings: Ratings, subject: Integers, rater: Integers) -> tuple[Component, ...]:
    size = len(ratings.subjects)
    total = size + len(ratings.raters)
    edges = sparse.coo_array((np.ones(len(subject), dtype=np.int8), (subject, rater + size)), shape=(total, total))
    count, part = csgraph.connected_components(edges.tocsr(), directed=False)
    members: list[tuple[list[Hashable], list[Hashable]]] = [([], []) for _ in range(count)]
    for name, place in zip(ratings.raters, part[size:].tolist(), strict=True):
        members[place][0].append(name)
    for name, place in zip(ratings.subjects, part[:size].tolist(), strict=True):
        members[place][1].append(name)
    found = [Component(tuple(raters), tuple(subjects)) for raters, subjects in members]
    return tuple(sorted(found, key=lambda component: -len(component.raters) - len(component.subjects)))


def _named(noun: str, names: Sequence[Hashable]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    listed = ", ".join(f'"{name}"' for name in names[:_SHOWN])
    return f"{noun}{'s' if len(names) > 1 else ''} {listed}{more}"
