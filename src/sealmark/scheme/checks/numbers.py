"""Numbers: source, status, day, limits and size classes of each."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from sealmark.core.errors import Problem
from sealmark.core.numbers import plain
from sealmark.scheme.checks.view import View
from sealmark.scheme.edition import Manifest, Parameters
from sealmark.scheme.figures import BySize, Parameter
from sealmark.scheme.golden import GoldenFile
from sealmark.scheme.walking import Path, numbers_at

__all__ = ["check_numbers", "check_parameters", "check_sizes"]

_NO_SOURCE_NEEDED = {"declarations.yaml", "parameters.yaml", "relations.yaml", "sources.yaml"}


def check_numbers(view: View) -> Iterator[Problem]:
    """Yield written-out numbers without a source, or under a source that gives none."""
    for file, part in view.edition.parts.items():
        if file in _NO_SOURCE_NEEDED or isinstance(part, GoldenFile) or file.startswith(("overlays/", "text/")):
            continue
        source = getattr(part, "source", None)
        written = [item for item in numbers_at(part) if isinstance(item.number, Decimal)]
        if written and source is None:
            first = written[0]
            what = f"The number {plain(Decimal(str(first.number)))} has no source."
            fix = "Add `source:` with an id from sources.yaml at the top of the file; it covers its numbers."
            yield view.problem("SM220", what, (file, first.path), fix)
        elif written and source is not None and source in view.edition.sources:
            yield from _status(view, file, source, written[0].path)


def _status(view: View, file: str, name: str, path: Path) -> Iterator[Problem]:
    source = view.edition.sources[name]
    if source.status == "licence-holder":
        what = f'A number is written out under the source "{name}", which says the licence holder must supply it.'
        fix = "Make it a parameter with the value null, or name the source the number comes from."
        yield view.problem("SM227", what, (file, path), fix)
    first = view.edition.manifest.effective_from
    if source.effective_from is not None and source.effective_from > first:
        what = (
            f'The numbers of this file count from {source.effective_from.isoformat()} (source "{name}"), '
            f"the edition begins on {first.isoformat()}."
        )
        fix = "Correct one of the two days, or use a parameter with dated values."
        yield view.problem("SM223", what, (file, ("source",)), fix)


def check_parameters(view: View) -> Iterator[Problem]:
    """Yield parameters whose values, days, limits and sources do not go together."""
    part = view.edition.parts.get("parameters.yaml")
    for name, parameter in part.parameters.items() if isinstance(part, Parameters) else ():
        yield from _values(view, name, parameter)
        yield from _days(view, name, parameter)


def _values(view: View, name: str, parameter: Parameter) -> Iterator[Problem]:
    for position, item in enumerate(parameter.values):
        at = ("parameters.yaml", ("parameters", name, "values", position, "value"))
        source = view.edition.sources.get(item.source)
        if source is not None and (item.value is None) != (source.status == "licence-holder"):
            yield _status_problem(view, name, item.source, empty=item.value is None, at=at)
        if item.value is not None:
            yield from outside(view, name, item.value, at)


def _status_problem(view: View, name: str, source: str, *, empty: bool, at: tuple[str, Path]) -> Problem:
    if empty:
        status = view.edition.sources[source].status
        what = f'The parameter "{name}" is null, but its source "{source}" has the status {status}.'
        fix = "Write the value, or name a source with the status licence-holder."
    else:
        what = f'The parameter "{name}" has a value, but its source "{source}" says the licence holder must supply it.'
        fix = "Write null, or name the source the value comes from."
    return view.problem("SM221", what, at, fix)


def outside(view: View, name: str, value: Decimal, at: tuple[str, Path]) -> Iterator[Problem]:
    """Yield a problem when ``value`` is outside the limits of the parameter ``name``."""
    parameter = view.edition.parameters.get(name)
    if parameter is None:
        return
    low, high = parameter.lowest, parameter.highest
    if (low is not None and value < low) or (high is not None and value > high):
        limits = [
            f"{plain(low)} or more" if low is not None else "",
            f"{plain(high)} or less" if high is not None else "",
        ]
        what = f'The value {plain(value)} of the parameter "{name}" is outside its limits.'
        yield view.problem("SM222", what, at, f"Legal: {', '.join(word for word in limits if word)}.")


def _days(view: View, name: str, parameter: Parameter) -> Iterator[Problem]:
    at = ("parameters.yaml", ("parameters", name, "values"))
    days = [item.effective_from for item in parameter.values]
    if not days:
        yield view.problem("SM223", f'The parameter "{name}" has no values.', at,
                           "Write one value, or null for a licence holder to fill.")  # fmt: skip
        return
    first = view.edition.manifest.effective_from
    if min(days) > first:
        what = (
            f'The parameter "{name}" begins on {min(days).isoformat()}, '
            f"after the edition's first day {first.isoformat()}."
        )
        fix = f"Give it a value from {first.isoformat()} on."
        yield view.problem("SM223", what, (at[0], (*at[1], 0, "effective_from")), fix)
    for position in range(1, len(days)):
        if days[position] <= days[position - 1]:
            what = f'The days of the parameter "{name}" do not rise: {days[position].isoformat()}.'
            yield view.problem("SM226", what, (at[0], (*at[1], position, "effective_from")),
                               "One value per day, the oldest first.")  # fmt: skip


def check_sizes(view: View) -> Iterator[Problem]:
    """Yield size classes that leave gaps, and numbers by size that miss a class."""
    part = view.edition.parts.get("edition.yaml")
    if isinstance(part, Manifest):
        yield from _classes(view, part)
    for placed in view.parts:
        if isinstance(placed.part, BySize):
            needed = _possible_sizes(view, placed.file)
            for size in needed:
                if size not in placed.part.by_size:
                    what = f'The number has no value for the size class "{size}".'
                    yield view.problem("SM224", what, (placed.file, placed.path),
                                       f"Give one number for each of: {', '.join(needed)}.")  # fmt: skip


def _possible_sizes(view: View, file: str) -> list[str]:
    """Return the size classes in which the file's requirement can apply; all classes for other files."""
    sizes = list(dict.fromkeys(view.index.ids("size")))
    name = file.removeprefix("requirements/").removesuffix(".yaml")
    requirement = view.edition.requirements.get(name) if file.startswith("requirements/") else None
    if requirement is None:
        return sizes
    for applies in view.conditions(name):
        sizes = [size for size in sizes if not applies.sizes or size in applies.sizes]
    return sizes


def _classes(view: View, manifest: Manifest) -> Iterator[Problem]:
    for position, size in enumerate(manifest.sizes):
        at = ("edition.yaml", ("sizes", position, "from_employees"))
        if position == 0 and size.from_employees != 0:
            what = f'The first size class "{size.id}" begins at {size.from_employees} employees.'
            yield view.problem("SM225", what, at, "The first class begins at 0, so that every firm has one.")
        if position and size.from_employees <= manifest.sizes[position - 1].from_employees:
            before = manifest.sizes[position - 1]
            what = (
                f'The size class "{size.id}" begins at {size.from_employees} employees, '
                f'not above "{before.id}" ({before.from_employees}).'
            )
            yield view.problem("SM225", what, at, "List the classes from small to large.")
