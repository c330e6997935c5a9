"""Commands with a help that has flags and arguments as they are typed."""

from __future__ import annotations

from typing import Any

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption


class Flag(TyperOption):
    """An option that takes no value, so that none is shown: typer has `<bool>`."""

    def display_type_rich(self, *_: Any, **__: Any) -> None:
        """Return nothing."""


class Argument(TyperArgument):
    """An argument in the words of its metavar: typer puts braces around it, and its type beside it."""

    def display_type_rich(self, *_: Any, **__: Any) -> None:
        """Return nothing."""

    def _usage_display_name(self) -> str:
        return self.display_name_raw if self.required else f"[{self.display_name_raw}]"


class Command(TyperCommand):
    """A command of `reportflow`."""

    def get_params(self, ctx: Any) -> Any:
        """Return its parameters, of their own kinds: typer has one kind of options."""
        return [_as_typed(one) for one in super().get_params(ctx)]


class Commands(TyperGroup):
    """`reportflow`."""

    def get_params(self, ctx: Any) -> Any:
        """Return its parameters, likewise."""
        return [_as_typed(one) for one in super().get_params(ctx)]


def _as_typed(parameter: Any) -> Any:
    if isinstance(parameter, TyperArgument):
        parameter.__class__ = Argument
    elif isinstance(parameter, TyperOption) and parameter.is_flag:
        parameter.__class__ = Flag
    return parameter
