"""The command ``sealmark-platform``: set up, serve, let the calendar move, look after the data."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.commands import accounts, installing, keeping, keys, log, serving  # noqa: F401
from sealmark_platform.commands.root import cli

__all__ = ["cli", "main"]


def main(run: Callable[[], Any] = cli) -> None:
    """Run the command; what is wrong is told as a sentence with its code."""
    try:
        run()
    except SealmarkError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except OSError as error:
        if error.filename is None:
            raise
        what = f'"{error.filename}" cannot be used: {error.strerror}.'
        click.echo(str(Problem("SM898", what, fix="Name another place, or make this one fit.")), err=True)
        sys.exit(2)
