"""Who may use the stack's roles on AWS's behalf: its own machines and schedules, nobody else's."""

import pytest

from tests.testing.template import Template


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
