"""What the functions have logged: SP-API calls by execution, and metrics."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TypedDict

from lambdas.observability.metrics import ALARMED, DETAILED
from lambdas.spapi.foreign import parsed_or_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from types_boto3_logs import CloudWatchLogsClient

    Line = dict[str, Any]

TOLD = ("Report Landed", "Report Ended Without Document", "Report Failed")


class Statistics(TypedDict):
    """A metric's, under CloudWatch's names."""

    SampleCount: int
    Sum: float
    Minimum: float
    Maximum: float


def lines(logs: CloudWatchLogsClient, log_groups: Sequence[str]) -> Iterator[Line]:
    """Yield the lines that are JSON."""
    for group in log_groups:
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group):
            for event in page["events"]:
                line = parsed_or_text(event["message"])
                if isinstance(line, dict):
                    yield line


def calls(logged: Iterable[Line]) -> dict[str, Counter[str]]:
    """Count the SP-API calls by execution ARN."""
    counted: dict[str, Counter[str]] = {}
    for line in logged:
        made = (call["operation"] for call in line.get("calls", ()))
        counted.setdefault(line.get("executionArn", ""), Counter()).update(made)
    return counted


def published_outcomes(logged: Iterable[Line]) -> set[str]:
    """Return the ARNs of the executions with a published outcome."""
    return {line["executionArn"] for line in logged if line.get("message") in TOLD}


def metrics(logged: Iterable[Line]) -> dict[str, Statistics]:
    """Return the statistics of each metric, of those too that CloudWatch gets with `dashboard` only."""
    values: dict[str, list[float]] = {}
    for line in logged:
        for name in line.keys() & {*ALARMED, *DETAILED}:
            values.setdefault(name, []).append(line[name])
    return {
        name: {"SampleCount": len(of), "Sum": sum(of), "Minimum": min(of), "Maximum": max(of)}
        for name, of in sorted(values.items())
    }
