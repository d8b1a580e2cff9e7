"""Commands for tokens of programs and for second factors."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.commands.root import cli, ready, tell

if TYPE_CHECKING:
    from sealmark_platform.parties.models import Person

__all__: list[str] = []


def _account(email: str) -> Person:
    """Return the account of an address.

    Raises:
        SealmarkError: SM895 there is none.
    """
    from sealmark_platform.parties.models import Person

    found = Person.objects.filter(email=email.strip().lower()).first()
    if found is None:
        fix = "Write the address with which the person signs in."
        raise SealmarkError(Problem("SM895", f'There is no account "{email}".', fix=fix))
    return found


@cli.group()
def tokens() -> None:
    """Make tokens of people for the programming interface."""


@tokens.command("make")
@click.option("--email", required=True, help="Of the person for whom programs shall act.")
@click.option("--name", required=True, help="What the token is for.")
@click.option("--scope", "scopes", multiple=True, default=["read"], show_default=True, help="read, act or register.")
@click.option("--days", default=90, show_default=True, help="How long it may be used; at most 366.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def make_one(email: str, name: str, scopes: tuple[str, ...], days: int, *, as_json: bool) -> None:
    """Make a token and print its secret, which is kept nowhere.

    Example:  sealmark-platform tokens make --email cora@example.org --name "Nightly report" --scope read
    """
    ready()
    from django.utils import timezone

    from sealmark_platform.api.tokens import make_token

    at, person = timezone.now(), _account(email)
    if not person.is_active:
        fix = "Give its person a function first."
        raise SealmarkError(Problem("SM895", f"The account {email} is closed.", fix=fix))
    # A number of days beyond the calendar is refused like any other that is too large.
    last = at.date() + dt.timedelta(days=max(-1, min(days, 100_000)))
    token, secret = make_token(person, name, scopes, expires_on=last, at=at)
    told = {"secret": secret, "scopes": token.scopes, "expires_on": token.expires_on.isoformat()}
    tell(told, [secret], as_json=as_json)


@cli.group()
def factors() -> None:
    """Help people who lost what they sign in with."""


@factors.command("remove")
@click.option("--email", required=True, help="Of the person, of whom you have made sure.")
def remove_all(email: str) -> None:
    """Remove every passkey, app and recovery code of a person; the password stays. The person is told by mail.

    Example:  sealmark-platform factors remove --email ada@oak.example
    """
    ready()
    from django.utils import timezone

    from sealmark_platform.accounts.actions import remove_factors

    person = _account(email)
    count = remove_factors(person, timezone.now())
    click.echo(f"Removed: {count} of {person.email}", err=True)
