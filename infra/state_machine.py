"""What the machines have in common: how often errors are retried, how an input is refused, and that they always end."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.config import Config
from infra.suppressions import accept
from lambdas import passing_errors

VENDED_LOGS = "/aws/vendedlogs/states/"
# What every state meets that calls Amazon.
CALL_FAULTS = (*passing_errors.AMAZON, *passing_errors.AWS)


class StandardMachine(sfn.StateMachine):
    """A standard workflow that is traced and logged, and always ends."""

    def __init__(
        self, scope: Construct, construct_id: str, *, config: Config, definition: sfn.IChainable, timeout: Duration
    ) -> None:
        """Make it, with a log group of its own in `scope`."""
        super().__init__(
            scope,
            construct_id,
            definition_body=sfn.DefinitionBody.from_chainable(definition),
            state_machine_type=sfn.StateMachineType.STANDARD,
            timeout=timeout,
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=logs.LogGroup(
                    scope,
                    "Logs",
                    # Step Functions names every other group in a resource policy, of which an account has ten, each of
                    # 5,120 characters: https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html
                    log_group_name=f"{VENDED_LOGS}{Stack.of(scope).stack_name}-{scope.node.id}",
                    retention=logs.RetentionDays[config.log_retention],
                    removal_policy=RemovalPolicy.DESTROY,
                ),
                level=sfn.LogLevel.ALL,
                include_execution_data=True,
            ),
        )
        versions = "the CDK grants Invoke on the versions of the machine's own functions too"
        accept(self, "AwsSolutions-IAM5[Resource::<….Arn>:*]", because=versions)
        accept(self, "AwsSolutions-IAM5[Resource::*]", because="log delivery and X-Ray take no resource")


def invoke(
    states: Construct,
    name: str,
    function: lambda_.IFunction,
    *,
    payload: dict[str, Any],
    faults: Sequence[str],
    result_path: str | None = None,
) -> sfn.TaskStateBase:
    """Return the Task that gives a function `payload` and takes its bare answer.

    Named errors only are retried: a wrong credential or a bug does not get better by being repeated.
    """
    task = tasks.LambdaInvoke(
        states,
        name,
        lambda_function=function,
        payload=sfn.TaskInput.from_object(payload),
        payload_response_only=True,
        result_path=result_path,
        retry_on_service_exceptions=False,
    )
    # The reservation that a refusal leaves behind ends when the first's pauses do: a shorter one would come too early.
    throttled = (passing_errors.THROTTLED, 60, 1800, 10, sfn.JitterType.NONE)
    # An hour in all, at the end of which an outage that answers 403 ends like a role that is missing.
    denied = (passing_errors.DENIED, 120, 1800, 5, sfn.JitterType.NONE)
    crowded = (passing_errors.CROWDED, 5, 300, 100, sfn.JitterType.FULL)
    passing = (faults, 5, 300, 10, sfn.JitterType.FULL)
    for errors, first, longest, attempts, jitter in (crowded, throttled, denied, passing):
        task.add_retry(
            errors=[*errors],
            interval=Duration.seconds(first),
            max_attempts=attempts,
            backoff_rate=2,
            max_delay=Duration.seconds(longest),
            jitter_strategy=jitter,
        )
    return task


def execution_context() -> dict[str, Any]:
    """Return what an execution's first function gets: the raw input, and which execution it is."""
    return {
        "input": sfn.JsonPath.object_at("$$.Execution.Input"),
        "startTime": sfn.JsonPath.string_at("$$.Execution.StartTime"),
        "executionArn": sfn.JsonPath.string_at("$$.Execution.Id"),
    }


def refuse_invalid(states: Construct, task: sfn.TaskStateBase) -> None:
    """End with the sentence itself as the cause: a redrive cannot correct an input, so no outcome is lost."""
    refused = sfn.Pass(
        states,
        "Input refused",
        parameters={"reason": sfn.JsonPath.string_to_json(sfn.JsonPath.string_at("$.Cause"))},
    )
    invalid = fail(states, "Invalid request", error="InvalidRequest", cause_path="$.reason.errorMessage")
    task.add_catch(refused.next(invalid), errors=["InvalidRequest"])


def wait_for(states: Construct, name: str, *, seconds_path: str = "$.poll.waitSeconds") -> sfn.Wait:
    """Return a Wait for as long as the data says."""
    return sfn.Wait(states, name, time=sfn.WaitTime.seconds_path(seconds_path))


def fail(states: Construct, name: str, *, error: str, cause_path: str) -> sfn.Fail:
    """Return a Fail state that takes its cause from the data."""
    # The console shows the comment.
    return sfn.Fail(states, name, error=error, cause_path=cause_path, comment=f"docs/outcomes.md, {error}")


def equals(path: str, *values: str) -> sfn.Condition:
    """Return the condition that a path is one of some values."""
    conditions = [sfn.Condition.string_equals(path, value) for value in values]
    return conditions[0] if len(conditions) == 1 else sfn.Condition.or_(*conditions)
