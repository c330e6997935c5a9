"""What `reportflow doctor` looks at: a stack, the credentials, its settings and its secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cli.stack import PATIENCE, Connection, DeployedStack, find
from lambdas.credentials import CredentialStore

if TYPE_CHECKING:
    import boto3


class CheckFailed(Exception):
    """A check's finding: what is not as it should be, and what to do."""


@dataclass
class DoctorContext:
    """What is looked at, each part when it is first asked for."""

    connection: Connection

    @cached_property
    def session(self) -> boto3.Session:
        """The credentials."""
        return self.connection.session()

    @cached_property
    def identity(self) -> Any:
        """The identity behind the credentials, as AWS answers."""
        return self.session.client("sts", config=PATIENCE).get_caller_identity()

    @cached_property
    def stack(self) -> DeployedStack:
        """The stack."""
        return find(self.connection)

    @cached_property
    def settings(self) -> Mapping[str, str]:
        """The environment of Create report: the prefix of the secrets, the endpoints."""
        cloudformation = self.session.client("cloudformation", config=PATIENCE)
        for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=self.connection.stack):
            for resource in page["StackResourceSummaries"]:
                if (
                    resource["ResourceType"] == "AWS::Lambda::Function"
                    and "CreateReport" in resource["LogicalResourceId"]
                ):
                    found: Any = self.session.client("lambda", config=PATIENCE).get_function_configuration(
                        FunctionName=resource["PhysicalResourceId"]
                    )
                    settings: Mapping[str, str] = found["Environment"]["Variables"]
                    return settings
        raise CheckFailed("the stack has no function Create report: deploy it once more with `make deploy`")

    @cached_property
    def sellers(self) -> list[str]:
        """The selling partners that have a secret."""
        beginning = f"{self.settings['SECRET_PREFIX']}/selling-partners/"
        pages = self.session.client("secretsmanager", config=PATIENCE).get_paginator("list_secrets")
        found = pages.paginate(Filters=[{"Key": "name", "Values": [beginning]}])
        names = [secret["Name"] for page in found for secret in page["SecretList"]]
        return sorted(name.removeprefix(beginning) for name in names if name.startswith(beginning))

    @cached_property
    def store(self) -> CredentialStore:
        """The secrets, read as the functions read them."""
        client = self.session.client("secretsmanager", config=PATIENCE)
        return CredentialStore(secrets_manager=client, prefix=self.settings["SECRET_PREFIX"])
