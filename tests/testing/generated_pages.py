"""The pages of the documentation that the code and the data are: the command line, and the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer.core
from typer.main import get_command

from cli.formatting import seconds
from cli.main import app
from lambdas.request import report_types as catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.request.report_types import ReportType


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
        "asked. A type that is not here works too, with the defaults: Amazon adds types. Where each fact is from is in "
        "`lambdas/request/report_types.json`.\n\nOptions in **bold** are required. Where the list of options ends with "
        "…, Amazon's pages may know more, and others pass; else an option that is not listed is refused, unless the "
        'request says `unknownOptions: "allow"`.\n\n| report type | known of it | options |\n|---|---|---|'
    )
    for name in catalogue.names():
        kind = catalogue.get(name)
        yield f"| `{name}` | {'; '.join(_facts(kind))} | {'; '.join(_options(kind))} |"


def _options(kind: ReportType) -> Iterator[str]:
    for key, option in kind.options.items():
        name = f"**`{key}`**" if option.required else f"`{key}`"
        whose = f" ({option.accounts[0]}s)" if len(option.accounts) == 1 else ""
        takes = ", ".join(option.values) if option.values else option.format.replace("-", " ")
        limit = f", {option.max_length} characters at most" if option.max_length else ""
        reach = f", {option.max_lookback_days} days back at most" if option.max_lookback_days else ""
        yield f"{name}{whose}: {takes}{limit}{reach}"
    if not kind.options_known and kind.mode == "request":
        yield "…"


def _facts(kind: ReportType) -> Iterator[str]:
    limits = "; ".join(f"{quota.count} per {seconds(quota.seconds)}" for quota in kind.quotas)
    facts = (
        (kind.format, "{}"),
        (kind.restricted, "**personal data**"),
        (kind.mode == "schedule", "on Amazon's schedule only"),
        (kind.mode == "list", "made by Amazon, unasked"),
        (kind.consecutive, "one period after another"),
        (kind.accounts[0] if len(kind.accounts) == 1 else None, "for {}s"),
        (kind.dates == "snapshot", "a snapshot"),
        (kind.quoted, "fields stand in quotes"),
        (kind.one_marketplace, "one marketplace"),
        (kind.window_required, "needs a window"),
        (", ".join(kind.marketplaces), "made for {}"),
        (limits, "{}"),
        (kind.max_span_days, "spans {} days at most"),
        (kind.max_lookback_days, "reaches back {} days"),
        (kind.lag_hours, "data is there after {} hours"),
        (kind.cooldown_seconds and seconds(kind.cooldown_seconds), "a cooldown of {}"),
        (kind.deadline_hours, "waited for up to {} hours"),
        (kind.deprecated_on, "not made from {} on"),
        (kind.successor and f"`{kind.successor}`", "no longer on Amazon's pages, which have {}"),
    )
    yield from (said.format(known) for known, said in facts if known)
