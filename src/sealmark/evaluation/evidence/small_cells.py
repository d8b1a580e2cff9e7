"""Which figures of single sites stay untold, so that no respondent can be recognized by them.

Grading uses every figure; what is hidden is hidden where results leave the
program. A figure is not hidden if it can be worked out from what is told: the
organization's value is the sum of its sites, and the mean over sites, where a
scheme asks for it, is a second sum of the same values. With k such sums,
at least k + 1 cells must stay untold, and together they must not be
a small cell themselves. Measures of one instrument can be sums of each other
(an index of items), so a site is hidden in all of them or in none.

What a scheme concludes from all sites together is told: that every site, or
not every site, passes. It says of a hidden site on which side of a limit it
may lie, never its figure, and at least two sites are hidden.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sealmark.assess.evidence import Measured
from sealmark.assess.figures import FigureBook, Missing
from sealmark.core.estimates import Estimate
from sealmark.scheme.grading import EvidenceGate
from sealmark.scheme.measures import Instrument
from sealmark.scheme.rules import MeasureRule

__all__ = ["SUPPRESSED", "protect", "suppressed"]

SUPPRESSED = "small cell suppressed"
"""Note of a figure that is hidden to protect respondents."""

_OVERALL = 1
"""The organization's own value is the first sum of its sites' values."""


def suppressed(found: Estimate, floor: Decimal | Missing) -> Estimate:
    """Return the estimate, or an unknown one where it rests on fewer respondents than ``floor``."""
    if isinstance(floor, Missing) or found.base >= floor:
        return found
    return Estimate.unknown(SUPPRESSED, base=found.base)


@dataclass(frozen=True)
class _Cells:
    """Respondents of one instrument, or of a subgroup of them, by site.

    Attributes:
        bases: By site: the base of every measure there.
        rest: Base of every measure among respondents whose site is not known; never told.
        remainders: By site: respondents outside the subgroup.
    """

    bases: Mapping[str, tuple[int, ...]]
    rest: tuple[int, ...]
    remainders: Mapping[str, int]

    def is_small(self, site: str, floor: Decimal) -> bool:
        """Tell whether a figure of the site, or of those outside the subgroup there, rests on too few."""
        return any(0 < base < floor for base in (*self.bases[site], self.remainders.get(site, 0)))

    def hidden(self, floor: Decimal, sums: int) -> tuple[str, ...]:
        """Return the sites that stay untold where ``sums`` sums over all sites are told."""
        answered = [site for site, bases in self.bases.items() if any(bases)]
        hidden = [site for site in answered if self.is_small(site, floor)]
        others = sorted(set(answered) - set(hidden), key=lambda site: (sum(self.bases[site]), site))
        while hidden and others and not self._is_safe(hidden, floor, sums):
            hidden.append(others.pop(0))
        return tuple(sorted(hidden))

    def _is_safe(self, hidden: Sequence[str], floor: Decimal, sums: int) -> bool:
        people = (sum(self.bases[site][place] for site in hidden) + rest for place, rest in enumerate(self.rest))
        return self.is_unsolvable(hidden, sums) and all(number >= floor for number in people)

    def is_unsolvable(self, hidden: Sequence[str], sums: int) -> bool:
        """Tell whether ``sums`` sums over all sites leave the value of every hidden one open."""
        untold = len(hidden) + int(min(self.rest, default=0) > 0)
        return untold > sums and not (sums > _OVERALL and self._stands_out(hidden))

    def _stands_out(self, hidden: Sequence[str]) -> bool:
        """Tell whether one hidden site differs in size from all others, which are alike.

        The sum by size and the plain mean over sites together then solve for that one.
        """
        for place, rest in enumerate(self.rest):
            sizes = Counter(self.bases[site][place] for site in hidden)
            if rest == 0 and len(sizes) == 2 and 1 in sizes.values():  # noqa: PLR2004 - one and the others
                return True
        return False


def protect(measured: Mapping[str, Measured], book: FigureBook, instrument: Instrument) -> dict[str, Measured]:
    """Return the measures of an instrument, each with the sites whose figures must not be told.

    Args:
        measured: Every measure of the instrument with all its figures.
        book: The scheme; says which sums over sites its rules tell.
        instrument: Says how few respondents may be shown.
    """
    floor = book.number(instrument.smallest_cell)
    result = dict(measured)
    everyone = _largest_bases(item for name, item in measured.items() if book.edition.measures[name].among is None)
    for names in _groups(measured, book):
        group = [measured[name] for name in names if measured[name].overall.base > 0]
        cells = _cells(group, everyone)
        sums = _OVERALL + sum(rule.measure in names for rule in _telling_rules(book))
        hidden = tuple(cells.bases) if isinstance(floor, Missing) else cells.hidden(floor, sums)
        withheld = bool(hidden) and not cells.is_unsolvable(hidden, sums)
        for name in names:
            result[name] = replace(measured[name], hidden=frozenset(hidden), withheld=withheld)
    return result


def _groups(measured: Mapping[str, Measured], book: FigureBook) -> Iterable[Sequence[str]]:
    """Return the names of measures of the same respondents."""
    groups: dict[object, list[str]] = defaultdict(list)
    for name in measured:
        among = book.edition.measures[name].among
        groups[(among.item, among.equals) if among else None].append(name)
    return groups.values()


def _cells(group: Sequence[Measured], everyone: Mapping[str, int]) -> _Cells:
    sites = dict.fromkeys(site for item in group for site in item.sites)
    none = Estimate.unknown("")
    bases = {site: tuple(item.sites.get(site, none).base for item in group) for site in sites}
    rest = tuple(item.overall.base - sum(cell.base for cell in item.sites.values()) for item in group)
    return _Cells(bases, rest, {site: everyone.get(site, 0) - max(found) for site, found in bases.items()})


def _largest_bases(group: Iterable[Measured]) -> dict[str, int]:
    result: dict[str, int] = defaultdict(int)
    for item in group:
        for site, cell in item.sites.items():
            result[site] = max(result[site], cell.base)
    return result


def _telling_rules(book: FigureBook) -> Iterator[MeasureRule]:
    """Yield the rules whose share is a number made of the sites' values; pass or fail is none."""
    rules = [rule for item in book.edition.requirements.values() for rule in item.evidence]
    rules += [gate.evidence for gate in book.edition.grading.gates if isinstance(gate, EvidenceGate)]
    yield from (rule for rule in rules if isinstance(rule, MeasureRule) and rule.tells_of_sites)
