"""Commands for the published log of the trail."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from sealmark_platform.commands.root import cli, ready, tell

__all__: list[str] = []


@cli.group()
def log() -> None:
    """Publish the log of the trail, by which others can see that nothing is altered."""


@log.command()
@click.option("--whole", is_flag=True, help="Compare everything that was ever published, and write what is missing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def publish(*, whole: bool, as_json: bool) -> None:
    """Publish how far the trail has come, as every tick does; refuse what contradicts what was published.

    Example:  sealmark-platform log publish
    """
    ready()
    from django.utils import timezone

    from sealmark_platform.records.published import folder
    from sealmark_platform.records.publishing import publish_log

    done = publish_log(timezone.now(), is_whole=whole)
    point = done.checkpoint
    told = {"origin": point.origin, "entries": point.size, "root": point.root.hex(), "tiles": done.tiles,
            "folder": str(folder())}  # fmt: skip
    lines = [f"{point.origin}: {point.size:,} entries, root {point.root.hex()[:16]}, {done.tiles} tiles written."]
    tell(told, lines, as_json=as_json)


@log.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def show(*, as_json: bool) -> None:
    """Say how the trail and its published log stand to each other; exit 1 when they contradict.

    Example:  sealmark-platform log show
    """
    ready()
    from sealmark_platform.records.published import log_key, log_state

    found = log_state()
    key, problem = log_key(found.origin), found.problem
    told_problem = {"code": problem.code, "what": problem.what, "fix": problem.fix} if problem else None
    told = {"origin": found.origin, "key": key.text, "entries": found.entries, "published": found.published,
            "problem": told_problem}  # fmt: skip
    lines = [f"Log: {found.origin}", f"Key: {key.text}",
             f"Trail: {found.entries:,} entries, {found.published:,} published"]  # fmt: skip
    tell(told, [*lines, *([str(problem)] if problem else [])], as_json=as_json)
    if problem:
        sys.exit(1)


@log.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--none-since", is_flag=True, help="Instead of FILE: nothing was published since the backup was made.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def accept(file: Path | None, *, none_since: bool, as_json: bool) -> None:
    """After a restore: name the newest checkpoint that was published, so that the log goes on from there.

    FILE is a checkpoint, or the state file of a witness.

    Example:  sealmark-platform log accept witness.json
    """
    if (file is None) is not none_since:
        raise click.UsageError("Name a FILE, or say --none-since.")
    ready()
    from sealmark_platform.records.publishing import accept_checkpoint

    newest = accept_checkpoint(None if file is None else _note(file.read_bytes()))
    size = newest.size if newest else 0
    tell({"published": size}, [f"The log goes on after {size:,} entries."], as_json=as_json)


@log.command()
@click.option("--name", default="", help="Of the new log, if the old one has to end [the old name with a number].")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def recover(name: str, *, as_json: bool) -> None:
    """After a restore without a later backup: give up what is lost, and go on without giving a number twice.

    Numbers that were given out and are not in the database are passed over. A published log that is ahead of the
    database is put aside, and another one begins under another name: whoever follows the old one sees that it ended.

    Example:  sealmark-platform log recover
    """
    ready()
    from django.utils import timezone

    from sealmark_platform.attestation.recovery import recover as go_on

    done = go_on(timezone.now(), name=name)
    told = {"numbers": done.numbers, "ended": str(done.ended) if done.ended else None}
    lines = [f"{prefix}{last:05d} and before: passed over" for prefix, last in done.numbers.items()]
    if done.ended:
        lines.append(f"The log ended; its files lie in {done.ended}. Set SEALMARK_LOG_ORIGIN if it was set.")
    tell(told, [*lines, *([] if lines else ["Nothing is lost that is known of."])], as_json=as_json)


def _note(content: bytes) -> bytes:
    try:
        told = json.loads(content)
    except ValueError:
        return content
    return str(told.get("note", "")).encode() if isinstance(told, dict) else content
