"""Metrics ride on log lines: CloudWatch takes them out of a line of JSON that has `_aws` (embedded metric format).

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdas import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAMESPACE = "reportflow"
# Their absence raises an alarm, so that their zeros are told too.
TOLD_AS_ZERO = ("MissingWindows",)
# A metric is one more to pay for with each value of a dimension: these few are worth it. The rest is in the log line.
SPLIT_BY = {"SecondsToLand": "reportType", "CredentialsRefused": "sellingPartnerId"}


def fields(values: Mapping[str, float]) -> dict[str, Any]:
    """Return the fields that make these the metrics of a log line. The line has the fields named in SPLIT_BY as well.

    Most zeros are left out: the sum is the same, and CloudWatch charges for the hours in which a metric has values.
    """
    counted = {name: value for name, value in values.items() if value or name in TOLD_AS_ZERO}
    if not counted:
        return {}
    together = [name for name in counted if name not in SPLIT_BY]
    directives = [_directive(together)] if together else []
    directives += [_directive([name], SPLIT_BY[name]) for name in counted if name in SPLIT_BY]
    return {"_aws": {"Timestamp": int(clock.now().timestamp() * 1000), "CloudWatchMetrics": directives}, **counted}


def _directive(names: Iterable[str], *split_by: str) -> dict[str, Any]:
    return {
        "Namespace": NAMESPACE,
        "Dimensions": [[], *([field] for field in split_by)],
        "Metrics": [{"Name": name, "Unit": _unit(name)} for name in names],
    }


def _unit(name: str) -> str:
    return next((unit for unit in ("Seconds", "Bytes") if unit in name), "Count")
