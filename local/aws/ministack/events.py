"""Permissions to pass events on, which ministack 1.5.33 does not check: schedules, rules, queues, failed functions.

To offer upstream: `_invoke_target`, `_run_sqs_batch` and `_route_async_failure` evaluate under AUTH=true the role, or
the target's own policy; what a schedule or a rule may not invoke goes to its dead-letter queue. AWS also looks at the
role when a schedule or an event source mapping is made; here it is refused when it is used.
"""

# ruff: noqa: SLF001 - they are private, and the version is pinned

from __future__ import annotations

import logging
from typing import Any

from ministack.core import iam_evaluator  # type: ignore[import-untyped] # ministack has no types
from ministack.services import eventbridge, lambda_svc  # type: ignore[import-untyped] # same

from local.aws.ministack.policies import ACTIONS, ServiceRole, allowed_for_service

# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
POLLING = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")

TARGETS = {**ACTIONS, "events": "events:InvokeApiDestination", "sns": "sns:Publish"}


def ask_for_targets() -> None:
    """Invoke what a schedule's or a rule's role may, or the target's own policy lets in; the rest is a dead letter."""
    invoke = eventbridge._invoke_target

    def invoke_if_allowed(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], *rest: Any) -> None:
        by_schedule = event["Source"] == "aws.scheduler"
        sentence = _refused(target["Arn"], target.get("RoleArn"), rule["Arn"], by_schedule=by_schedule)
        if sentence is None:
            invoke(target, event, rule, *rest)
            return
        logging.warning("%s was not invoked: %s", target["Arn"], sentence)
        letters = target.get("DeadLetterConfig", {}).get("Arn")
        role = target.get("RoleArn") if by_schedule else None
        if letters and not _refused(letters, role, rule["Arn"], by_schedule=by_schedule):
            invoke({**target, "Arn": letters}, event, rule, *rest)

    eventbridge._invoke_target = invoke_if_allowed


def ask_the_roles_of_functions() -> None:
    """Let Lambda read a queue, and keep what a function failed at, as the function's role."""
    run, keep = lambda_svc._run_sqs_batch, lambda_svc._route_async_failure

    def run_if_allowed(mapping: dict[str, Any], function: dict[str, Any], *rest: Any) -> None:
        role = _role_of_function(function["config"])
        refusals = [role.refusal(action, mapping["EventSourceArn"]) for action in POLLING]
        if any(refusals):
            logging.warning("%s is not read: %s", mapping["EventSourceArn"], next(filter(None, refusals)))
        else:
            run(mapping, function, *rest)

    def keep_if_allowed(target: str, name: str, *rest: Any) -> None:
        role = _role_of_function(lambda_svc._functions[name]["config"])
        if sentence := role.refusal(ACTIONS[target.split(":")[2]], target):
            logging.warning("%s keeps nothing: %s", target, sentence)
        else:
            keep(target, name, *rest)

    lambda_svc._run_sqs_batch, lambda_svc._route_async_failure = run_if_allowed, keep_if_allowed


def _role_of_function(configuration: dict[str, Any]) -> ServiceRole:
    return ServiceRole(configuration["Role"], "lambda.amazonaws.com", configuration["FunctionArn"])


def _refused(arn: str, role: str | None, rule: str, *, by_schedule: bool) -> str | None:
    """Return why a target is not invoked, if it is not."""
    service = arn.split(":")[2]
    if service not in TARGETS:
        return f"the embedded AWS does not know what permission {arn} takes"
    action = TARGETS[service]
    if by_schedule:
        # Its trust is in the group: AWS names no single schedule.
        group = rule.replace(":schedule/", ":schedule-group/").rpartition("/")[0]
        return ServiceRole(role or "", "scheduler.amazonaws.com", group).refusal(action, arn)
    if role:
        return ServiceRole(role, "events.amazonaws.com", rule).refusal(action, arn)
    found = iam_evaluator._resource_policy(service, arn)
    policy = found[0] if found else None
    if allowed_for_service(policy, action, arn, service="events.amazonaws.com", source=rule):
        return None
    return f"no resource-based policy of {arn} allows the {action} action to {rule}"
