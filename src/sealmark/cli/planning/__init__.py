"""``sealmark plan``: before an evaluation, one module per command."""

from __future__ import annotations

from collections.abc import Mapping

import click

from sealmark.cli.lazy import LazyCommand, LazyGroup

__all__ = ["COMMANDS", "plan"]

COMMANDS: Mapping[str, LazyCommand] = {
    "case": LazyCommand("sealmark.cli.planning.case", "case_command", "Plan for a case folder; may be left out."),
    "draw": LazyCommand("sealmark.cli.planning.draws", "draw_command", "Draw a sample that anyone can draw again."),
    "replay": LazyCommand("sealmark.cli.planning.draws", "replay_command", "Make the draws of a ledger again."),
    "respondents": LazyCommand(
        "sealmark.cli.planning.sizes", "respondents_command", "How many to ask for a precision or a difference."
    ),
    "records": LazyCommand(
        "sealmark.cli.planning.sizes", "records_command", "How many records decide about a lot, and how surely."
    ),
    "risk": LazyCommand("sealmark.cli.planning.risk", "risk_command", "How likely the right grade is."),
}
"""Every command of the group. A new one needs a line here and a module."""


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    default="case",
    epilog="Example: sealmark plan my-case/ --event initial --precision 2",
)
def plan() -> None:
    """Plan samples: sites, respondents, records, and what they say about the grade.

    `sealmark plan CASE ...` is short for `sealmark plan case CASE ...`. A folder that is called like one of the
    commands is named with its path: ./draw
    """
