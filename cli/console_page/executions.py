"""The list of executions: what each was asked for, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from lambdas.spapi.foreign import parsed_or_text

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient
    from types_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef, ExecutionListItemTypeDef

NEWEST = 60
# Each execution is described when it is first seen and when it has ended; a long list takes a few seconds to fill.
DESCRIBED_AT_ONCE = 12


class ExecutionRow(TypedDict):
    """One execution in the list. Times are seconds since the epoch; what is not known yet is None."""

    arn: str
    name: str
    status: str
    started: float
    stopped: float | None
    reportType: str | None
    sellingPartnerId: str | None
    outcome: str | None
    days: str | None
    """Of its window, by the request's own calendar."""


class Executions:
    """The newest executions of a machine, with one ListExecutions a look and few DescribeExecutions."""

    def __init__(self, stepfunctions: SFNClient, *, machine: str) -> None:
        """List the executions of `machine`."""
        self._stepfunctions = stepfunctions
        self._machine = machine
        self._known: dict[str, ExecutionRow] = {}

    def newest(self) -> list[ExecutionRow]:
        """Return them, the newest first."""
        listed = self._stepfunctions.list_executions(stateMachineArn=self._machine, maxResults=NEWEST)["executions"]
        unknown = [item for item in listed if not self._is_known(item)]
        for item in unknown[:DESCRIBED_AT_ONCE]:
            described = self._stepfunctions.describe_execution(executionArn=item["executionArn"])
            self._known[item["executionArn"]] = _described(described)
        self._known = {item["executionArn"]: self._known.get(item["executionArn"]) or _listed(item) for item in listed}
        return list(self._known.values())

    def _is_known(self, item: ExecutionListItemTypeDef) -> bool:
        row = self._known.get(item["executionArn"])
        return row is not None and row["reportType"] is not None and row["status"] == item["status"]


def _listed(item: ExecutionListItemTypeDef | DescribeExecutionOutputTypeDef) -> ExecutionRow:
    stopped = item.get("stopDate")
    return {
        "arn": item["executionArn"],
        "name": item["name"],
        "status": item["status"],
        "started": item["startDate"].timestamp(),
        "stopped": stopped.timestamp() if stopped else None,
        "reportType": None,
        "sellingPartnerId": None,
        "outcome": None,
        "days": None,
    }


def _described(described: DescribeExecutionOutputTypeDef) -> ExecutionRow:
    given, output = parsed_or_text(described.get("input")), parsed_or_text(described.get("output"))
    return {
        **_listed(described),
        # An input may be anything; what is refused is refused by the machine.
        "reportType": _text(given, "reportType") or "",
        "sellingPartnerId": _text(given, "sellingPartnerId"),
        "outcome": _text(output, "outcome") or described.get("error"),
        "days": _days(output) or _days(given),
    }


def _days(told: Any) -> str | None:
    """Return the days that an output names, or those of an input's dates, which have its own offset."""
    first = _text(told, "firstDay") or (_text(told, "dataStartTime") or "")[:10]
    last = _text(told, "lastDay") or (_text(told, "dataEndTime") or "")[:10]
    return " – ".join(dict.fromkeys(filter(None, (first, last)))) or None


def _text(value: Any, key: str) -> str | None:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else None
