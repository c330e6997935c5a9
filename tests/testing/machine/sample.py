"""A definition shaped like the report machine's, and what the lint has to be told of it."""

from collections.abc import Mapping
from typing import Any

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:"
STATUS, OUTCOME, WAIT_SECONDS = "$.report.processingStatus", "$.result.outcome", "$.poll.waitSeconds"
INPUT_KEYS = {"reportType"}
CREATE_RETRY = {"IntervalSeconds": 10, "MaxAttempts": 5, "BackoffRate": 2.5, "MaxDelaySeconds": 60}
POLL_RETRY = {"IntervalSeconds": 4, "MaxAttempts": 2, "BackoffRate": 1.5}


def is_(variable: str, value: str, following: str | None = None) -> dict[str, Any]:
    """Return a Choice rule, or without a following state a part of one."""
    rule = {"Variable": variable, "StringEquals": value}
    return rule | ({"Next": following} if following else {})


def handle(function: str, following: str) -> dict[str, Any]:
    """Return a task that keeps the state and adds its result."""
    return {"Type": "Task", "Resource": ARN + function, "ResultPath": "$.result", "Next": following}


def definition() -> dict[str, Any]:
    """Return a new copy of the sample."""
    unfinished = {"Or": [is_(STATUS, "IN_QUEUE"), is_(STATUS, "IN_PROGRESS")]}
    return {
        "StartAt": "Create report",
        "TimeoutSeconds": 3_600,
        "States": {
            "Create report": {
                "Type": "Task",
                "Resource": ARN + "create_report",
                "Parameters": {
                    "input.$": "$$.Execution.Input",
                    "executionArn.$": "$$.Execution.Id",
                    "startTime.$": "$$.Execution.StartTime",
                },
                "Retry": [
                    {"ErrorEquals": ["SpApiThrottled", "SpApiUnavailable"], "JitterStrategy": "FULL", **CREATE_RETRY}
                ],
                "Catch": [{"ErrorEquals": ["InvalidRequest"], "ResultPath": "$.error", "Next": "Read refusal"}],
                "Next": "Creation outcome",
            },
            "Read refusal": {
                "Type": "Pass",
                "Parameters": {"error.$": "States.StringToJson($.error.Cause)"},
                "Next": "Invalid request",
            },
            "Invalid request": {"Type": "Fail", "Error": "InvalidRequest", "CausePath": "$.error.errorMessage"},
            "Creation outcome": {
                "Type": "Choice",
                "Choices": [
                    is_(OUTCOME, "WAIT", "Wait for quota"),
                    is_(OUTCOME, "ALREADY_LANDED", "Already landed"),
                    {"Or": [is_(OUTCOME, "CREATED"), is_(OUTCOME, "ADOPTED")], "Next": "Wait"},
                ],
                "Default": "Unexpected outcome",
            },
            "Unexpected outcome": {"Type": "Fail", "Error": "UnexpectedOutcome", "CausePath": OUTCOME},
            "Wait for quota": {"Type": "Wait", "SecondsPath": WAIT_SECONDS, "Next": "Create report"},
            "Already landed": {"Type": "Succeed", "OutputPath": "$.result"},
            "Wait": {"Type": "Wait", "SecondsPath": WAIT_SECONDS, "Next": "Get report"},
            "Get report": {
                "Type": "Task",
                "Resource": ARN + "get_report",
                "Retry": [{"ErrorEquals": ["SpApiThrottled", "SpApiUnavailable"], **POLL_RETRY}],
                "Next": "Report status",
            },
            "Report status": {
                "Type": "Choice",
                "Choices": [
                    is_(STATUS, "DONE", "Handle done"),
                    is_(STATUS, "CANCELLED", "Handle cancelled"),
                    is_(STATUS, "FATAL", "Handle fatal"),
                    {
                        "And": [unfinished, {"Variable": "$.poll.overdue", "BooleanEquals": True}],
                        "Next": "Handle overdue",
                    },
                    {**unfinished, "Next": "Wait"},
                ],
                "Default": "Unexpected status",
            },
            "Unexpected status": {"Type": "Fail", "Error": "UnexpectedStatus", "CausePath": STATUS},
            "Handle done": handle("handle_done", "Report landed"),
            "Handle cancelled": handle("handle_cancelled", "No data"),
            "Handle fatal": handle("handle_fatal", "Report fatal"),
            "Handle overdue": handle("handle_overdue", "Report overdue"),
            "Report landed": {"Type": "Succeed", "OutputPath": "$.result"},
            "No data": {"Type": "Succeed", "OutputPath": "$.result"},
            "Report fatal": {"Type": "Fail", "Error": "ReportFatal", "CausePath": "$.result.cause"},
            "Report overdue": {"Type": "Fail", "Error": "ReportOverdue", "CausePath": "$.result.cause"},
        },
    }


REPLACED = {"request", "report.reportId", "report.processingStatus", "poll.waitSeconds", "poll.overdue"}
OUTPUTS: Mapping[str, set[str]] = {
    "Create report": REPLACED | {"result.outcome"},
    "Get report": REPLACED,
    "Handle done": {"outcome", "bytes"},
    "Handle cancelled": {"outcome"},
    "Handle fatal": {"cause"},
    "Handle overdue": {"cause"},
}
VALUES: Mapping[str, set[str]] = {
    "Creation outcome": {"WAIT", "ALREADY_LANDED", "CREATED", "ADOPTED"},
    "Report status": {"DONE", "CANCELLED", "FATAL", "IN_QUEUE", "IN_PROGRESS"},
}
