"""What Lambda itself writes to a function's log: the lines that start an invocation and report on it.

Text: https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
JSON: https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.aws.function import Function

Status = Literal["success", "error", "timeout"]


@dataclass(frozen=True, kw_only=True)
class Report:
    """How an invocation went; durations in milliseconds. No init on a warm start, no memory of a dead process."""

    duration: float
    init_duration: float | None
    peak_memory_mb: int | None
    status: Status


def started(function: Function, *, request_id: str) -> list[str]:
    """Return the lines before an invocation."""
    if not function.json_logs:
        return [f"START RequestId: {request_id} Version: {function.version}"]
    if function.system_log_level == "WARN":
        return []
    return [_event("platform.start", {"requestId": request_id, "version": function.version})]


def ended(function: Function, *, request_id: str, report: Report) -> list[str]:
    """Return the lines after an invocation."""
    if not function.json_logs:
        return [f"END RequestId: {request_id}", _text(function, request_id, report)]
    if function.system_log_level == "WARN" and report.status == "success":
        return []
    metrics: dict[str, float] = {
        "durationMs": round(report.duration, 3),
        "billedDurationMs": math.ceil(report.duration),
        "memorySizeMB": function.memory_mb,
    }
    if report.peak_memory_mb is not None:
        metrics["maxMemoryUsedMB"] = report.peak_memory_mb
    if report.init_duration is not None:
        metrics["initDurationMs"] = round(report.init_duration, 3)
    return [_event("platform.report", {"requestId": request_id, "metrics": metrics, "status": report.status})]


def _text(function: Function, request_id: str, report: Report) -> str:
    parts = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {report.duration:.2f} ms",
        f"Billed Duration: {math.ceil(report.duration)} ms",
        f"Memory Size: {function.memory_mb} MB",
    ]
    if report.peak_memory_mb is not None:
        parts.append(f"Max Memory Used: {report.peak_memory_mb} MB")
    if report.init_duration is not None:
        parts.append(f"Init Duration: {report.init_duration:.2f} ms")
    if report.status != "success":
        parts.append(f"Status: {report.status}")
    return "\t".join(parts)


def _event(kind: str, record: Mapping[str, object]) -> str:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"time": now, "type": kind, "record": record})
