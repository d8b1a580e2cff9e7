"""The command ``sealmark-platform``: set up, serve, let the calendar move, look after the data."""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from sealmark.core.errors import SealmarkError

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--data", type=click.Path(path_type=Path), help="Folder of database, uploads and keys [sealmark-data].")
def cli(data: Path | None) -> None:
    """Run a certification body: set up, serve, keep in order.

    Example:  sealmark-platform --data work migrate && sealmark-platform --data work serve
    """
    if data is not None:
        os.environ["SEALMARK_DATA"] = str(data.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sealmark_platform.settings")


def _ready(*, demo: bool = False) -> None:
    """Set Django up, with a secret of the data folder when the environment brings none."""
    folder = Path(os.environ.get("SEALMARK_DATA", "sealmark-data")).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["SEALMARK_DATA"] = str(folder)
    if demo:
        os.environ["SEALMARK_DEMO"] = "yes"
    if not os.environ.get("SEALMARK_SECRET_KEY") and not os.environ.get("SEALMARK_SECRET_KEY_FILE"):
        os.environ["SEALMARK_SECRET_KEY_FILE"] = str(_secret_file(folder))
    import django

    django.setup()


def _secret_file(folder: Path) -> Path:
    path = folder / "secret.key"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(secrets.token_urlsafe(50))
    return path


@cli.command()
def migrate() -> None:
    """Make or renew the tables. Safe to repeat.

    Example:  sealmark-platform migrate
    """
    _ready()
    _manage("migrate", verbosity=0, interactive=False)
    click.echo("The database is up to date.", err=True)


@cli.command()
@click.option("--email", prompt=True, help="To sign in with.")
@click.option("--name", prompt=True, help="As others shall see it.")
@click.password_option(help="At least 15 characters; asked for when it is not given.")
def createsuperuser(email: str, name: str, password: str) -> None:
    """Make the first account, for the operator.

    Example:  sealmark-platform createsuperuser --email ops@example.org --name "Olga Ops"
    """
    _ready()
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    from sealmark_platform.parties.models import Person

    try:
        validate_password(password)
    except ValidationError as error:
        raise click.UsageError(" ".join(error.messages)) from error
    Person.objects.create_superuser(email, name, password)
    click.echo(f"Made: {email}", err=True)


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
def serve(host: str, port: int) -> None:
    """Serve the pages until interrupted.

    Example:  sealmark-platform serve --port 8080
    """
    _ready()
    _serve(host, port)


def _serve(host: str, port: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    click.echo(f"http://{host}:{port}/  (Ctrl+C ends)", err=True)
    # With SQLite a second worker waits more than it works.
    Granian(
        "sealmark_platform.wsgi:application", address=host, port=port, interface=Interfaces.WSGI, workers=1,
        blocking_threads=4, log_access=False, log_level="warning",  # type: ignore[arg-type]
    ).serve()  # fmt: skip


@cli.command()
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Act as if it were the evening of this day.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def tick(as_of: dt.datetime | None, *, as_json: bool) -> None:
    """Move what is due: expiry, surveillance, recertification, reminders. Twice gives the same as once.

    Example:  sealmark-platform tick --as-of 2027-03-15
    """
    _ready()
    from django.utils import timezone

    from sealmark_platform.casework.actions.clock import tick as move
    from sealmark_platform.records.actions import make_checkpoint

    at = timezone.now() if as_of is None else as_of.replace(hour=20, tzinfo=dt.UTC)
    done = move(at)
    make_checkpoint(at)
    told = {"expired": list(done.expired), "opened": list(done.opened), "reminded": list(done.reminded)}
    _tell(told, [f"{kind}: {', '.join(names) or 'nothing'}" for kind, names in told.items()], as_json=as_json)


@cli.group()
def records() -> None:
    """Look after the trail of all acts."""


@records.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify(*, as_json: bool) -> None:
    """Walk over the trail and name every entry that was removed or altered, or that its file does not know; exit 1 then.

    Example:  sealmark-platform records verify
    """
    _ready()
    from sealmark_platform.casework.queries.consistency import disagreements, entries_expected
    from sealmark_platform.records.queries import verify_trail

    found = verify_trail(entries_expected())
    faults = [*found.faults, *disagreements()]
    told = {
        "entries": found.entries,
        "checkpoints": found.checkpoints,
        "root": found.root,
        "faults": faults,
    }
    lines = [f"{found.entries:,} entries, {found.checkpoints} checkpoints, root {found.root[:16]}", *faults]
    _tell(told, [*lines, *([] if faults else ["The trail is whole."])], as_json=as_json)
    if faults:
        sys.exit(1)


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--no-serve", is_flag=True, help="Make the data and stop.")
def demo(host: str, port: int, *, no_serve: bool) -> None:
    """Fill an empty data folder with two certification bodies at work, and serve them.

    Example:  sealmark-platform --data demo-data demo
    """
    _ready(demo=True)
    from sealmark_platform.demonstration import fill

    _manage("migrate", verbosity=0, interactive=False)
    fill(lambda done, of: _progress("files", done, of))
    if not no_serve:
        _serve(host, port)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def check(*, as_json: bool) -> None:
    """Say what is wrong with the installation, each with a number and a cure; exit 1 if anything is.

    Example:  sealmark-platform check
    """
    _ready()
    from django.core.checks import run_checks

    found = run_checks(include_deployment_checks=False)
    told = [{"code": one.id, "what": one.msg, "fix": one.hint or ""} for one in found]
    lines = [f"{one['code']} {one['what']}\n  fix: {one['fix']}" for one in told] or ["Nothing is wrong."]
    _tell(told, lines, as_json=as_json)
    if found:
        sys.exit(1)


def _progress(what: str, done: int, of: int) -> None:
    if sys.stderr.isatty() or done == of:
        click.echo(f"\r{what}: {done} of {of}", err=True, nl=done == of)


def _manage(name: str, **options: Any) -> None:
    from django.core.management import call_command

    call_command(name, **options)


def _tell(told: object, lines: list[str], *, as_json: bool) -> None:
    click.echo(json.dumps(told, ensure_ascii=False, indent=2) if as_json else "\n".join(lines))


def main(run: Callable[[], Any] = cli) -> None:
    """Run the command; what is wrong is told as a sentence with its code."""
    try:
        run()
    except SealmarkError as error:
        click.echo(str(error), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
