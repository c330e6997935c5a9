"""The lines that the functions have logged, one for each run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lambdas.spapi.foreign import parsed_or_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from cli.stack import DeployedStack

# Lambda's own lines have none.
RUNS = '{ $.executionArn = "*" }'


def log_groups(deployed: DeployedStack) -> list[str]:
    pages = (
        deployed.session.client("cloudformation")
        .get_paginator("list_stack_resources")
        .paginate(StackName=deployed.stack)
    )
    resources = (resource for page in pages for resource in page["StackResourceSummaries"])
    return [each["PhysicalResourceId"] for each in resources if each["ResourceType"] == "AWS::Logs::LogGroup"]


def pages(
    deployed: DeployedStack, groups: list[str], *, since: datetime | None = None, until: datetime | None = None
) -> Iterator[list[dict[str, Any]]]:
    """Yield the lines of runs, as many as CloudWatch returns at once."""
    logs = deployed.session.client("logs")
    times = {name: int(at.timestamp() * 1000) for name, at in (("startTime", since), ("endTime", until)) if at}
    for group in groups:
        asked: Any = {"logGroupName": group, "filterPattern": RUNS, **times}
        for page in logs.get_paginator("filter_log_events").paginate(**asked):
            lines = [parsed_or_text(event["message"]) for event in page["events"]]
            yield [line for line in lines if isinstance(line, dict) and "executionArn" in line]
