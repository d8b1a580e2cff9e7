"""The command ``sealmark-platform`` itself, and what its commands share."""

from __future__ import annotations

import json
import os
import secrets
import sys
from pathlib import Path
from typing import Any

import click

from sealmark.core.errors import ProblemList

__all__ = ["cli", "manage", "progress", "ready", "tell"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--data", type=click.Path(path_type=Path), help="Folder of database, uploads and keys [sealmark-data].")
def cli(data: Path | None) -> None:
    """Run a certification body: set up, serve, keep in order.

    Example:  sealmark-platform --data work migrate && sealmark-platform --data work serve
    """
    if data is not None:
        os.environ["SEALMARK_DATA"] = str(data.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sealmark_platform.settings")


def ready(*, demo: bool = False, tables: bool = True) -> None:
    """Set Django up, with a secret of the data folder when the environment brings none.

    Args:
        demo: Let anybody sign in as anybody.
        tables: The command works on the database, whose tables have to be of this version.

    Raises:
        SealmarkError: SM843 the tables are not of this version, SM844 the database does not answer.
    """
    folder = Path(os.environ.get("SEALMARK_DATA", "sealmark-data")).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["SEALMARK_DATA"] = str(folder)
    if demo:
        os.environ["SEALMARK_DEMO"] = "yes"
    if not os.environ.get("SEALMARK_SECRET_KEY") and not os.environ.get("SEALMARK_SECRET_KEY_FILE"):
        os.environ["SEALMARK_SECRET_KEY_FILE"] = str(_secret_file(folder))
    _set_up()
    if tables:
        from sealmark_platform.checks import faults_of_database

        problems = ProblemList()
        problems.extend(faults_of_database())
        problems.raise_if_any()


def _set_up() -> None:
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        click.echo(str(error), err=True)
        sys.exit(2)


def _secret_file(folder: Path) -> Path:
    path = folder / "secret.key"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(secrets.token_urlsafe(50))
    return path


def progress(what: str, done: int, of: int) -> None:
    """Tell a terminal how far something is; elsewhere only that it is done."""
    if sys.stderr.isatty() or done == of:
        click.echo(f"\r{what}: {done} of {of}", err=True, nl=done == of)


def manage(name: str, **options: Any) -> None:
    """Run a command of Django."""
    from django.core.management import call_command

    call_command(name, **options)


def tell(told: object, lines: list[str], *, as_json: bool) -> None:
    """Print a result as lines, or as JSON."""
    click.echo(json.dumps(told, ensure_ascii=False, indent=2) if as_json else "\n".join(lines))
