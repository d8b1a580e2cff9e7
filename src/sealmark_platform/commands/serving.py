"""Commands that run: pages, worker, demonstration."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import nullcontext

import click

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.commands.root import cli, manage, progress, ready

__all__: list[str] = []


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--no-worker", is_flag=True, help="Start no worker: one runs elsewhere, by `work`.")
def serve(host: str, port: int, *, no_worker: bool) -> None:
    """Serve the pages until interrupted, with a worker beside.

    Example:  sealmark-platform serve --port 8080
    """
    ready()
    _serve(host, port, with_worker=not no_worker)


@cli.command()
@click.option("--once", is_flag=True, help="End as soon as nothing waits.")
@click.option("--for-process", type=int, hidden=True)
def work(*, once: bool, for_process: int | None) -> None:
    """Do what the pages leave for later, above all evaluate evidence, until interrupted.

    `serve` starts one itself.

    Example:  sealmark-platform work --once
    """
    ready()
    from sealmark_platform.work import work as work_on

    work_on(is_over=lambda: for_process is not None and os.getppid() != for_process, once=once)


def _serve(host: str, port: int, *, with_worker: bool = True) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    from sealmark_platform.work import accompanying

    _check_free(host, port)
    click.echo(f"http://{host}:{port}/  (Ctrl+C ends)", err=True)
    # With SQLite a second process of pages waits more than it works.
    server = Granian(
        "sealmark_platform.wsgi:application", address=host, port=port, interface=Interfaces.WSGI, workers=1,
        blocking_threads=4, log_access=False, log_level="warning",  # type: ignore[arg-type]
    )  # fmt: skip
    with accompanying() if with_worker else nullcontext():
        server.serve()


def _check_free(host: str, port: int) -> None:
    try:
        family = socket.getaddrinfo(host, None)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((host, port))
    except (OSError, OverflowError) as error:
        what = f"{host}:{port} cannot be served: {getattr(error, 'strerror', None) or error}."
        raise SealmarkError(Problem("SM898", what, fix="Name another with --host and --port.")) from None


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--no-serve", is_flag=True, help="Make the data and stop.")
def demo(host: str, port: int, *, no_serve: bool) -> None:
    """Fill an empty data folder with two certification bodies at work, and serve them.

    Without a terminal it ends there, and says how to serve.

    Example:  sealmark-platform --data demo-data demo
    """
    ready(demo=True, tables=False)
    from django.utils import timezone

    from sealmark_platform.demonstration import fill, is_filled, sign

    manage("migrate", verbosity=0, interactive=False)
    if is_filled():
        click.echo("The demonstration is there already.", err=True)
    else:
        made = fill(lambda done, of: progress("days lived", done, of))
        signed = sign(timezone.now())
        click.echo(f"{made.files} files, {made.entries:,} acts on the record, {signed} certificates signed.", err=True)
    if no_serve or not sys.stdin.isatty():
        click.echo(f"Next: sealmark-platform --data {os.environ['SEALMARK_DATA']} demo   (in a terminal: it serves)")
    else:
        _serve(host, port)
