"""Commands for the keys that sign certificates, and for publishing what they sign."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealmark_platform.commands.root import cli, ready, tell

if TYPE_CHECKING:
    from sealmark_platform.attestation.models import SigningKey

__all__: list[str] = []

_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
_label = click.option("--token-label", default="", help="Of a key pair that lies on the PKCS#11 token already.")


@cli.group()
def keys() -> None:
    """Keep the keys that certificates are signed with.

    The passphrase of their files comes from SEALMARK_KEY_PASSPHRASE or SEALMARK_KEY_PASSPHRASE_FILE.
    """


@keys.command()
@click.argument("body")
@_label
@_json
def make(body: str, token_label: str, *, as_json: bool) -> None:
    """Make the key of the certification body with the code BODY, in an encrypted file of the data folder.

    Example:  sealmark-platform keys make oak
    """
    ready()
    from django.utils import timezone

    from sealmark_platform.attestation.keys import make_key
    from sealmark_platform.beginning import body_of_code

    made = make_key(body_of_code(body), at=timezone.now(), label=token_label)
    tell(_told(made), [_line(made), "Next: sealmark-platform publish"], as_json=as_json)


@keys.command("list")
@click.argument("body", required=False)
@_json
def list_keys(body: str | None, *, as_json: bool) -> None:
    """List the keys of all certification bodies, or of the one with the code BODY, past ones too.

    Example:  sealmark-platform keys list
    """
    ready()
    from sealmark_platform.attestation.keys import keys_of
    from sealmark_platform.beginning import body_of_code
    from sealmark_platform.parties.models import Body

    bodies = [body_of_code(body)] if body else Body.objects.order_by("code")
    found = [key for one in bodies for key in keys_of(one)]
    tell([_told(key) for key in found], [_line(key) for key in found] or ["There are no keys."], as_json=as_json)


@keys.command()
@click.argument("body")
@_label
@_json
def rotate(body: str, token_label: str, *, as_json: bool) -> None:
    """Replace the key of BODY by a new one; what the old one signed stays valid, its secret half is destroyed.

    Example:  sealmark-platform keys rotate oak
    """
    ready()
    from django.utils import timezone

    from sealmark_platform.attestation.keys import rotate_key
    from sealmark_platform.beginning import body_of_code

    made = rotate_key(body_of_code(body), at=timezone.now(), label=token_label)
    tell(_told(made), [_line(made), "Next: sealmark-platform publish"], as_json=as_json)


@keys.command()
@click.argument("body")
@_json
def retire(body: str, *, as_json: bool) -> None:
    """End the key of BODY without a new one: nothing more is signed, what was signed stays valid.

    Example:  sealmark-platform keys retire oak
    """
    ready()
    from django.utils import timezone

    from sealmark_platform.attestation.keys import retire_key
    from sealmark_platform.beginning import body_of_code

    ended = retire_key(body_of_code(body), at=timezone.now())
    tell(_told(ended), [_line(ended)], as_json=as_json)


@keys.command()
@click.argument("body")
@click.argument("name")
@click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), required=True,
              help="From when on somebody else may have had it, UTC.")  # fmt: skip
@_json
def compromise(body: str, name: str, since: dt.datetime, *, as_json: bool) -> None:
    """Mark the key NAME of BODY: somebody else may have it. Then make a new key, and publish.

    Example:  sealmark-platform keys compromise oak key-1 --since 2026-11-20T08:00
    """
    ready()
    from django.utils import timezone

    from sealmark_platform.attestation.keys import compromise_key
    from sealmark_platform.beginning import body_of_code

    marked = compromise_key(body_of_code(body), name, since=since.replace(tzinfo=dt.UTC), at=timezone.now())
    lines = [_line(marked), f"Next: sealmark-platform keys make {body}, then sealmark-platform publish"]
    tell(_told(marked), lines, as_json=as_json)


@keys.command()
@click.argument("body")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--owner", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="DID document of whoever endorses, that you vouch for; a did:key needs none.")  # fmt: skip
@_json
def endorse(body: str, file: Path, owner: Path | None, *, as_json: bool) -> None:
    """Keep the endorsement in FILE, by which the owner of a scheme stands behind BODY; certificates carry it.

    One of the same endorser takes the place of the one before.

    Example:  sealmark-platform keys endorse oak endorsement.json --owner owner-did.json
    """
    ready()
    from django.utils import timezone

    from sealmark_platform.attestation.endorsing import keep_endorsement
    from sealmark_platform.beginning import body_of_code

    document = None if owner is None else owner.read_bytes()
    kept = keep_endorsement(body_of_code(body), file.read_bytes(), owner=document, at=timezone.now())
    tell({"body": body, "endorser": kept.endorser}, [f"{body} is endorsed by {kept.endorser}"], as_json=as_json)


@keys.command()
@_json
def check(*, as_json: bool) -> None:
    """Open the key of every certification body, and sign with none; exit 1 when one cannot sign.

    Example:  sealmark-platform keys check
    """
    ready()
    from sealmark_platform.attestation.keys import key_faults
    from sealmark_platform.parties.models import Body

    found = [problem for body in Body.objects.order_by("code") for problem in key_faults(body)]
    told = [{"code": one.code, "what": one.what, "where": one.where, "fix": one.fix} for one in found]
    tell(told, [str(one) for one in found] or ["Every key can be opened."], as_json=as_json)
    if found:
        sys.exit(1)


@cli.command()
@click.option("--whole", is_flag=True, help="Compare every certificate, not only those that something was done to.")
@_json
def publish(*, whole: bool, as_json: bool) -> None:
    """Sign and publish every certificate of which the register says something new, then the log, as every tick does.

    Exit code 1 when one cannot be published.

    Example:  sealmark-platform publish
    """
    ready()
    from django.utils import timezone

    from sealmark_platform.attestation.publishing import publish_due
    from sealmark_platform.records.publishing import publish_log

    done = publish_due(timezone.now(), is_whole=whole)
    size = publish_log(timezone.now()).checkpoint.size
    told = {"certificates": list(done.certificates), "lists": done.lists, "entries": size,
            "problems": [{"code": one.code, "what": one.what, "fix": one.fix} for one in done.problems]}  # fmt: skip
    lines = [f"certificates: {', '.join(done.certificates) or 'nothing new'}", f"status lists: {done.lists} made",
             f"log: {size:,} entries published"]  # fmt: skip
    tell(told, [*lines, *(str(one) for one in done.problems)], as_json=as_json)
    if done.problems:
        sys.exit(1)


def _told(key: SigningKey) -> dict[str, Any]:
    times = {"made_at": key.made_at, "retired_at": key.retired_at, "compromised_at": key.compromised_at}
    return {"body": key.body.code, "name": key.name, "multikey": key.multikey, "place": key.place,
            **{name: time and time.isoformat() for name, time in times.items()}}  # fmt: skip


def _line(key: SigningKey) -> str:
    ends = [f"made {key.made_at:%Y-%m-%d}"]
    if key.retired_at:
        ends.append(f"retired {key.retired_at:%Y-%m-%d}")
    if key.compromised_at:
        ends.append(f"COMPROMISED since {key.compromised_at:%Y-%m-%d %H:%M} UTC")
    return f"{key.body.code} {key.name} {key.multikey} ({key.place}), {', '.join(ends)}"
