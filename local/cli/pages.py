"""Puts the documentation together for `make docs`: the pages of docs/, and those that the code and the data are.

`python -m local.cli.pages build/docs`
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer.core
from typer.main import get_command

import catalogue
from local.cli import REPOSITORY
from local.cli.main import app
from local.cli.words import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalogue import ReportType


def write(directory: Path) -> None:
    """Write all pages into an empty directory."""
    shutil.rmtree(directory, ignore_errors=True)
    shutil.copytree(REPOSITORY / "docs", directory)
    (directory / "cli.md").write_text("\n".join(command_line()) + "\n")
    (directory / "catalogue.md").write_text("\n".join(report_types()) + "\n")


def command_line() -> Iterator[str]:
    """Yield the lines of the page of the command line."""
    top: Any = get_command(app)
    yield f"# The command line\n\n{top.help}\n\n{top.epilog}\n\n"
    yield "`reportflow --install-completion` completes words in your shell."
    for name, command in top.commands.items():
        arguments = [one for one in command.params if isinstance(one, typer.core.TyperArgument)]
        options = [one for one in command.params if isinstance(one, typer.core.TyperOption) and not one.hidden]
        usage = " ".join([f"reportflow {name}", *(one.metavar or one.name or "" for one in arguments), "[OPTIONS]"])
        yield f"\n## {name}\n\n`{usage}`\n\n{command.help}\n\n| option | meaning |\n|---|---|"
        for argument in arguments:
            yield f"| `{argument.metavar}` | {argument.help} |"
        for option in options:
            value = "" if option.is_flag else f" {option.metavar}"
            yield f"| {', '.join(f'`{word}{value}`' for word in option.opts)} | {option.help} |"


def report_types() -> Iterator[str]:
    """Yield the lines of the page of the catalogue."""
    yield (
        "# The catalogue of report types\n\nWhat is known of Amazon's report types, and checked before anything is "
        "asked. A type that is not here works too, with the defaults: Amazon adds types.\n\n"
        "| report type | format | personal data | known of it | source |\n|---|---|---|---|---|"
    )
    for name in catalogue.names():
        kind = catalogue.of(name)
        source = f"[Amazon]({kind.source})" if (kind.source or "").startswith("http") else kind.source or ""
        restricted = "yes" if kind.restricted else ""
        yield f"| `{name}` | {kind.format or ''} | {restricted} | {'; '.join(_facts(kind))} | {source} |"


def _facts(kind: ReportType) -> Iterator[str]:
    if kind.mode != "request":
        yield {"schedule": "on Amazon's schedule only", "list": "made by Amazon, unasked"}[kind.mode]
    if len(kind.accounts) == 1:
        yield f"for {kind.accounts[0]}s"
    if kind.dates == "snapshot":
        yield "a snapshot"
    if kind.quoted:
        yield "fields stand in quotes"
    if kind.one_marketplace:
        yield "one marketplace"
    if kind.required_options:
        yield f"needs {', '.join(f'`{option}`' for option in kind.required_options)}"
    for quota in kind.quotas:
        yield f"{quota.count} per {seconds(quota.seconds)}"
    numbers = (
        (kind.max_span_days, "spans {} days at most"),
        (kind.max_look_back_days, "reaches back {} days"),
        (kind.lag_hours, "data is there after {} hours"),
        (kind.cooldown_seconds and seconds(kind.cooldown_seconds), "one per {}"),
        (kind.deadline_hours, "waited for up to {} hours"),
        (kind.deprecated_on, "not made since {}"),
    )
    yield from (said.format(number) for number, said in numbers if number)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
