"""Which engine a command measures with: the options, and the engine for as long as the command runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from sealmark.core.errors import Problem, SealmarkError

__all__ = ["engine_options", "on_engine"]

Command = TypeVar("Command", bound=Callable[..., Any])


def engine_options(command: Command) -> Command:
    """Add ``--engine``, ``--engine-address`` and ``--memory-limit`` to a command; pass them to :func:`on_engine`."""
    command = click.option(
        "--memory-limit", help="Memory of the engine, such as 2GB; DuckDB spills what does not fit."
    )(command)
    command = click.option(
        "--engine-address", help="Spark cluster (spark://host:7077) or Connect server (sc://host:15002)."
    )(command)
    return click.option(
        "--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True,
        help="What scans the tables; the numbers are the same.",
    )(command)  # fmt: skip


@contextmanager
def on_engine(engine: str, address: str | None = None, memory_limit: str | None = None) -> Iterator[None]:
    """Let everything inside measure with an engine; what was started is ended afterwards.

    Raises:
        SealmarkError: SM906 an address without Spark; SM476 to SM479 as ``connect`` raises them.
    """
    if engine == "duckdb" and address is not None:
        fix = "Add --engine spark, or leave --engine-address out."
        raise SealmarkError(Problem("SM906", "--engine-address needs the engine Spark.", "", fix))
    from sealmark.measure.engine import connect, use_engine, use_limits

    if engine == "duckdb":
        with use_limits(memory_limit):
            yield
        return
    connection = connect(engine, address=address, memory_limit=memory_limit)
    try:
        with use_engine(connection):
            yield
    finally:
        connection.disconnect()
