"""The command ``sealmark-platform``: set up, serve, let the calendar move, look after the data."""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import sys
from collections.abc import Callable
from contextlib import nullcontext
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
        validate_password(password, Person(email=email, name=name))
    except ValidationError as error:
        raise click.UsageError(" ".join(error.messages)) from error
    Person.objects.create_superuser(email, name, password)
    click.echo(f"Made: {email}", err=True)


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--no-worker", is_flag=True, help="Start no worker: one runs elsewhere, by `work`.")
def serve(host: str, port: int, *, no_worker: bool) -> None:
    """Serve the pages until interrupted, with a worker beside.

    Example:  sealmark-platform serve --port 8080
    """
    _ready()
    _serve(host, port, with_worker=not no_worker)


@cli.command()
@click.option("--once", is_flag=True, help="End as soon as nothing waits.")
@click.option("--for-process", type=int, hidden=True)
def work(*, once: bool, for_process: int | None) -> None:
    """Do what the pages leave for later, above all evaluate evidence, until interrupted.

    `serve` starts one itself.

    Example:  sealmark-platform work --once
    """
    _ready()
    from sealmark_platform.work import work as work_on

    work_on(is_over=lambda: for_process is not None and os.getppid() != for_process, once=once)


def _serve(host: str, port: int, *, with_worker: bool = True) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    from sealmark_platform.work import accompanying

    click.echo(f"http://{host}:{port}/  (Ctrl+C ends)", err=True)
    # With SQLite a second process of pages waits more than it works.
    server = Granian(
        "sealmark_platform.wsgi:application", address=host, port=port, interface=Interfaces.WSGI, workers=1,
        blocking_threads=4, log_access=False, log_level="warning",  # type: ignore[arg-type]
    )  # fmt: skip
    with accompanying() if with_worker else nullcontext():
        server.serve()


@cli.command()
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Act as if it were the evening of this day.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def tick(as_of: dt.datetime | None, *, as_json: bool) -> None:
    """Move what is due, send mails and call webhooks: expiry, surveillance, reminders. Twice gives the same as once.

    Example:  sealmark-platform tick --as-of 2027-03-15
    """
    _ready()
    from django.utils import timezone

    from sealmark_platform.administration.moving import succeed
    from sealmark_platform.api.webhooks import deliver
    from sealmark_platform.casework.actions.clock import tick as move
    from sealmark_platform.mail import send_mails
    from sealmark_platform.records.actions import make_checkpoint
    from sealmark_platform.register.letters import send_letters

    at = timezone.now() if as_of is None else as_of.replace(hour=20, tzinfo=dt.UTC)
    done = move(at)
    succeeded, moved = succeed(at)
    make_checkpoint(at)
    sent, failed = (sum(numbers) for numbers in zip(send_mails(at), send_letters(at), strict=True))
    called = deliver(at)
    told = {"expired": list(done.expired), "opened": list(done.opened), "reminded": list(done.reminded),
            "succeeded": list(succeeded), "moved": list(moved)}  # fmt: skip
    lines = [f"{kind}: {', '.join(names) or 'nothing'}" for kind, names in told.items()]
    lines.append(f"mails: {sent} sent" + (f", {failed} wait for the next time" if failed else ""))
    lines.append(
        f"webhooks: {called.arrived} arrived" + (f", {called.failed} are tried again" if called.failed else "")
    )
    numbers = {"mails": sent, "mails_failed": failed, "webhooks": called.arrived, "webhooks_failed": called.failed}
    _tell({**told, **numbers}, lines, as_json=as_json)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def mails(*, as_json: bool) -> None:
    """List the mails that the next tick will send.

    Example:  sealmark-platform mails
    """
    _ready()
    from sealmark_platform.mail import outgoing

    told = [
        {"to": one.person.email, "language": one.person.language, "notices": len(one.notices),
         "since": one.notices[0].made_at.isoformat()}
        for one in outgoing()
    ]  # fmt: skip
    lines = [f"{one['to']}: {one['notices']} since {str(one['since'])[:10]}" for one in told]
    _tell(told, lines or ["No mail waits."], as_json=as_json)


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
    _ready()
    from django.db import transaction
    from django.utils import timezone

    from sealmark.scheme.discovery import editions
    from sealmark_platform.beginning import adopt_edition, begin_body, make_person

    _manage("migrate", verbosity=0, interactive=False)
    chosen = edition or tuple(known for known, _ in editions())
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
    _ready()
    from django.utils import timezone

    from sealmark_platform.beginning import adopt_edition, body_of_code

    found = body_of_code(body)
    text = "" if overlay is None else overlay.read_text(encoding="utf-8")
    adopted = adopt_edition(found, edition, at=timezone.now(), overlay=text)
    click.echo(f"{found.name} certifies by {adopted.edition} from {adopted.adopted_on}.", err=True)


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
    _ready()
    from sealmark_platform.beginning import body_of_code, make_person

    made = make_person(email, name, password, functions, body_of_code(body), competences=competence)
    click.echo(f"Made: {made.email}, {', '.join(functions)}", err=True)


