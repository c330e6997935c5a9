"""The probe stack as the tests see it, deployed into an embedded AWS."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from local.aws.embedded_aws import ACCOUNT

if TYPE_CHECKING:
    from types_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef

    from local.aws import EmbeddedAws


class Answer(NamedTuple):
    """What a function's invocation gave."""

    payload: Any
    failed: bool


@dataclass(frozen=True)
class Deployed:
    """An embedded AWS, and the stack's outputs: what each thing is called there."""

    aws: EmbeddedAws
    outputs: dict[str, str]

    @cached_property
    def _functions(self) -> Any:
        # Made once: making clients is not for several threads at a time.
        return self.aws.client("lambda")

    @cached_property
    def _role_that_invokes(self) -> str:
        return self.role("states", lambda_InvokeFunction="arn:aws:lambda:*:*:function:probe-*")

    def name(self, what: str) -> str:
        """Return the name, or ARN or URL, of the function, bucket, … that the stack calls so."""
        return self.outputs[f"{what}Is"]

    def invoke(self, function: str, /, **event: object) -> Answer:
        """Invoke a function with this event."""
        response = self._functions.invoke(FunctionName=self.name(function), Payload=json.dumps(event))
        return Answer(json.loads(response["Payload"].read()), "FunctionError" in response)

    def log(self, function: str) -> list[str]:
        """Return all messages that the function's log group holds now."""
        configuration = self._functions.get_function_configuration(FunctionName=self.name(function))
        events = self.aws.client("logs").filter_log_events(logGroupName=configuration["LoggingConfig"]["LogGroup"])
        return [event["message"] for event in events["events"]]

    def run(self, machine: str, /, **execution_input: object) -> DescribeExecutionOutputTypeDef:
        """Run a state machine with this input to its end."""
        machines = self.aws.client("stepfunctions")
        arn = machines.start_execution(stateMachineArn=machine, input=json.dumps(execution_input))["executionArn"]
        while (execution := machines.describe_execution(executionArn=arn))["status"] == "RUNNING":
            time.sleep(0.01)
        return execution

    def arn(self, function: str) -> str:
        """Return a function's ARN."""
        return f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{self.name(function)}"

    def role(self, service: str, **allowed: str) -> str:
        """Make a role that a service assumes and that may do `lambda_InvokeFunction` to that; return its ARN."""
        iam, name = self.aws.client("iam"), f"role-{time.monotonic_ns()}"
        trust = {"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
        iam.put_role_policy(
            RoleName=name, PolicyName="own", PolicyDocument=_policy({"sts_GetCallerIdentity": "*", **allowed})
        )
        return made["Role"]["Arn"]

    def client_of_a_user(self, service: str, /, **allowed: str) -> Any:
        """Return a client of a new user who may do `s3_GetObject` to that."""
        iam, name = self.aws.client("iam"), f"user-{time.monotonic_ns()}"
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=_policy(allowed))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
        return self.aws.session.client(service, **keys)  # type: ignore[call-overload] # any service

    def machine(self, *states: dict[str, Any], role: str | None = None, **fields: object) -> str:
        """Make a machine of these states, called A, B, … from the first on, and return its ARN.

        Its role is by default one that may invoke the functions.
        """
        named = {chr(ord("A") + index): state for index, state in enumerate(states)}
        made = self.aws.client("stepfunctions").create_state_machine(
            name=f"machine-{time.monotonic_ns()}",
            roleArn=role or self._role_that_invokes,
            definition=json.dumps({"StartAt": "A", "States": named, **fields}),
        )
        return made["stateMachineArn"]


def _policy(allowed: dict[str, str]) -> str:
    statements = [
        {"Effect": "Allow", "Action": action.replace("_", ":"), "Resource": resource}
        for action, resource in allowed.items()
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
