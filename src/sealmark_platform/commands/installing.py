"""Commands that begin: tables, bodies, people, editions."""

from __future__ import annotations

from pathlib import Path

import click

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.commands.root import cli, manage, ready

__all__: list[str] = []


@cli.command()
def migrate() -> None:
    """Make or renew the tables. Safe to repeat.

    Example:  sealmark-platform migrate
    """
    ready(tables=False)
    manage("migrate", verbosity=0, interactive=False)
    click.echo("The database is up to date.", err=True)


@cli.command()
@click.option("--email", prompt=True, help="To sign in with.")
@click.option("--name", prompt=True, help="As others shall see it.")
@click.password_option(help="At least 15 characters; asked for when it is not given.")
def createsuperuser(email: str, name: str, password: str) -> None:
    """Make the first account, for the operator.

    Example:  sealmark-platform createsuperuser --email ops@example.org --name "Olga Ops"
    """
    ready()
    from sealmark_platform.parties.actions.people import checked_address
    from sealmark_platform.parties.models import Person

    address = checked_address(email, password)
    if Person.objects.filter(email=address).exists():
        raise SealmarkError(Problem("SM838", f"{email} has an account already.", fix="Take another address."))
    Person.objects.create_superuser(address, name, password)
    click.echo(f"Made: {email}", err=True)


@cli.command()
@click.option("--code", prompt="Short code (begins the numbers of files)", help="Letters and digits, at most 12.")
@click.option("--name", prompt="Name of the certification body", help="As certificates show it.")
@click.option("--country", prompt="Country (two letters)", help="ISO 3166-1, such as GB.")
@click.option("--email", prompt="E-mail of the first person", help="To sign in with.")
@click.option("--person", prompt="Name of the first person", help="Becomes administrator and coordinator.")
@click.password_option(help="At least 15 characters; asked for when it is not given.")
@click.option("--edition", multiple=True, help="To certify by, such as sealmark-charter/2026; all installed when left "
              "out.")  # fmt: skip
def setup(code: str, name: str, country: str, email: str, person: str, password: str, edition: tuple[str, ...]) -> None:
    """Begin: make the tables, a certification body, its first person, and adopt editions. All of it or nothing.

    Example:  sealmark-platform setup --code oak --name "Oak Certification" --country GB
    """
    ready(tables=False)
    from django.db import transaction
    from django.utils import timezone

    from sealmark.scheme.discovery import editions
    from sealmark_platform.beginning import adopt_edition, begin_body, make_person

    manage("migrate", verbosity=0, interactive=False)
    chosen = tuple(dict.fromkeys(edition or (known for known, _ in editions())))
    with transaction.atomic():
        body = begin_body(code, name, country)
        make_person(email, person, password, ["administrator", "coordinator"], body)
        for one in chosen:
            adopt_edition(body, one, at=timezone.now())
    click.echo(f"Made: {body.name}, {email}, {', '.join(chosen)}\nNext: sealmark-platform serve", err=True)


@cli.command()
@click.argument("body")
@click.argument("edition")
@click.option("--overlay", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="File with the figures of the licence holder.")  # fmt: skip
def adopt(body: str, edition: str, overlay: Path | None) -> None:
    """Let the certification body with the code BODY certify by an installed EDITION.

    Example:  sealmark-platform adopt oak servicemark-style/2019 --overlay figures.yaml
    """
    ready()
    from django.utils import timezone

    from sealmark_platform.beginning import adopt_edition, body_of_code

    found = body_of_code(body)
    text = "" if overlay is None else _text(overlay)
    adopted = adopt_edition(found, edition, at=timezone.now(), overlay=text)
    click.echo(f"{found.name} certifies by {adopted.edition} from {adopted.adopted_on}.", err=True)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SealmarkError(Problem("SM101", "The file is not UTF-8 text.", str(path), "Save it as UTF-8.")) from None


@cli.command()
@click.argument("body")
@click.option("--email", prompt=True, help="To sign in with.")
@click.option("--name", prompt=True, help="As others shall see it.")
@click.option("--function", "functions", multiple=True, required=True, help="Such as evaluator; may be repeated.")
@click.option("--competence", multiple=True, help="Scheme the person may evaluate by; may be repeated.")
@click.password_option(help="At least 15 characters; asked for when it is not given.")
def person(
    body: str, email: str, name: str, functions: tuple[str, ...], competence: tuple[str, ...], password: str
) -> None:
    """Make an account for somebody of the certification body with the code BODY.

    Example:  sealmark-platform person oak --email ada@oak.example --name Ada --function evaluator
    """
    ready()
    from sealmark_platform.beginning import body_of_code, make_person

    made = make_person(email, name, password, functions, body_of_code(body), competences=competence)
    click.echo(f"Made: {made.email}, {', '.join(functions)}", err=True)
