"""reportflow executions: what Step Functions has run, the newest first."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from cli.errors import refused
from cli.execution import describe
from cli.ledger_query import SellerOption, TypeOption  # noqa: TC001 - typer reads them
from cli.outcome_view import colour, summary
from cli.stack import Connection, JsonOption, find
from cli.terminal import console, print_json
from lambdas.request.window import days_of
from lambdas.spapi.regions import country_of
from local.fast_clock import now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.execution import Execution
    from cli.stack import DeployedStack

STATUSES = ("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")
DAYS = 7
PAGE = 50
# DescribeExecution allows 15 a second in most regions, and waits are shorter than to ask one after the other.
AT_ONCE = 8


def executions(
    *,
    status: Annotated[str | None, typer.Option(metavar="STATUS", help=f"One of {', '.join(STATUSES)}.")] = None,
    seller: SellerOption = None,
    report_type: TypeOption = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help=f"Started then or later: a date, or a time (default: {DAYS} days ago)."),
    ] = None,
    page: Annotated[int, typer.Option(metavar="N", min=1, help=f"Which {PAGE} of them; 1 has the newest.")] = 1,
    backfills: Annotated[bool, typer.Option("--backfills", help="Those of the backfill machine instead.")] = False,
    as_json: JsonOption = False,
    connection: Connection,
) -> None:
    """List executions, the newest first: when each started, how it stands, for which report, and its name.

    With --seller or --type each execution since then is looked at, which takes a second for each 15 or so.
    """
    wanted = status.upper() if status else None
    if wanted and wanted not in STATUSES:
        raise refused(f"--status is {status}; allowed are {', '.join(STATUSES)}")
    begin = _since(since)
    deployed = find(connection)
    machine = deployed.backfill_machine if backfills and deployed.backfill_machine else deployed.machine
    with console(stderr=True).status("Asking Step Functions …"):
        arns = _listed(deployed, machine, status=wanted, since=begin)
        if seller or report_type:
            every = _described(deployed, arns)
            found = [one for one in every if _is_of(one, "sellingPartnerId", seller)]
            found = [one for one in found if _is_of(one, "reportType", report_type)]
            count, shown = len(found), found[(page - 1) * PAGE : page * PAGE]
        else:
            count, shown = len(arns), _described(deployed, arns[(page - 1) * PAGE : page * PAGE])
    if as_json:
        print_json({"count": count, "since": begin, "executions": [summary(one) for one in shown]})
        return
    _print(shown, count=count, page=page, since=begin)


def _since(given: str | None) -> datetime:
    if given is None:
        return now() - timedelta(days=DAYS)
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise refused(f"--since is {given!r}; allowed is a day such as 2026-11-01, or a time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _listed(deployed: DeployedStack, machine: str, *, status: str | None, since: datetime) -> list[str]:
    """Return the ARNs of the executions that started since then, the newest first."""
    asked: Any = {"stateMachineArn": machine, **({"statusFilter": status} if status else {})}
    arns: list[str] = []
    for page in deployed.stepfunctions.get_paginator("list_executions").paginate(**asked):
        recent = [one["executionArn"] for one in page["executions"] if one["startDate"] >= since]
        arns += recent
        if len(recent) < len(page["executions"]):
            break
    return arns


def _described(deployed: DeployedStack, arns: Sequence[str]) -> list[Execution]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda arn: describe(deployed, arn), arns))


def _is_of(execution: Execution, key: str, wanted: str | None) -> bool:
    return wanted is None or _given(execution).get(key) == wanted


def _given(execution: Execution) -> dict[str, Any]:
    """Return the input; nothing of one that the machine refuses because it is no object."""
    return execution.given if isinstance(execution.given, dict) else {}


def _print(shown: Sequence[Execution], *, count: int, page: int, since: datetime) -> None:
    screen = console()
    for one in shown:
        line = f"{one.started.astimezone():%Y-%m-%d %H:%M:%S}  "
        screen.print(
            Text.assemble((line, "dim"), (f"{one.outcome:<16}", colour(one)), f"  {_asked(one)}"), soft_wrap=True
        )
        screen.print(f"  {one.name}", soft_wrap=True)
    first, last = (page - 1) * PAGE + 1, (page - 1) * PAGE + len(shown)
    which = f"{first:,} to {last:,} of {count:,}" if shown else f"None of {count:,}"
    more = f"; --page {page + 1} has the next" if last < count else ""
    statuses = ", ".join(f"{number} {status}" for status, number in Counter(one.status for one in shown).items())
    told = f"{which} executions since {since.astimezone():%Y-%m-%d %H:%M}{f': {statuses}' if statuses else ''}{more}"
    console(stderr=True).print(told, soft_wrap=True)


def _asked(execution: Execution) -> str:
    """Return which report an execution is for."""
    given = _given(execution)
    marketplaces = given.get("marketplaceIds")
    names = [str(one) for one in marketplaces] if isinstance(marketplaces, list) else []
    output = execution.output if isinstance(execution.output, dict) else {}
    dates = {key: value for key, value in {**given, **output}.items() if isinstance(value, str)}
    try:
        first, last = (dates["from"], dates["to"]) if "from" in dates and "to" in dates else days_of(dates)
    except ValueError:
        first = last = ""
    said = [
        str(given.get("reportType", "")),
        str(given.get("sellingPartnerId", "")),
        ",".join(map(country_of, names)),
        first if first == last else f"{first}/{last}",
    ]
    return " ".join(filter(None, said))
