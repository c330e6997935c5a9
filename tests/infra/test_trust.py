"""Who may use the stack's roles on AWS's behalf: its own machines and schedules, nobody else's."""

import json
from pathlib import Path

import pytest

from tests.testing.policies import of_resources, text
from tests.testing.template import Template

# What tells a service's call for this account from one for another account.
TOLD_BY = ("aws:SourceAccount", "aws:SourceArn", "kms:EncryptionContext:")


@pytest.mark.parametrize("service", ["states.amazonaws.com", "scheduler.amazonaws.com"])
def test_a_role_is_assumed_for_this_stacks_own_only(template: Template, service: str) -> None:
    statements = [
        statement
        for role in template.of_type("AWS::IAM::Role").values()
        for statement in role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        if statement["Principal"].get("Service") == service
    ]
    assert statements
    for statement in statements:
        keys = {key for condition in statement["Condition"].values() for key in condition}
        assert keys == {"aws:SourceAccount", "aws:SourceArn"}


def test_a_service_that_a_resource_lets_in_comes_for_this_account_only(every_option: Path) -> None:
    of_services = [
        (owner, text(statement["Principal"]["Service"]), json.dumps(statement.get("Condition", {})))
        for owner, statement in of_resources(every_option)
        if isinstance(statement.get("Principal"), dict) and "Service" in statement["Principal"]
    ]
    assert {service.split(".")[0] for _, service, _ in of_services} >= {"events", "cloudwatch", "logs"}
    for owner, service, condition in of_services:
        assert any(key in condition for key in TOLD_BY), (owner, service)


def test_what_invokes_a_function_is_named(every_option: Path) -> None:
    permissions = Template.read(every_option).of_type("AWS::Lambda::Permission").values()
    assert permissions
    for permission in permissions:
        assert permission["Properties"]["SourceArn"]
