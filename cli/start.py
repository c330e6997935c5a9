"""reportflow start: a request is checked, started, and followed to its end."""

from __future__ import annotations

import json
import re
import secrets
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.errors import refused
from cli.follow import follow
from cli.ledger_query import types
from cli.outcome_view import show
from cli.request_options import FLAGS, DetachOption, ReportOption, UnknownOptionsOption, ZoneOption, as_typed, pair
from cli.seller_secrets import check_secret
from cli.stack import Connection, JsonOption, find
from cli.terminal import console, print_json
from lambdas.request.availability import notes
from lambdas.request.parsing import InvalidRequest, parse_request
from lambdas.request.periods import whole_days
from lambdas.request.window import InvalidWindow, days_of
from lambdas.request.window import time_zone as zone_of
from lambdas.spapi.regions import marketplace_id
from local.fast_clock import now


def start(
    *,
    request: Annotated[
        str | None, typer.Argument(metavar="FILE", help="The input as JSON: a file, or - for standard input.")
    ] = None,
    seller: Annotated[str | None, typer.Option(metavar="ID", help="sellingPartnerId")] = None,
    report_type: Annotated[
        str | None, typer.Option("--type", metavar="TYPE", help="reportType", autocompletion=types)
    ] = None,
    marketplace: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="One of marketplaceIds, as an id or a country: A1PA6795UKMFR9 or DE. Repeat."),
    ] = None,
    start_time: Annotated[
        str | None, typer.Option("--start", metavar="TIME", help="dataStartTime; a date is the beginning of that day.")
    ] = None,
    end_time: Annotated[
        str | None, typer.Option("--end", metavar="TIME", help="dataEndTime; a date is the end of that day.")
    ] = None,
    time_zone: ZoneOption = None,
    period: Annotated[
        str | None, typer.Option(metavar="PERIOD", help="Instead of the two: previous-week, last-30-days, …")
    ] = None,
    option: ReportOption = None,
    unknown_options: UnknownOptionsOption = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask again although the window has landed.")] = False,
    detach: DetachOption = False,
    as_json: JsonOption = False,
    connection: Connection,
) -> None:
    """Ask for a report: check the request, start an execution and follow it to its end.

    The request is checked as the machine does, before anything is called: the same keys, the same catalogue.
    Options are put over what FILE says.

    Exit code: 0 landed (or started, with --detach), 1 it failed, 2 the request is refused, 3 nothing could be started,
    4 it ended well without a document: there was no data. Ctrl-C stops the following, not the execution.
    """
    asked_at = now()
    given = _given(request)
    flags = {**FLAGS, **{key: key for key in given}}
    named: dict[str, Any] = {
        "sellingPartnerId": seller,
        "reportType": report_type,
        "marketplaceIds": [marketplace_id(name) for name in marketplace or ()],
        "dataStartTime": _time(start_time, time_zone, 0),
        "dataEndTime": _time(end_time, time_zone, 1),
        "timeZone": time_zone,
        "period": period,
        "scheduledTime": asked_at.isoformat(timespec="seconds") if period else None,
        "reportOptions": dict(map(pair, option or ())),
        "unknownOptions": "allow" if unknown_options else None,
        "refresh": refresh,
    }
    given |= {key: value for key, value in named.items() if value}
    try:
        parsed = parse_request(given, now=asked_at)
    except InvalidRequest as error:
        typed = {named["dataStartTime"]: start_time, named["dataEndTime"]: end_time}
        raise refused(as_typed(str(error), flags, times=typed)) from None
    for note in notes(parsed["reportType"], now=asked_at):
        console(stderr=True).print(note, soft_wrap=True)
    deployed = find(connection)
    check_secret(deployed, parsed["sellingPartnerId"])
    name = "-".join([parsed["reportType"][:50], *filter(None, days_of(parsed)[:1]), secrets.token_hex(4)])
    started = deployed.stepfunctions.start_execution(
        stateMachineArn=deployed.machine, name=name, input=json.dumps(given)
    )
    arn = started["executionArn"]
    console(stderr=True).print(f"Started {name}", soft_wrap=True)
    if detach:
        print_json({"executionArn": arn, "name": name}) if as_json else console().print(arn, soft_wrap=True)
        return
    execution = follow(deployed, arn)
    show(execution, as_json=as_json)
    raise typer.Exit(execution.exit_code)


def _given(request: str | None) -> dict[str, Any]:
    if request is None:
        return {}
    try:
        given = json.loads(sys.stdin.read() if request == "-" else Path(request).read_text())
    except OSError as error:
        raise refused(f"{request} cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise refused(f"{request} is not JSON ({error})") from None
    if not isinstance(given, dict):
        raise refused(f"{request} must hold a JSON object, the input of one execution")
    return given


def _time(value: str | None, time_zone: str | None, end: int) -> str | None:
    """Return a date's first second, or its last one; anything else is the time itself."""
    if not value or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return value
    try:
        day = date.fromisoformat(value)
        return whole_days(day, day, zone_of(time_zone or "Etc/UTC"))[end].isoformat().replace("+00:00", "Z")
    except InvalidWindow as error:
        raise refused(as_typed(str(error), FLAGS)) from None
    except (ValueError, OverflowError):
        return value
