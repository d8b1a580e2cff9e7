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
    "control": LazyCommand(
        "sealmark.cli.measuring.control", "control_command", "Control charts, seasons and trend of a process."
    ),
    "drivers": LazyCommand(
        "sealmark.cli.measuring.drivers", "drivers_command", "What matters for an outcome, and how well it is done."
    ),
    "change": LazyCommand(
        "sealmark.cli.measuring.change", "change_command", "Test whether a measure improved between two waves."
    ),
    "records": LazyCommand(
        "sealmark.cli.measuring.records", "records_command", "Estimate from service records, open cases counted."
    ),
    "import": LazyCommand(
        "sealmark.cli.measuring.store", "import_command", "Import exports into a store, wave by wave."
    ),
    "rows": LazyCommand("sealmark.cli.measuring.rows", "rows_command", "Show the records behind one number."),
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
