"""The stack's metrics by the day, as CloudWatch has them (docs/metrics.md), and what they come down to in dollars."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypedDict

from lambdas.observability.metrics import NAMESPACE
from planning import costs

if TYPE_CHECKING:
    from types_boto3_cloudwatch import CloudWatchClient

DAYS = 14
DAY = timedelta(days=1)
GREEN = ("Landed", "AlreadyLanded", "NoData", "CancelledElsewhere")
RED = ("Fatal", "Overdue", "Failed")
CALLS = ("createReport", "getReport", "getReports", "getReportDocument", "createRestrictedDataToken", "cancelReport")
SUMS = (*GREEN, *RED, *CALLS, "Rows", "Bytes", "Findings", "Throttled")
# By what they are called here: the metric and the statistic.
OTHERS = {
    "secondsToLand": ("SecondsToLand", "Average"),
    "longestToLand": ("SecondsToLand", "Maximum"),
    "waits": ("WaitSeconds", "SampleCount"),
    "longestWait": ("WaitSeconds", "Maximum"),
}


class DailyMetrics(TypedDict):
    """`days` are dates of UTC, the last one today; each series has a value for each, None where nothing was counted."""

    days: list[str]
    series: dict[str, list[float | None]]


def daily_metrics(cloudwatch: CloudWatchClient, *, now: datetime) -> DailyMetrics:
    """Return the last two weeks, in one GetMetricData."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [today - DAY * back for back in reversed(range(DAYS))]
    wanted = {**{name: (name, "Sum") for name in SUMS}, **OTHERS}
    queries: list[Any] = [
        {
            "Id": f"m{number}",
            "Label": label,
            "MetricStat": {
                "Metric": {"Namespace": NAMESPACE, "MetricName": name},
                "Period": int(DAY.total_seconds()),
                "Stat": statistic,
            },
        }
        for number, (label, (name, statistic)) in enumerate(wanted.items())
    ]
    series: dict[str, list[float | None]] = {label: [None] * DAYS for label in wanted}
    labels = list(wanted)
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, StartTime=days[0], EndTime=today + DAY
    )
    for page in pages:
        for result in page["MetricDataResults"]:
            of = series[labels[int(result["Id"][1:])]]
            for at, value in zip(result["Timestamps"], result["Values"], strict=True):
                if 0 <= (position := (at.astimezone(UTC) - days[0]) // DAY) < DAYS:
                    of[position] = value
    series["dollars"] = [_dollars({name: series[name][day] or 0 for name in SUMS}) for day in range(DAYS)]
    return {"days": [f"{day:%Y-%m-%d}" for day in days], "series": series}


def _dollars(counted: dict[str, float]) -> float | None:
    """Return what a day's executions cost, by the prices and the figures of `reportflow plan`; without what stands."""
    executions = sum(counted[name] for name in (*GREEN, *RED))
    if not executions:
        return None
    reports = counted["createReport"]
    polls = round(counted["getReport"] / reports) if reports else 0
    return sum(costs.amounts(round(executions), round(reports), discoveries=0, polls=polls).values())
