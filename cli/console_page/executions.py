"""What each execution was asked for and how it ended, from DescribeExecution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict

from cli.console_page.ledger_windows import worst
from cli.console_page.window_details import countries
from lambdas.spapi.foreign import parsed_or_text

if TYPE_CHECKING:
    from types_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef, ExecutionListItemTypeDef

Kind = Literal["report", "backfill", "discovery"]


class ExecutionRow(TypedDict):
    """One execution in the list. Times are seconds since the epoch; what is not known yet is None."""

    arn: str
    name: str
    kind: Kind
    status: str
    started: float
    stopped: float | None
    reportType: str | None
    """None: not described yet."""
    sellingPartnerId: str | None
    marketplaces: list[str]
    outcome: str | None
    firstDay: str
    """Of its window, by the request's own calendar; "" if that is not known."""
    lastDay: str
    finding: str
    """The worst severity of its findings, or ""."""


def listed(item: ExecutionListItemTypeDef | DescribeExecutionOutputTypeDef, *, kind: Kind) -> ExecutionRow:
    """Return what ListExecutions tells of an execution."""
    stopped = item.get("stopDate")
    return {
        "arn": item["executionArn"],
        "name": item["name"],
        "kind": kind,
        "status": item["status"],
        "started": item["startDate"].timestamp(),
        "stopped": stopped.timestamp() if stopped else None,
        "reportType": None,
        "sellingPartnerId": None,
        "marketplaces": [],
        "outcome": None,
        "firstDay": "",
        "lastDay": "",
        "finding": "",
    }


def described(answer: DescribeExecutionOutputTypeDef, *, kind: Kind) -> ExecutionRow:
    """Return what DescribeExecution tells. An input may be anything: what is refused is refused by the machine."""
    given, output = parsed_or_text(answer.get("input")), parsed_or_text(answer.get("output"))
    asked = given.get("marketplaceIds") if isinstance(given, dict) else None
    marketplaces = [one for one in asked if isinstance(one, str)] if isinstance(asked, list) else []
    first, last = _days(output) or _days(given) or ("", "")
    return {
        **listed(answer, kind=kind),
        "reportType": _text(given, "reportType") or "",
        "sellingPartnerId": _text(given, "sellingPartnerId"),
        "marketplaces": countries(marketplaces),
        "outcome": _text(output, "outcome") or answer.get("error"),
        "firstDay": first,
        "lastDay": last,
        "finding": worst(output) if isinstance(output, dict) else "",
    }


def _days(said: Any) -> tuple[str, str] | None:
    """Return the days that an output names, or those of an input's dates, which have its own offset."""
    for first, last in (("firstDay", "lastDay"), ("from", "to"), ("dataStartTime", "dataEndTime")):
        if begin := _text(said, first):
            return begin[:10], (_text(said, last) or begin)[:10]
    return None


def _text(value: Any, key: str) -> str | None:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else None
