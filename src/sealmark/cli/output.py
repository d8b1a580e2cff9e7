"""How commands talk: results on stdout, talk on stderr, JSON on request, and three exit codes."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import click

from sealmark.core.errors import Problem

__all__ = [
    "DONE", "NEGATIVE", "WRONG_USE", "counted", "json_option", "problem_json", "progress", "result", "table", "talk",
    "wants_json",
]  # fmt: skip

DONE = 0
NEGATIVE = 1
WRONG_USE = 2

_META = "sealmark.json"
Command = TypeVar("Command", bound=Callable[..., Any])


def json_option(command: Command) -> Command:
    """Add ``--json`` to a command; ask with :func:`wants_json`."""

    def remember(context: click.Context, _: click.Parameter, value: bool) -> None:
        context.meta[_META] = value

    return click.option(
        "--json", is_flag=True, is_eager=True, expose_value=False, callback=remember,
        help="Print the result as JSON.",
    )(command)  # fmt: skip


def wants_json() -> bool:
    """Tell whether the running command was asked for JSON."""
    context = click.get_current_context(silent=True)
    return bool(context and context.meta.get(_META))


def result(value: object, lines: Sequence[str] = ()) -> None:
    """Print a result on stdout: ``value`` as JSON when asked for, ``lines`` otherwise."""
    if wants_json():
        click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
    else:
        for line in lines:
            click.echo(line)


def talk(message: str) -> None:
    """Tell something on stderr."""
    click.echo(message, err=True)


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun.

    Example:
        >>> counted(1, "error"), counted(1200, "error"), counted(0, "entry", "entries")
        ('1 error', '1,200 errors', '0 entries')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


@contextmanager
def progress(total: int, label: str, *, lines: bool = False) -> Iterator[Callable[[str], None]]:
    """Show on stderr what is being worked on; silent when JSON was asked for.

    Args:
        total: How many steps there are.
        label: Stands before the bar.
        lines: Whether to write a line per step where stderr is no terminal; otherwise nothing is shown there.
    """
    if wants_json() or not sys.stderr.isatty():
        yield talk if lines and not wants_json() else lambda _: None
        return
    with click.progressbar(range(total), label=label, file=sys.stderr, item_show_func=_shown) as bar:
        yield partial(bar.update, 1)


def _shown(item: object) -> str:
    return "" if item is None else str(item)


def problem_json(problem: Problem) -> dict[str, str]:
    """Return a problem for JSON output."""
    return {
        "code": problem.code,
        "severity": problem.severity,
        "what": problem.what,
        "where": problem.where,
        "fix": problem.fix,
    }


def table(rows: Sequence[Sequence[str]], *, indent: str = "") -> list[str]:
    """Return rows as aligned lines; Chinese characters take two places.

    Example:
        >>> table([["a", "1"], ["bcd", "2"]])
        ['a    1', 'bcd  2']
    """
    if not rows:
        return []
    columns = max(len(row) for row in rows)
    widths = [max((_width(row[at]) for row in rows if at < len(row)), default=0) for at in range(columns)]
    return [
        indent
        + "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=False)).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