@cli.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--without-keys", is_flag=True, help="Leave the key of the trail out, and keep it elsewhere.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def backup(file: Path, *, without_keys: bool, as_json: bool) -> None:
    """Write everything into one archive while the platform goes on working, and read it again.

    Example:  sealmark-platform backup sealmark-2026-11-22.zip
    """
    _ready()
    from django.utils import timezone

    from sealmark_platform.backup import write_backup

    made = write_backup(file, at=timezone.now(), with_keys=not without_keys)
    told = {"file": str(made.path), "bytes": file.stat().st_size, "rows": made.rows, "uploads": made.uploads,
            "entries": made.entries, "root": made.root, "has_key": made.has_key}  # fmt: skip
    lines = [
        f"{file}: {told['bytes']:,} bytes, {made.rows:,} rows, {made.uploads:,} uploads; read again, and whole.",
        f"Trail: {made.entries:,} entries, root {made.root}",
        "The key of the trail is in it: keep it safe." if made.has_key else "Without keys: keep trail.key elsewhere.",
    ]
    _tell(told, lines, as_json=as_json)


@cli.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--known-entries", default=0, help="Length of the trail you know of: told if the archive has fewer.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def restore(file: Path, *, known_entries: int, as_json: bool) -> None:
    """Bring an archive back into an empty installation: everything, or nothing.

    Example:  sealmark-platform --data new-folder restore sealmark-2026-11-22.zip
    """
    _ready()
    from sealmark_platform.restoring import restore_backup

    _manage("migrate", verbosity=0, interactive=False)
    done = restore_backup(file, known_entries=known_entries)
    told = {"rows": done.rows, "uploads": done.uploads, "entries": done.entries, "root": done.root,
            "is_behind": done.is_behind}  # fmt: skip
    lines = [f"{done.rows:,} rows and {done.uploads:,} uploads are back.",
             f"Trail: {done.entries:,} entries, whole, root {done.root}"]  # fmt: skip
    if done.is_behind:
        lines.append(
            f"The archive is older than the checkpoint you know of: {known_entries - done.entries} acts are lost."
        )
    _tell(told, lines, as_json=as_json)


@cli.group()
def records() -> None:
    """Look after the trail of all acts."""


@records.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify(*, as_json: bool) -> None:
    """Walk over the trail and name every entry that was removed or altered, or that its file does not know; exit 1.

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

    Without a terminal it ends there, and says how to serve.

    Example:  sealmark-platform --data demo-data demo
    """
    _ready(demo=True)
    from sealmark_platform.demonstration import fill, is_filled

    _manage("migrate", verbosity=0, interactive=False)
    if is_filled():
        click.echo("The demonstration is there already.", err=True)
    else:
        made = fill(lambda done, of: _progress("days lived", done, of))
        click.echo(f"{made.files} files, {made.entries:,} acts on the record.", err=True)
    if no_serve or not sys.stdin.isatty():
        click.echo(f"Next: sealmark-platform --data {os.environ['SEALMARK_DATA']} demo   (in a terminal: it serves)")
    else:
        _serve(host, port)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def check(*, as_json: bool) -> None:
    """Say what is wrong with the installation, each with a number and a cure; exit 1 if anything is.

    Example:  sealmark-platform check
    """
    _ready()
    from sealmark_platform.checks import faults_of_installation

    found = faults_of_installation()
    told = [{"code": one.code, "what": one.what, "where": one.where, "fix": one.fix} for one in found]
    lines = [str(one) for one in found] or ["Nothing is wrong."]
    _tell(told, lines, as_json=as_json)
    if found:
        sys.exit(1)


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
    _ready()
    from django.utils import timezone

    from sealmark_platform.api.tokens import make_token
    from sealmark_platform.parties.models import Person

    at = timezone.now()
    person = Person.objects.filter(email=email.strip().lower(), is_active=True).first()
    if person is None:
        raise click.UsageError(f'There is no account "{email}".')
    token, secret = make_token(person, name, scopes, expires_on=at.date() + dt.timedelta(days=days), at=at)
    told = {"secret": secret, "scopes": token.scopes, "expires_on": token.expires_on.isoformat()}
    _tell(told, [secret], as_json=as_json)


@cli.group()
def factors() -> None:
    """Help people who lost what they sign in with."""


@factors.command("remove")
@click.option("--email", required=True, help="Of the person, of whom you have made sure.")
def remove_all(email: str) -> None:
    """Remove every passkey, app and recovery code of a person; the password stays. The person is told by mail.

    Example:  sealmark-platform factors remove --email ada@oak.example
    """
    _ready()
    from django.utils import timezone

    from sealmark_platform.accounts.actions import remove_factors
    from sealmark_platform.parties.models import Person

    person = Person.objects.filter(email=email.strip().lower()).first()
    if person is None:
        raise click.UsageError(f'There is no account "{email}".')
    count = remove_factors(person, timezone.now())
    click.echo(f"Removed: {count} of {person.email}", err=True)


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
