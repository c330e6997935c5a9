"""reportflow plan: what reports.toml comes down to, before anything is deployed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from cli import IN_A_CLONE, REPOSITORY
from cli.errors import refused
from cli.terminal import console, print_json
from local.fast_clock import now

if TYPE_CHECKING:
    from lambdas.schedules.report_config import ReportConfig

# What is used less, and waited for no longer, needs nobody's attention.
WORTH_SHOWING, PATIENCE_SECONDS = 0.5, 900


CONFIG = REPOSITORY / "reports.toml" if IN_A_CLONE else Path("reports.toml")
ConfigOption = Annotated[
    Path,
    typer.Option(
        metavar="FILE",
        help="Another reports.toml than the clone's, or this folder's.",
        show_default=False,
    ),
]


def plan(
    config: ConfigOption = CONFIG,
    tables: Annotated[bool, typer.Option("--tables", help="Of a stack with tables.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as JSON.")] = False,
) -> None:
    """Show the next 30 days of reports.toml: calls to Amazon, quotas, personal data, dollars. It calls nobody.

    Counted as if nothing had landed before and every report were made at the first attempt.
    """
    from planning.forecast import forecast as planned
    from planning.forecast import summary

    report_config = read_config(config)
    month = planned(report_config, now=now(), tables=tables)
    if month["reports"]:
        typer.echo(summary(month), err=True)
    if as_json:
        print_json(month)
        return
    _show(month, tables=tables)


def read_config(config: Path) -> ReportConfig:
    """Return what a file says, and print what is worth knowing of it on standard error.

    Raises:
        CommandFailed: the file is refused.
    """
    from planning.load import InvalidReports, notes, read

    today = now()
    try:
        report_config = read(config, now=today)
    except InvalidReports as invalid:
        raise refused(str(invalid)) from None
    for note in notes(config, report_config, now=today):
        typer.echo(note, err=True)
    return report_config


def _show(month: dict[str, Any], *, tables: bool) -> None:
    screen = console()
    if not month["reports"]:
        screen.print("Nothing is scheduled: no report is enabled for a selling partner that is.")
        return
    screen.print(_reports(month["reports"]))
    for each in month["reports"]:
        for wall in each["skipped"]:
            why = f"clocks in {each['timeZone']} are set forward over it, and EventBridge Scheduler skips it"
            screen.print(f"{each['report']} is not due at {wall}: {why}", soft_wrap=True)
    screen.print(_partners(month["sellingPartners"]))
    tight = [
        use for use in month["quotas"] if use["share"] > WORTH_SHOWING or use["longestWaitSeconds"] > PATIENCE_SECONDS
    ]
    screen.print(_quotas(tight) if tight else "No quota is used to more than half.")
    discoveries = (
        f", {month['discoveries']:,} of them discoveries (what they find is not counted)"
        if month["discoveries"]
        else ""
    )
    rows = f" {month['tabulated']:,} reports become rows of tables;" if tables else ""
    options = "its default options, and tables" if tables else "its default options"
    screen.print(
        f"{month['executions']:,} executions{discoveries}, with {month['transitions']:,} transitions;{rows} "
        f"about {month['dollars']['total']:.2f} dollars a month:\n"
        f"{_dollars('for reports', month['dollars']['reports'])}\n"
        f"{_dollars('standing', month['dollars']['standing'])}\n"
        f"(assumed of a report: {month['assumed']['polls']} polls, {month['assumed']['megabytes']:g} MB; of the "
        f"stack: {options}; AWS's free tiers are left out. docs/cost.md has the counts)",
        soft_wrap=True,
    )


def _dollars(what: str, parts: dict[str, float]) -> str:
    named = ", ".join(f"{name} {amount:.2f}" for name, amount in parts.items() if name != "total")
    return f"  {parts['total']:.2f} {what} ({named})"


def _reports(reports: list[dict[str, Any]]) -> Table:
    table = _table("report", "schedule", "next due", "data there", "for", "executions", "createReport", "")
    for each in reports:
        table.add_row(
            f"{each['report']} {each['reportType']}",
            f"{each['schedule']} {each['timeZone']}",
            each["nextDue"] or "not in 30 days",
            each["nextDataThere"] or "",
            str(each["sellingPartners"]),
            f"{each['executions']:,}",
            f"{each['createReport']:,}",
            "personal data" if each["personalData"] else "",
        )
    return table


def _partners(partners: list[dict[str, Any]]) -> Table:
    table = _table("selling partner", "region", "", "", "", "executions", "createReport", "getReportDocument")
    for each in partners:
        counts = (f"{each[key]:,}" for key in ("executions", "createReport", "getReportDocument"))
        table.add_row(f"{each['name']} {each['sellingPartnerId']}", each["region"], "", "", "", *counts)
    return table


def _quotas(uses: list[dict[str, Any]]) -> Table:
    table = _table("quota", "selling partner", "", "", "", "calls", "used", "longest wait")
    for each in uses:
        minutes = f"{each['longestWaitSeconds'] // 60} min"
        table.add_row(
            each["scope"], each["sellingPartner"], "", "", "", f"{each['calls']:,}", f"{each['share']:.0%}", minutes
        )
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number in (5, 6) else "left", overflow="fold")
    return table
