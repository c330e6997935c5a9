"""The schedules of a configuration, fired in the embedded AWS as they were due in the last days, and the gaps then."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cli.local_run.executions import LocalExecution
from lambdas.ledger.table import Ledger
from lambdas.schedules.due_times import due_times

if TYPE_CHECKING:
    from lambdas.schedules.report_config import ReportConfig
    from local.aws import EmbeddedAws

DAYS = 3


class InvocationFailed(Exception):
    """Nothing was due, or Start reports could not start all that was; the message is its own."""


def replay(aws: EmbeddedAws, fired: list[dict[str, Any]], *, stack: str, machine: str) -> list[LocalExecution]:
    """Invoke Start reports as schedules would have, and return what it has started."""
    functions = aws.client("lambda")
    name = _start_reports(aws, stack)
    if not fired:
        raise InvocationFailed(f"no schedule was due in the last {DAYS} days")
    for invocation in fired:
        answer = functions.invoke(FunctionName=name, Payload=json.dumps(invocation).encode())
        if "FunctionError" in answer:
            raise InvocationFailed(json.loads(answer["Payload"].read())["errorMessage"])
    states = aws.client("stepfunctions")
    listed = states.get_paginator("list_executions").paginate(stateMachineArn=machine)
    arns = sorted(one["executionArn"] for page in listed for one in page["executions"])
    described = [states.describe_execution(executionArn=arn) for arn in arns]
    return [
        LocalExecution(name=one["name"], input=json.loads(one["input"]), ends=None, arn=one["executionArn"])
        for one in described
    ]


def gaps(aws: EmbeddedAws, report_config: ReportConfig, *, table: str, fired_at: datetime) -> dict[str, Any]:
    """Return what Find gaps finds of the days before the schedules were fired."""
    from lambdas.gaps import find_gaps

    ledger = Ledger(dynamodb=aws.client("dynamodb"), table=table, retention=timedelta())
    return find_gaps(report_config, ledger=ledger, now=fired_at, days=DAYS).found


def invocations(report_config: ReportConfig, *, now: datetime) -> list[dict[str, Any]]:
    """Return what each schedule of the last days has invoked Start reports with, the oldest first."""
    fired = [
        {
            "schedule": timing.schedule,
            "timeZone": timing.time_zone,
            "flexibleMinutes": timing.flexible_minutes,
            "scheduledTime": due.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        for timing in report_config.timings
        for due in due_times(timing, since=now - timedelta(days=DAYS), until=now)
    ]
    return sorted(fired, key=lambda invocation: invocation["scheduledTime"])


def _start_reports(aws: EmbeddedAws, stack: str) -> str:
    resources = aws.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    return next(
        resource["PhysicalResourceId"]
        for page in resources
        for resource in page["StackResourceSummaries"]
        if resource["LogicalResourceId"].startswith("FunctionsStartReports")
        and resource["ResourceType"] == "AWS::Lambda::Function"
    )
