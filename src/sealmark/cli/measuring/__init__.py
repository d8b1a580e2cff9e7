"""``sealmark measure``: what can be measured without any scheme, one module per command."""

from __future__ import annotations

from collections.abc import Mapping

import click

from sealmark.cli.lazy import LazyCommand, LazyGroup

__all__ = ["COMMANDS", "measure"]

COMMANDS: Mapping[str, LazyCommand] = {
    "estimate": LazyCommand(
        "sealmark.cli.measuring.estimate", "estimate_command", "Estimate from a table; may be left out."
    ),
}
"""Every command of the group. A new one needs a line here and a module."""


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    default="estimate",
    epilog="Example: sealmark measure answers.csv --measure mean:q1 --by wave",
)
def measure() -> None:
    """Measure from tables, without any scheme.

    `sealmark measure TABLE ...` is short for `sealmark measure estimate TABLE ...`.
    """
