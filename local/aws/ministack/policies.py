"""What ministack 1.5.33's evaluator of policies is asked: of a service's role, of a resource's policy, by what names.

To offer upstream: the two functions at the end, in `extract_iam_action` and `extract_resource_arn`.
"""

# ruff: noqa: SLF001 - they are private, and the version is pinned

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

from ministack.core import iam_actions, iam_evaluator  # type: ignore[import-untyped] # ministack has no types
from ministack.core.responses import get_account_id, get_region  # type: ignore[import-untyped] # same
from ministack.services import athena, iam  # type: ignore[import-untyped] # same

# What a service does to what it invokes.
ACTIONS = {"lambda": "lambda:InvokeFunction", "states": "states:StartExecution", "sqs": "sqs:SendMessage"}


@dataclass(frozen=True)
class ServiceRole:
    """A role that a service, such as `states.amazonaws.com`, assumes for one of its resources, the `source`."""

    arn: str
    service: str
    source: str

    def refusal(self, action: str, resource: str) -> str | None:
        """Return AWS's sentence if the role may not do this to a resource, or the service may not assume the role."""
        account, name = self.arn.split(":")[4], self.arn.rsplit("/", 1)[-1]
        trust = (iam._roles.get_scoped(account, None, name) or {}).get("AssumeRolePolicyDocument")
        if not allowed_for_service(trust, "sts:AssumeRole", self.arn, service=self.service, source=self.source):
            return f"The service principal {self.service} is not authorized to assume the role {self.arn}."
        caller = f"arn:aws:sts::{account}:assumed-role/{name}/{uuid.uuid4().hex}"
        asked = _asked(action, resource, caller=caller, account=account, kind="AssumedRole")
        limits = iam_evaluator._permissions_boundary(iam._roles, name, account)
        result = iam_evaluator.evaluate(asked, iam_evaluator._gather_role_policies(name, account), *limits)
        if found := iam_evaluator._resource_policy(action.split(":")[0], resource):
            result = iam_evaluator.combine_resource_policy(result, asked, *found, limits=limits)
        if result.decision == "Allow":
            return None
        return str(iam_actions.identity_denial_message(action, caller, resource, result.decision == "Deny"))


def allowed_for_service(policy: Any, action: str, resource: str, *, service: str, source: str) -> bool:
    """Say whether a resource's own policy lets a service in for one of its resources of this account."""
    context = {"aws:sourcearn": source, "aws:sourceaccount": get_account_id()}
    asked = _asked(action, resource, caller="", account="", kind="Service", context=context)
    return bool(iam_evaluator.evaluate_resource_policy(policy, asked, service=service).decision == "Allow")


def _asked(
    action: str, resource: str, *, caller: str, account: str, kind: str, context: dict[str, str] | None = None
) -> Any:
    return iam_evaluator.EvalContext(
        principal_arn=caller,
        principal_type=kind,
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=get_region(),
        secure_transport=True,  # as AWS's services call each other
        service_context=context or {},
    )


def allow_a_batch_of_what_is_allowed() -> None:
    """Have SQS's batches need the permission of what they are batches of, as AWS does.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
    """
    extract = iam_actions.extract_iam_action

    def action_of(service: str, *rest: Any) -> Any:
        action = extract(service, *rest)
        return action.removesuffix("Batch") if service == "sqs" and action else action

    iam_actions.extract_iam_action = action_of


def know_what_a_call_is_on() -> None:
    """Have Athena's calls on a query be on its workgroup, and IAM's simulation on whom it is of, as policies name them.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonathena.html
    """
    resource_of = iam_actions.extract_resource_arn

    def resource_as_named(
        service: str, method: str, path: str, headers: Any, body: bytes, query: Any, *rest: Any
    ) -> Any:
        if service == "iam" and (source := iam_actions._query_param(query, "PolicySourceArn")):
            return source
        if service == "athena" and b"QueryExecutionId" in body:
            execution = athena._executions.get(json.loads(body)["QueryExecutionId"])
            body = json.dumps({"WorkGroup": execution["WorkGroup"]}).encode() if execution else body
        return resource_of(service, method, path, headers, body, query, *rest)

    iam_actions.extract_resource_arn = resource_as_named
