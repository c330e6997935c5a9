"""How ministack 1.5.33 runs functions, makes what a template names, fires schedules, and what its failures leave."""

# ruff: noqa: SLF001 - they are private, and the version is pinned

from __future__ import annotations

import contextvars
import json
import re
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ministack.core.lambda_runtime import execution_credentials  # type: ignore[import-untyped] # it has no types
from ministack.services import (  # type: ignore[import-untyped] # same
    cloudwatch_logs,
    eventbridge,
    lambda_svc,
    scheduler,
    stepfunctions,
)
from ministack.services.cloudformation import provisioners  # type: ignore[import-untyped] # same

from local.aws.function import Function

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.aws.lambda_service import LambdaService
    from local.aws.log_stream import Write
    from local.aws.simulated_time import SimulatedTime


def run_functions_in(service: LambdaService, *, variables: Mapping[str, str], time: SimulatedTime) -> None:
    """Run Python functions in our Lambda service, all with these variables; time stands still meanwhile.

    ministack's own worker calls every exception Runtime.HandlerError, so that no Retry or Catch of a
    machine could name one, and it stores no more of a log than its end.
    """
    others = lambda_svc._execute_function_dispatch

    def execute(
        record: dict[str, Any], configuration: dict[str, Any], event: object, request_id: str, *rest: object
    ) -> Any:
        if not configuration.get("Runtime", "").startswith("python"):
            return others(record, configuration, event, request_id, *rest)
        function = Function.from_configuration(
            configuration, code=record["code_zip"], variables={**variables, **execution_credentials(configuration)}
        )
        with time.working():
            outcome = service.invoke(function, request_id=request_id, payload=json.dumps(event).encode())
        result = {"body": json.loads(outcome.payload), "log": outcome.log_tail}
        return {**result, "error": True} if outcome.failed else result

    lambda_svc._execute_function_dispatch = execute


def open_log(group: str, stream: str) -> Write:
    """Make a log stream, and its group if there is none, as Lambda does; return what writes to it."""
    cloudwatch_logs._create_log_group({"logGroupName": group})
    cloudwatch_logs._create_log_stream({"logGroupName": group, "logStreamName": stream})
    account_and_region = contextvars.copy_context()

    def write(events: list[tuple[int, str]]) -> None:
        account_and_region.run(
            cloudwatch_logs._put_log_events,
            {
                "logGroupName": group,
                "logStreamName": stream,
                "logEvents": [{"timestamp": timestamp, "message": message} for timestamp, message in events],
            },
        )

    return write


def make_ref_of_a_secret_its_arn() -> None:
    """Let `Ref` of an AWS::SecretsManager::Secret give the ARN; from ministack's name no policy would allow anything.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
    """
    handlers = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    create, update, delete = handlers["create"], handlers["update"], handlers["delete"]

    def name(arn: str) -> str:
        return arn.split(":secret:")[1].rpartition("-")[0]

    def by_arn(created: tuple[str, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
        return created[1]["Arn"], created[1]

    handlers["create"] = lambda *args, **kwargs: by_arn(create(*args, **kwargs))
    handlers["update"] = lambda arn, *args, **kwargs: by_arn(update(name(arn), *args, **kwargs))
    handlers["delete"] = lambda arn, *args, **kwargs: delete(name(arn), *args, **kwargs)


def keep_what_is_only_looked_at() -> None:
    """Let a stack have saved queries, which ministack does not know, and alarms of several metrics, which it refuses.

    They are recorded, and never evaluated.
    """
    handlers = provisioners._RESOURCE_HANDLERS
    alarm = handlers["AWS::CloudWatch::Alarm"]
    create = alarm["create"]

    def recorded(logical_id: str, *_: object) -> tuple[str, dict[str, Any]]:
        return f"{logical_id}-{uuid.uuid4().hex[:12]}", {}

    def created(logical_id: str, properties: dict[str, Any], *rest: object) -> Any:
        return (recorded if properties.get("Metrics") else create)(logical_id, properties, *rest)

    handlers["AWS::CloudWatch::Alarm"] = {**alarm, "create": created}
    handlers["AWS::Logs::QueryDefinition"] = {
        "create": recorded,
        "update": lambda physical_id, *_: (physical_id, {}),
        "delete": lambda *_: None,
    }


def fill_in_schedules() -> None:
    """Replace the `<aws.scheduler.…>` keywords in a schedule's input, and look each second for schedules that are due.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    """
    invoke = eventbridge._invoke_target

    def invoke_filled_in(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], *rest: object) -> None:
        if event["Source"] == "aws.scheduler" and "Input" in target:
            keywords = {
                "schedule-arn": rule["Arn"],
                "scheduled-time": _scheduled_time(rule["ScheduleExpression"], fired=event["Time"]),
                "execution-id": uuid.uuid4().hex[:16],
                "attempt-number": "1",
            }
            filled = re.sub(
                r"<aws\.scheduler\.([a-z-]+)>", lambda found: keywords.get(found[1], found[0]), target["Input"]
            )
            target = {**target, "Input": filled}
        invoke(target, event, rule, *rest)

    eventbridge._invoke_target = invoke_filled_in
    scheduler._SCHEDULE_TICK_INTERVAL = 1


def give_no_output_to_what_failed() -> None:
    """Let an execution that failed have an error and a cause, and no output: ministack makes one of the two.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
    """
    fail = stepfunctions._fail_execution

    def fail_without_output(execution: dict[str, Any], error: str, cause: str) -> None:
        fail(execution, error, cause)
        execution["output"] = None

    stepfunctions._fail_execution = fail_without_output


def _scheduled_time(expression: str, *, fired: float) -> str:
    """Return the time that was meant, given the time of the tick that found it due."""
    meant = scheduler._at_time_epoch(expression) or fired - (fired % 60 if expression.startswith("cron") else 0)
    return datetime.fromtimestamp(meant, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
