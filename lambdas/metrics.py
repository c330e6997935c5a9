"""Metrics ride on log lines: CloudWatch takes them out of a line of JSON that has `_aws` (embedded metric format).

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import clock

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMESPACE = "reportflow"
# A metric is one more to pay for with each value of a dimension: these few are worth it. The rest is in the log line.
SPLIT_BY = {"SecondsToLand": "reportType", "CredentialsRefused": "sellingPartnerId"}


def fields(values: Mapping[str, float]) -> dict[str, Any]:
    """Return the fields that make these the metrics of a log line. The line has the fields named in SPLIT_BY as well.

    A zero is left out: the sum is the same, and CloudWatch charges for the hours in which a metric has values.
    """
    counted = {name: value for name, value in values.items() if value}
    if not counted:
        return {}
    directives: list[dict[str, Any]] = [
        {
            "Namespace": NAMESPACE,
            "Dimensions": [[], [SPLIT_BY[name]]] if name in SPLIT_BY else [[]],
            "Metrics": [{"Name": name, "Unit": _unit(name)}],
        }
        for name in counted
    ]
    return {"_aws": {"Timestamp": int(clock.now().timestamp() * 1000), "CloudWatchMetrics": directives}, **counted}


def _unit(name: str) -> str:
    return next((unit for unit in ("Seconds", "Bytes") if unit in name), "Count")
