"""One error family with four parts: a code, what is wrong, where, and what to do.

``SealmarkError`` carries one or more :class:`Problem`. Readers collect every
problem of a file before they raise. Codes never change and are never reused;
``docs/reference/errors.md`` documents each of them.

Code ranges: SM1xx documents, SM2xx scheme packs, SM3xx cases and evidence,
SM4xx measurement, SM5xx assessment, SM6xx evaluations and reports, SM7xx
certification, SM8xx platform, SM9xx use.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Problem", "ProblemList", "SealmarkError", "did_you_mean"]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, where it is, and the cure.

    Attributes:
        code: ``SM`` and three digits.
        what: One sentence with the offending value.
        where: File, then line or row and column, as exact as known.
        fix: What is legal, or what to do.
        severity: ``error`` stops the work, ``warning`` does not.
    """

    code: str
    what: str
    where: str = ""
    fix: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        """Return the problem as up to three lines of text."""
        lines = [f"{self.code} {self.what}"]
        if self.where:
            lines.append(f"  in:  {self.where}")
        if self.fix:
            lines.append(f"  fix: {self.fix}")
        return "\n".join(lines)


class SealmarkError(Exception):
    """Every error the library raises on purpose.

    Example:
        >>> raise SealmarkError(Problem("SM101", "The file is empty.", "case.yaml", "Fill it in."))
        Traceback (most recent call last):
        ...
        sealmark.core.errors.SealmarkError: SM101 The file is empty.
          in:  case.yaml
          fix: Fill it in.
    """

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all problems, in order."""
        return tuple(problem.code for problem in self.problems)


class ProblemList:
    """Collects problems so that a file is reported whole."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []

    def add(self, code: str, what: str, *, where: str = "", fix: str = "", severity: str = "error") -> None:
        """Note one problem."""
        self._problems.append(Problem(code, what, where, fix, severity))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Note several problems."""
        self._problems.extend(problems)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems noted, in the order of noting."""
        return tuple(self._problems)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that stop the work."""
        return tuple(problem for problem in self._problems if problem.severity == "error")

    def raise_if_any(self) -> None:
        """Raise one :class:`SealmarkError` with every error noted.

        Raises:
            SealmarkError: At least one problem of severity ``error`` was noted.
        """
        if self.errors:
            raise SealmarkError(*self.errors)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint that names the legal word nearest to ``word``, then all legal words.

    Example:
        >>> did_you_mean("minimun", ["minimum", "mean"])
        'Did you mean "minimum"? Legal: mean, minimum.'
    """
    import difflib  # leaf: only on the error path

    legal = sorted(known)
    near = difflib.get_close_matches(word, legal, n=1)
    hint = f'Did you mean "{near[0]}"? ' if near else ""
    return f"{hint}Legal: {', '.join(legal) or 'none'}."
