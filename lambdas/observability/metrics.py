"""Metrics ride on log lines: CloudWatch takes them out of a line of JSON that has `_aws` (embedded metric format).

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdas import clock
from lambdas.quota.usage_plans import PLANS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAMESPACE = "reportflow"
# Amazon's own schedules are set up by people: no function calls these.
OPERATIONS = tuple(name for name in PLANS if "Schedule" not in name)
# Alarms look at these. CloudWatch gets the others only with `detailed`, since it charges for each of them.
ALARMED = ("Throttled", "CredentialsRefused", "MissingWindows", "ClientSecretAgeDays")
DETAILED = (
    *("Landed", "AlreadyLanded", "NoData", "CancelledElsewhere", "Fatal", "Overdue", "Failed"),
    *("Bytes", "Rows", "Findings", "SecondsToLand", "WaitSeconds", "ReportAgeSeconds", "DetectionSeconds"),
    *("Refused", "Unavailable", "AwsErrors", "Notifications", "NoNotifications", "Repeated"),
    *("Tabulated", "TabulatedRows", "SecondsToTabulate", "NotTabular", "ColumnsChanged", "Untabulated"),
    *OPERATIONS,
)
# Their absence raises an alarm, so their zeros are written too.
TOLD_AS_ZERO = ("MissingWindows",)
# A metric is one more to pay for with each value of a dimension: these few are worth it. The rest is in the log line.
SPLIT_BY = {"SecondsToLand": "reportType", "CredentialsRefused": "sellingPartnerId"}


def fields(values: Mapping[str, float], *, detailed: bool) -> dict[str, Any]:
    """Return the fields of a log line that has these metrics. The line has the fields named in SPLIT_BY as well.

    Most zeros are left out: the sum is the same, and CloudWatch charges for the hours in which a metric has values.
    """
    counted = {name: value for name, value in values.items() if value or name in TOLD_AS_ZERO}
    published = [name for name in counted if name in ALARMED or (detailed and name in DETAILED)]
    if not published:
        return counted
    together = [name for name in published if name not in SPLIT_BY]
    directives = [_directive(together)] if together else []
    directives += [_directive([name], SPLIT_BY[name]) for name in published if name in SPLIT_BY]
    return {"_aws": _metadata(directives), **counted}


def fields_of_finding(code: str) -> dict[str, Any]:
    """Return the fields of a log line that counts a finding by its code."""
    return {"_aws": _metadata([_directive(["Findings"], "finding")]), "Findings": 1, "finding": code}


def _metadata(directives: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Timestamp": int(clock.now().timestamp() * 1000), "CloudWatchMetrics": directives}


def _directive(names: Iterable[str], *split_by: str) -> dict[str, Any]:
    return {
        "Namespace": NAMESPACE,
        "Dimensions": [[*split_by]],
        "Metrics": [{"Name": name, "Unit": _unit(name)} for name in names],
    }


def _unit(name: str) -> str:
    return next((unit for unit in ("Seconds", "Bytes") if unit in name), "Count")
