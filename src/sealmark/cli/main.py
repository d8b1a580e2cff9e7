"""The command ``sealmark``. Commands are loaded when they are used, so that help answers at once."""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Mapping
from importlib import metadata
from pathlib import PurePath
from typing import Any

import click

from sealmark.cli.lazy import EXTRAS, LazyCommand, LazyGroup
from sealmark.cli.output import WRONG_USE, problem_json, wants_json
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["COMMANDS", "TellingGroup", "cli", "main"]


COMMANDS: Mapping[str, LazyCommand] = {
    "demo": LazyCommand(
        "sealmark.cli.demo", "demo", "Evaluate one made-up case per pack and show the reports.", "measure,reports"
    ),
    "evaluate": LazyCommand(
        "sealmark.cli.evaluation", "evaluate", "Evaluate a case folder: score, grade, how sure, why.", "measure,reports"
    ),
    "reproduce": LazyCommand("sealmark.cli.evaluation", "reproduce", "Recompute an evaluation and compare.", "measure"),
    "plan": LazyCommand("sealmark.cli.planning", "plan", "Which sites, how many respondents and records.", "measure"),
    "prior": LazyCommand("sealmark.cli.prior", "prior", "Make a prior group from finished evaluations.", "measure"),
    "case": LazyCommand("sealmark.cli.case", "case", "Begin, check and fill a case folder.", "measure"),
    "measure": LazyCommand(
        "sealmark.cli.measuring", "measure", "Estimate from a table, without any scheme.", "measure"
    ),
    "scheme": LazyCommand("sealmark.cli.scheme", "scheme", "Read, check, compare and export scheme packs."),
    "certificate": LazyCommand(
        "sealmark.cli.certificate", "certificate", "Set a certificate as PDF; endorse an issuer.", "attest,reports"
    ),
    "verify": LazyCommand(
        "sealmark.cli.verifying.command", "verify_command", "Say whether a certificate is valid, and why.", "verify"
    ),
    "witness": LazyCommand(
        "sealmark.cli.witness", "witness", "Follow a log, and cry out when it contradicts itself.", "attest"
    ),
    "contexts": LazyCommand(
        "sealmark.cli.contexts", "contexts", "Keep the JSON-LD contexts that credentials are checked with.", "attest"
    ),
    "schema": LazyCommand("sealmark.cli.schema", "schema", "Print the JSON Schema of a file format."),
}
"""Every command. A new one needs a line here and a module; nothing is imported before it is used."""


class TellingGroup(LazyGroup):
    """The whole command line, which tells every error in full sentences."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; errors are told in full sentences, never as a traceback."""
        try:
            return super().invoke(ctx)
        except SealmarkError as error:
            problems = error.problems
        except click.UsageError as error:
            if not ctx.meta.get("sealmark.json"):
                raise
            problems = (Problem("SM901", error.format_message(), "", "See --help."),)
        except BrokenPipeError:
            raise
        except OSError as error:
            what = f"{error.strerror or error}."
            problems = (Problem("SM902", what, str(error.filename or ""), "Check the path and its permissions."),)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            if os.environ.get("SEALMARK_TRACEBACK"):
                raise
            problems = (_missing(error, ctx.meta.get(EXTRAS, "all")) or _fault(error),)
        _tell(ctx, problems)
        return ctx.exit(WRONG_USE)


def _missing(error: Exception, extras: str) -> Problem | None:
    """Return that a part is not installed, if that is what went wrong."""
    name = error.name if isinstance(error, ModuleNotFoundError) else None
    if not name or name.partition(".")[0] == "sealmark":
        return None
    what = f"The command needs {name.partition('.')[0]}, which is not installed."
    return Problem("SM907", what, fix=f"pip install 'sealmark[{extras}]'")


def _fault(error: Exception) -> Problem:
    """Return a mistake of ours as a problem people can report."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    what = f"A fault in Sealmark, not in your input: {type(error).__name__}: {error}."
    fix = "Please report it; with SEALMARK_TRACEBACK=1 the whole trace is shown."
    return Problem("SM999", what, f"{PurePath(last.filename).name}, line {last.lineno}", fix)


def _tell(ctx: click.Context, problems: tuple[Problem, ...]) -> None:
    with ctx.scope(cleanup=False):
        if wants_json():
            listed = [problem_json(problem) for problem in problems]
            click.echo(json.dumps({"problems": listed}, ensure_ascii=False, indent=2))
        else:
            click.echo("\n".join(str(problem) for problem in problems), err=True)


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"sealmark {metadata.version('sealmark')}")
        ctx.exit()


@click.group(
    cls=TellingGroup,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: sealmark scheme check my-pack/",
)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version,
              help="Print the version.")  # fmt: skip
def cli() -> None:
    """Open standards for customer service: read a scheme, evaluate evidence, explain the grade.

    Results go to stdout, talk to stderr; --json is understood by every command.
    Exit codes: 0 done and positive, 1 done and negative, 2 wrong use or unreadable input.
    """


def main() -> None:
    """Run the command line."""
    cli(prog_name="sealmark")
