"""The pages of the documentation that the code and the data are: the command line, the catalogue, the manifest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer.core
from typer.main import get_command

from cli.formatting import seconds
from cli.main import app
from lambdas.request import report_types as catalogue
from tests.testing.repository import DOCS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
        "`lambdas/request/report_types.json`; where the reading of the window is from, below the table.\n\n"
        "[How Amazon reads a window](concepts.md#days-and-windows): *stated* by Amazon's schema or page, *reported* in "
        "an issue, or *inferred* from what the report holds. What is not known is asked for by instants, at the "
        "midnights of the schedule's time zone.\n\n"
        "Options in **bold** are required. Where the list of options ends with "
        "…, Amazon's pages may know more, and others pass; else an option that is not listed is refused, unless the "
        'request says `unknownOptions: "allow"`.\n\n'
        "| report type | its window | known of it | options |\n|---|---|---|---|"
    )
    for name in catalogue.names():
        kind = catalogue.get(name)
        yield f"| `{name}` | {_window(kind)} | {'; '.join(_facts(kind))} | {'; '.join(_options(kind))} |"
    yield from _tables()
    yield "\n## Where the reading of a window is from\n"
    sources: dict[str, list[str]] = {}
    for name in catalogue.names():
        sources.setdefault(catalogue.get(name).window.source or "", []).append(f"`{name}`")
    for source, names in sources.items():
        yield f"- {', '.join(names)}: {source}"


def _tables() -> Iterator[str]:
    yield (
        "\n## Tables\n\nWhat a newer report replaces in the [view of the newest](tables.md#views): all rows with the "
        "same values in these columns, and of the same selling partner. A type that is not here, or has no columns, "
        "has no such view: nothing public says what it would be. Localised headers are known of one type; those of "
        "others are columns under their own letters, until `[tables.aliases]` says what they are.\n\n"
        "| report type | part | columns | localised headers | from |\n|---|---|---|---|---|"
    )
    for name in catalogue.names():
        table = catalogue.get(name).table
        units = {"": table.unit, **table.unit_of_parts} if table.unit is not None else table.unit_of_parts
        for part, unit in (units or {"": ()}).items() if table.source else ():
            columns, headers = ", ".join(f"`{column}`" for column in unit), len(table.aliases) or ""
            yield f"| `{name}` | {part and f'`{part}`'} | {columns} | {headers} | {table.source} |"


def _window(kind: ReportType) -> str:
    window = kind.window
    periods = f"whole periods of `{window.period_option}`" if window.period_option else None
    default = f" ({window.default_period} without it)" if window.default_period else ""
    facts = (
        (window.reads or "not known", "{}"),
        (window.confidence, "*{}*"),
        (window.required, "required"),
        (periods, "{}" + default),
        (window.unaligned, "else {}"),
        (window.min_start_age_hours, "begins {} hours ago, which is seen to"),
        (window.min_end_age_minutes, "ends {} minutes ago"),
    )
    return ", ".join(said.format(known) for known, said in facts if known)


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
        (kind.quoted, "fields stand in quotes"),
        (kind.one_marketplace, "one marketplace"),
        (", ".join(kind.marketplaces), "made for {}"),
        (limits, "{}"),
        (kind.max_span_days, "spans {} days at most"),
        (_by_period(kind.max_span_periods), "spans {} at most"),
        (kind.max_lookback_days, "reaches back {} days"),
        (_by_period(kind.max_lookback_periods), "reaches back {}"),
        (kind.lag_hours, "data is there after {} hours"),
        (kind.cooldown_seconds and seconds(kind.cooldown_seconds), "a cooldown of {}"),
        (kind.deadline_hours, "waited for up to {} hours"),
        (kind.deprecated_on, "not made from {} on"),
        (kind.successor and f"`{kind.successor}`", "no longer on Amazon's pages, which have {}"),
    )
    yield from (said.format(known) for known, said in facts if known)


def _by_period(most: Mapping[str, int]) -> str:
    """Return `15 days, 7 weeks` for how many of each period."""
    return ", ".join(f"{count} {period.lower()}{'s' if count > 1 else ''}" for period, count in most.items())


def manifest() -> Iterator[str]:
    """Yield the lines of the page of the manifest."""
    yield (
        "# The manifest\n\nWhat is known of a landed document, as JSON: `reports/<path>.tsv.gz` has "
        "`manifests/<path>.json`, and `restricted/reports/…` has `restricted/manifests/…`. A report has landed when "
        "its manifest is written. A window has one manifest, and the manifest a version for each of [the window's "
        "reports](output.md#versions).\n\n"
        "This page is made of [manifest.schema.json](manifest.schema.json), its JSON Schema. Instants are in ISO 8601, "
        "with their offset from UTC. Keys are always there, unless they are optional. A release may add keys, and the "
        "schema with it."
    )
    schema = json.loads((DOCS / "manifest.schema.json").read_text())
    yield from _keys("The manifest's keys", schema)
    for key in ("result", "served", "restatement", "utf8"):
        yield from _keys(f"`{key}`", schema["properties"][key])
    yield from _keys("`earlier`: each report", schema["properties"]["earlier"]["items"])
    yield from _keys("`result.findings`: [each finding](findings.md)", schema["$defs"]["findings"]["items"])


def _keys(heading: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"\n## {heading}\n\n| key | type | meaning |\n|---|---|---|"
    required = schema.get("required", ())
    for key, value in schema["properties"].items():
        optional = "" if key in required else ", optional"
        yield f"| `{key}` | {_type(value)}{optional} | {value.get('description', '')} |"


def _type(value: Mapping[str, Any]) -> str:
    if "const" in value:
        return f"`{value['const']}`"
    words = [f"`{word}`" for word in value.get("enum", ()) if word]
    if not words:
        kinds = value.get("type", "array")
        words = [kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null"]
    nullable = None in value.get("enum", ()) or "null" in value.get("type", ())
    return ", ".join(words) + (" or null" if nullable and words else "null" if nullable else "")
