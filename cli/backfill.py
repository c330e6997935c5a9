"""reportflow backfill: a span of days is checked, started window by window, and followed to its summary."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from datetime import timedelta
from time import sleep
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.errors import Exit, refused, unreachable
from cli.execution import describe
from cli.follow import execution_name
from cli.ledger_query import types
from cli.request_options import FLAGS, DetachOption, ReportOption, UnknownOptionsOption, ZoneOption, as_typed, pair
from cli.seller_secrets import check_secret
from cli.stack import Connection, JsonOption, find
from cli.terminal import console, print_json
from lambdas.ledger.completeness import incomplete
from lambdas.ledger.table import Ledger
from lambdas.request import backfill as spans
from lambdas.request.availability import notes
from lambdas.request.parsing import InvalidRequest
from lambdas.request.window import days_of
from lambdas.spapi.foreign import error_message
from lambdas.spapi.regions import marketplace_id
from local.fast_clock import now

if TYPE_CHECKING:
    from cli.execution import Execution
    from cli.stack import DeployedStack
    from lambdas.payloads.request import Request

# Amazon makes one report a minute.
POLL_SECONDS = 15.0
SPAN_FLAGS = {
    **FLAGS,
    "from": "--from",
    "to": "--to",
    "dataStartTime": "--from",
    "dataEndTime": "--to",
}


def backfill(
    *,
    seller: Annotated[str, typer.Option(metavar="ID", help="sellingPartnerId")],
    report_type: Annotated[str, typer.Option("--type", metavar="TYPE", help="reportType", autocompletion=types)],
    marketplace: Annotated[
        list[str], typer.Option(metavar="ID", help="One of marketplaceIds, as an id or a country. Repeat.")
    ],
    since: Annotated[str, typer.Option("--from", metavar="DATE", help="The first day.")],
    until: Annotated[str, typer.Option("--to", metavar="DATE", help="The last day.")],
    period: Annotated[
        str | None, typer.Option(metavar="PERIOD", help="One window: DAY, WEEK, MONTH, QUARTER or YEAR.")
    ] = None,
    time_zone: ZoneOption = None,
    option: ReportOption = None,
    unknown_options: UnknownOptionsOption = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask again for windows that have landed.")] = False,
    detach: DetachOption = False,
    as_json: JsonOption = False,
    connection: Connection,
) -> None:
    """Get a span of days, window by window, and leave out what the ledger has.

    All windows are checked before anything is called. They let other executions go first. The same command again goes
    on where a stopped or red one ended.

    Exit code: 0 every window has landed or has no data (or it was started, with --detach), 1 some have not, 2 the span
    is refused, 3 nothing could be started. Ctrl-C stops the following, not the backfill.
    """
    given: dict[str, Any] = {
        "sellingPartnerId": seller,
        "reportType": report_type,
        "marketplaceIds": [marketplace_id(name) for name in marketplace],
        "from": since,
        "to": until,
        **({"period": period.upper()} if period else {}),
        **({"timeZone": time_zone} if time_zone else {}),
        **({"reportOptions": dict(map(pair, option))} if option else {}),
        **({"unknownOptions": "allow"} if unknown_options else {}),
        **({"refresh": True} if refresh else {}),
    }
    try:
        requests = spans.parse_backfill(given, now=now())
    except InvalidRequest as error:
        raise refused(as_typed(str(error), SPAN_FLAGS)) from None
    for note in notes(report_type, now=now()):
        console(stderr=True).print(note, soft_wrap=True)
    deployed = find(connection)
    check_secret(deployed, seller)
    arn = _start(deployed, given)
    if detach:
        print_json({"executionArn": arn, "windows": len(requests)}) if as_json else console().print(arn, soft_wrap=True)
        return
    execution = _follow(deployed, arn, requests)
    _show(deployed, execution, as_json=as_json)
    raise typer.Exit(Exit.OK if execution.status == "SUCCEEDED" else Exit.FAILED)


def _start(deployed: DeployedStack, given: dict[str, Any]) -> str:
    if deployed.backfill_machine is None:
        raise unreachable(f"the stack {deployed.stack} has no backfill: deploy this version of it with `make deploy`")
    name = f"{given['reportType'][:40]}-{given['from']}-{given['to']}-{secrets.token_hex(4)}"
    started = deployed.stepfunctions.start_execution(
        stateMachineArn=deployed.backfill_machine, name=name, input=json.dumps(given)
    )
    console(stderr=True).print(f"Started {name}", soft_wrap=True)
    return started["executionArn"]


def _follow(deployed: DeployedStack, arn: str, requests: list[Request]) -> Execution:
    """Return the execution when it has ended; progress goes to standard error."""
    ledger = Ledger(dynamodb=deployed.dynamodb, table=deployed.ledger, retention=timedelta())
    # Of a refresh, too, what has landed is no longer waited for.
    waiting: list[Request] = [{**each, "refresh": False} for each in requests]
    screen = console(stderr=True)
    screen.print(f"{len(requests)} windows", soft_wrap=True)
    try:
        with screen.status(f"0 of {len(requests)} windows complete") as status:
            while (execution := describe(deployed, arn)).status == "RUNNING":
                waiting = incomplete(waiting, ledger=ledger)
                status.update(f"{len(requests) - len(waiting)} of {len(requests)} windows complete")
                sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        screen.print(f"\nIt goes on without you: reportflow status {execution_name(arn)} --follow", soft_wrap=True)
        raise
    return execution


def _show(deployed: DeployedStack, execution: Execution, *, as_json: bool) -> None:
    windows = _windows(deployed, execution)
    if as_json:
        print_json({"executionArn": execution.arn, "cause": execution.cause, "windows": windows})
        return
    for window in windows:
        first, last = days_of(window)
        days = first if first == last else f"{first} – {last}"
        why = "" if "key" in window else window.get("cause") or window.get("reason") or _why(deployed, window)
        console().print(f"{days:<25}{window['outcome']:<14}{why}", soft_wrap=True)
        if "key" in window:
            console().print(f"s3://{deployed.bucket}/{window['key']}", soft_wrap=True)
    counted = Counter(window["outcome"] for window in windows)
    console().print(", ".join(f"{count} {outcome}" for outcome, count in sorted(counted.items())), soft_wrap=True)
    if execution.cause:
        console(stderr=True).print(execution.cause, soft_wrap=True)


def _why(deployed: DeployedStack, window: dict[str, Any]) -> str:
    """Return why a window that the ledger knows no end of is not complete, as its execution says."""
    if "executionArn" not in window:
        return ""
    ended = describe(deployed, window["executionArn"])
    return f"{ended.error}: {error_message(ended.cause or '')}" if ended.error else f"{ended.status} {ended.arn}"


def _windows(deployed: DeployedStack, execution: Execution) -> list[dict[str, Any]]:
    """Return the summary's lines; none where the backfill ended before it could sum up."""
    key = f"backfills/{execution.name}.json"
    try:
        body = deployed.s3.get_object(Bucket=deployed.bucket, Key=key)["Body"].read()
    except deployed.s3.exceptions.NoSuchKey:
        return []
    windows: list[dict[str, Any]] = json.loads(body)["windows"]
    return windows
