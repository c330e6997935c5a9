"""reportflow amazon-schedules: has Amazon make the types that it makes on its own schedule only, or no longer."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from cli.doctor_context import DoctorContext
from cli.errors import Exit, refused
from cli.outcome_view import BAD, GOOD
from cli.plan import CONFIG, ConfigOption, read_config
from cli.stack import Connection, JsonOption  # noqa: TC001 - typer reads them at run time
from cli.terminal import console, print_json
from lambdas.request import report_types
from lambdas.schedules.report_config import SellingPartner
from lambdas.spapi.regions import marketplace_id, region_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from cli.report_schedules import ScheduleState
    from lambdas.spapi.reports import ReportScheduleSpecification

    Wanted = Mapping[SellingPartner, list[ReportScheduleSpecification]]


# Amazon's, by the model's enum.
PERIODS = (
    *("PT5M", "PT15M", "PT30M", "PT1H", "PT2H", "PT4H", "PT8H", "PT12H", "P1D", "P2D", "P3D", "PT84H"),
    *("P7D", "P14D", "P15D", "P18D", "P30D", "P1M"),
)


class What(StrEnum):
    """What to do."""

    LIST = "list"
    SET = "set"
    CANCEL = "cancel"


def amazon_schedules(
    *,
    what: Annotated[What, typer.Argument(metavar="WHAT", help="`list`, `set` or `cancel`.")],
    config: ConfigOption = CONFIG,
    seller: Annotated[
        str | None, typer.Option(metavar="ID", help="sellingPartnerId: this one's, instead of those of reports.toml.")
    ] = None,
    report_type: Annotated[
        str | None, typer.Option("--type", metavar="TYPE", help="reportType, with --seller.")
    ] = None,
    marketplace: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="With --seller: one, as an id or a country. Repeat.")
    ] = None,
    every: Annotated[
        str | None, typer.Option(metavar="PERIOD", help="With --seller and set: PT5M to PT12H, P1D to P30D, P1M, …")
    ] = None,
    as_json: JsonOption = False,
    connection: Connection,
) -> None:
    """Give Amazon the schedules that reports.toml wants (`amazonSchedule`), show those that it has, or end them.

    What is there already is left as it is. A discovery lands the reports that the schedules make. Calls wait for
    Amazon's quota.

    Exit code 1 if a selling partner could not be asked for.
    """
    # What the other commands do not need.
    from cli.report_schedules import AmazonSchedules

    if seller is None and (report_type or marketplace or every):
        raise refused("--type, --marketplace and --every need --seller; without it, reports.toml says all of them")
    wanted = _flagged(seller, report_type, marketplace or [], every, what) if seller else _configured(config, what)
    context = DoctorContext(connection)
    found = [state for partner, its in wanted.items() for state in AmazonSchedules(context, partner).do(what, its)]
    print_json(found) if as_json else _show(found)
    if not all(one["ok"] for one in found):
        raise typer.Exit(Exit.FAILED)


def _flagged(seller: str, report_type: str | None, names: list[str], every: str | None, what: What) -> Wanted:
    ids = [marketplace_id(name) for name in names]
    if not ids:
        raise refused("--seller needs --marketplace")
    try:
        region_of(ids)
    except ValueError as error:
        raise refused(str(error).replace("marketplaceIds", "--marketplace")) from None
    partner = SellingPartner(name=seller, selling_partner_id=seller, account="seller", marketplace_ids=tuple(ids))
    if what == What.LIST and report_type is None:
        return {partner: []}
    if report_type is None or report_types.get(report_type).mode != "schedule":
        known = ", ".join(name for name in report_types.names() if report_types.get(name).mode == "schedule")
        raise refused(f"--type is {report_type}; allowed are those that Amazon makes on its own schedule only: {known}")
    if what == What.SET and every not in PERIODS:
        raise refused(f"--every is {every}; allowed are {', '.join(PERIODS)}")
    return {partner: [{"reportType": report_type, "marketplaceIds": sorted(ids), "period": every or ""}]}


def _configured(config: Path, what: What) -> Wanted:
    report_config = read_config(config)
    wanted: dict[SellingPartner, list[ReportScheduleSpecification]] = {}
    if what == What.LIST:
        wanted = {partner: [] for partner in report_config.selling_partners if partner.enabled}
    for report in report_config.reports:
        if report.amazon_schedule is None or not report.enabled or what == What.LIST:
            continue
        for partner in report.selling_partners:
            for marketplace_ids in report.marketplaces_of(partner):
                specification: ReportScheduleSpecification = {
                    "reportType": report.report_type,
                    "marketplaceIds": list(marketplace_ids),
                    "period": report.amazon_schedule,
                }
                if report.report_options:
                    specification["reportOptions"] = dict(report.report_options)
                wanted.setdefault(partner, []).append(specification)
    if not wanted:
        raise refused(f"{config} has no enabled report with amazonSchedule, or nobody to get it for")
    return wanted


def _show(found: Iterable[ScheduleState]) -> None:
    table = Table.grid(padding=(0, 2, 0, 0))
    for one in found:
        mark = Text("✓", GOOD) if one["ok"] else Text("✗", BAD)
        whose = f"{one['sellingPartner']} {one['sellingPartnerId']}"
        table.add_row(mark, whose, one["reportType"], ",".join(one["marketplaces"]), Text(one["says"]))
    console().print(table if table.row_count else "Amazon has no schedule.")
