"""Groups of commands that are imported when they are called, so that help answers at once."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import click

__all__ = ["EXTRAS", "LazyCommand", "LazyGroup"]

EXTRAS = "sealmark.extras"
"""Where the context keeps what the command that is called needs."""


class LazyCommand(NamedTuple):
    """Where a command is, what it does in one line, and which extras it needs."""

    module: str
    attribute: str
    help: str
    extras: str = ""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called.

    With ``default``, the first word may be that command's own first argument.
    """

    def __init__(
        self, *args: Any, lazy: Mapping[str, LazyCommand] | None = None, default: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = dict(lazy or {})
        self._default = default

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in the order of the registry."""
        return [*self._lazy, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported now."""
        if cmd_name not in self._lazy:
            return super().get_command(ctx, cmd_name)
        spot = self._lazy[cmd_name]
        if spot.extras:
            ctx.meta[EXTRAS] = spot.extras
        found: click.Command = getattr(import_module(spot.module), spot.attribute)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the registry, without importing them."""
        rows = [(name, spot.help) for name, spot in self._lazy.items()]
        for name in super().list_commands(ctx):
            command = super().get_command(ctx, name)
            rows.append((name, command.get_short_help_str() if command else ""))
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is meant: the default one when the first word names none."""
        if self._default and args and self.get_command(ctx, args[0]) is None:
            args = [self._default, *args]
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Leave options at the beginning to the default command."""
        if self._default and args and args[0].startswith("-") and args[0] not in ctx.help_option_names:
            args = [self._default, *args]
        return super().parse_args(ctx, args)
