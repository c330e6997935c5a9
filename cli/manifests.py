"""Finds a landed report by whatever a person has at hand: its key, its reportId, the execution."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from cli.errors import unreachable
from cli.execution import describe
from cli.ledger_query import row_of_report

if TYPE_CHECKING:
    from cli.stack import DeployedStack

FOLDERS = ("reports/", "restricted/reports/")


def manifest_of(deployed: DeployedStack, report: str, *, seller: str | None) -> dict[str, Any]:
    """Return a report's manifest.

    Raises:
        Problem: there is no such report, or it did not land.
    """
    key = report.removeprefix(f"s3://{deployed.bucket}/")
    if key.startswith(FOLDERS):
        zone, path = key.removesuffix(".gz").split("reports/", 1)
        return manifest_at(deployed, f"{zone}manifests/{path.rpartition('.')[0]}.json", of=report)
    report_id = report
    row = None if report.startswith("arn:") else row_of_report(deployed, report, seller=seller)
    if row:
        result: Any = row.entry.result
        status: str = row.entry.status
    else:
        execution = describe(deployed, report)
        result, status = execution.output, execution.outcome
    if not isinstance(result, dict) or "manifestKey" not in result:
        raise unreachable(f"{report} is {status} and has landed nothing: `reportflow explain {report}` says why")
    if not row:
        report_id = result["reportId"]
    current = manifest_at(deployed, result["manifestKey"], of=report)
    return earlier_manifest(deployed, current, report_id) or current


def earlier_manifest(deployed: DeployedStack, current: dict[str, Any], report_id: str) -> dict[str, Any] | None:
    """Return the manifest of an earlier report of the window that has `current`; None if it had no such one."""
    for each in current["earlier"]:
        if each["reportId"] == report_id:
            key, version = current["result"]["manifestKey"], each["manifestVersionId"]
            return {**manifest_at(deployed, key, of=report_id, version=version), "isEarlier": True}
    return None


def manifest_at(deployed: DeployedStack, key: str, *, of: str, version: str | None = None) -> dict[str, Any]:
    """Return the manifest at this key, the current one or this version of it. Raises CommandFailed if there is none."""
    which: Any = {"VersionId": version} if version else {}
    try:
        body = deployed.s3.get_object(Bucket=deployed.bucket, Key=key, **which)["Body"].read()
    except ClientError as error:
        if error.response["Error"].get("Code") not in ("NoSuchKey", "NoSuchVersion"):
            raise
        raise unreachable(
            f"{of} has no manifest at {key} in {deployed.bucket}: `reportflow list` shows what there is"
        ) from None
    manifest: dict[str, Any] = json.loads(body)
    return manifest
