"""Commands that keep an installation in order."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import click

from sealmark.core.errors import Problem, SealmarkError
from sealmark_platform.commands.root import cli, manage, ready, tell

__all__: list[str] = []


@cli.command()
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Act as if it were the evening of this day.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def tick(as_of: dt.datetime | None, *, as_json: bool) -> None:
    """Move what is due, sign what changed, publish the log, send mails, call webhooks. Twice gives the same as once.

    What is due are expiry, surveillance and reminders. Exit code 1 when something cannot be signed or published.

    Example:  sealmark-platform tick --as-of 2027-03-15
    """
    ready()
    from django.utils import timezone

    from sealmark_platform.administration.moving import succeed
    from sealmark_platform.api.webhooks import deliver
    from sealmark_platform.attestation.publishing import publish_due
    from sealmark_platform.casework.actions.clock import tick as move
    from sealmark_platform.mail import send_mails
    from sealmark_platform.register.comparing import compare_daily
    from sealmark_platform.register.letters import send_letters
    from sealmark_platform.register.telling import tell_subscribers

    at = timezone.now() if as_of is None else as_of.replace(hour=20, tzinfo=dt.UTC)
    done = move(at)
    succeeded, moved = succeed(at)
    signed = publish_due(at)
    altered = compare_daily(at)
    published, problem = _published(at)
    counts = send_mails(at), send_letters(at), tell_subscribers(at)
    sent, failed = (sum(numbers) for numbers in zip(*counts, strict=True))
    called = deliver(at)
    told = {"expired": list(done.expired), "opened": list(done.opened), "reminded": list(done.reminded),
            "succeeded": list(succeeded), "moved": list(moved), "signed": list(signed.certificates)}  # fmt: skip
    lines = [f"{kind}: {', '.join(names) or 'nothing'}" for kind, names in told.items()]
    lines.append(f"mails: {sent} sent" + (f", {failed} wait for the next time" if failed else ""))
    lines.append(
        f"webhooks: {called.arrived} arrived" + (f", {called.failed} are tried again" if called.failed else "")
    )
    lines += [f"not signed: {one}" for one in signed.problems]
    lines += [f"altered: {one}" for one in altered]
    lines.append(f"log: {problem}" if problem else f"log: {published} entries published")
    numbers = {"mails": sent, "mails_failed": failed, "webhooks": called.arrived, "webhooks_failed": called.failed,
               "published": published, "log_problem": problem.code if problem else None,
               "signing_problems": [one.code for one in signed.problems], "altered": list(altered)}  # fmt: skip
    tell({**told, **numbers}, lines, as_json=as_json)
    if problem or signed.problems or altered:
        sys.exit(1)


def _published(at: dt.datetime) -> tuple[int, Problem | None]:
    """Publish the log; what stops it stops nothing else of the tick."""
    from sealmark_platform.records.publishing import publish_log

    try:
        return publish_log(at).checkpoint.size, None
    except SealmarkError as error:
        return 0, error.problems[0]


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def mails(*, as_json: bool) -> None:
    """List the mails that the next tick will send.

    Example:  sealmark-platform mails
    """
    ready()
    from sealmark_platform.mail import outgoing

    told = [
        {"to": one.person.email, "language": one.person.language, "notices": len(one.notices),
         "since": one.notices[0].made_at.isoformat()}
        for one in outgoing()
    ]  # fmt: skip
    lines = [f"{one['to']}: {one['notices']} since {str(one['since'])[:10]}" for one in told]
    tell(told, lines or ["No mail waits."], as_json=as_json)


@cli.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--without-keys", is_flag=True, help="Leave the key of the trail out, and keep it elsewhere.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def backup(file: Path, *, without_keys: bool, as_json: bool) -> None:
    """Write everything into one archive while the platform goes on working, and read it again.

    Example:  sealmark-platform backup sealmark-2026-11-22.zip
    """
    ready()
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
    tell(told, lines, as_json=as_json)


@cli.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--known-entries", default=0, help="Length of the trail you know of: told if the archive has fewer.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def restore(file: Path, *, known_entries: int, as_json: bool) -> None:
    """Bring an archive back into an empty installation: everything, or nothing.

    Example:  sealmark-platform --data new-folder restore sealmark-2026-11-22.zip
    """
    ready(tables=False)
    from sealmark_platform.restoring import restore_backup

    manage("migrate", verbosity=0, interactive=False)
    done = restore_backup(file, known_entries=known_entries)
    told = {"rows": done.rows, "uploads": done.uploads, "entries": done.entries, "root": done.root,
            "is_behind": done.is_behind}  # fmt: skip
    lines = [f"{done.rows:,} rows and {done.uploads:,} uploads are back.",
             f"Trail: {done.entries:,} entries, whole, root {done.root}"]  # fmt: skip
    if done.is_behind:
        lines.append(
            f"The archive is older than the checkpoint you know of: {known_entries - done.entries} acts are lost."
        )
    elif not known_entries:
        lines.append("Next: sealmark-platform log accept, with the newest checkpoint that was published.")
    tell(told, lines, as_json=as_json)


@cli.group()
def records() -> None:
    """Look after the trail of all acts."""


@records.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify(*, as_json: bool) -> None:
    """Walk over the trail and name every entry that was removed or altered, or that its file does not know; exit 1.

    Also every certificate of the register that says something else than was published.

    Example:  sealmark-platform records verify
    """
    ready()
    from sealmark_platform.casework.queries.consistency import disagreements, entries_expected
    from sealmark_platform.records.queries import verify_trail
    from sealmark_platform.register.comparing import faults_of_register

    found = verify_trail(entries_expected())
    faults = [*found.faults, *disagreements(), *faults_of_register()]
    told = {
        "entries": found.entries,
        "checkpoints": found.checkpoints,
        "root": found.root,
        "faults": faults,
    }
    lines = [f"{found.entries:,} entries, {found.checkpoints} checkpoints, root {found.root[:16]}", *faults]
    tell(told, [*lines, *([] if faults else ["The trail is whole."])], as_json=as_json)
    if faults:
        sys.exit(1)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def check(*, as_json: bool) -> None:
    """Say what is wrong with the installation, each with a number and a cure; exit 1 if anything is.

    Example:  sealmark-platform check
    """
    ready(tables=False)
    from sealmark_platform.checks import faults_of_installation

    found = faults_of_installation()
    told = [{"code": one.code, "what": one.what, "where": one.where, "fix": one.fix} for one in found]
    lines = [str(one) for one in found] or ["Nothing is wrong."]
    tell(told, lines, as_json=as_json)
    if found:
        sys.exit(1)
