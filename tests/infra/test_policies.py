"""The policies of docs/policies allow what deploys and what operates the stack, and are what the code asks for."""

import json
import os
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from tests.testing import iam_policies
from tests.testing.repository import DOCS
from tests.testing.template import Template

FOLDER = DOCS / "policies"
# Characters of a managed policy, without white space.
MANAGED = 6144


@pytest.fixture(scope="session")
def policies(template: Template, every_option: Path) -> Mapping[str, dict[str, Any]]:
    """Return the policies by their files' names."""
    types = {each["Type"] for one in (template, Template.read(every_option)) for each in one.resources.values()}
    return {"deployment": iam_policies.deployment(types), "operator": iam_policies.operation()}


def actions(policy: Mapping[str, Any]) -> set[str]:
    """Return the actions that a policy allows."""
    allowed = (statement for statement in policy["Statement"] if statement["Effect"] == "Allow")
    return {action for statement in allowed for action in statement["Action"]}


def named(policy: Mapping[str, Any], action: str, resource: str) -> set[str]:
    """Return the effects of the statements that a resource and an action match, by IAM's wildcards."""
    return {
        statement["Effect"]
        for statement in policy["Statement"]
        if any(fnmatchcase(action, each) for each in statement["Action"])
        if any(fnmatchcase(resource, each) for each in statement["Resource"])
    }


def test_the_files_are_what_the_template_and_the_command_line_ask_for(policies: Mapping[str, dict[str, Any]]) -> None:
    """Rewrite them with UPDATE_SNAPSHOT=1."""
    for name, policy in policies.items():
        text = json.dumps(policy, indent=2) + "\n"
        if os.environ.get("UPDATE_SNAPSHOT"):
            (FOLDER / f"{name}.json").write_text(text)
        assert (FOLDER / f"{name}.json").read_text() == text, name
        assert len("".join(text.split())) <= MANAGED, name


def test_a_deployment_makes_changes_and_deletes_each_kind_of_resource(policies: Mapping[str, dict[str, Any]]) -> None:
    allowed = actions(policies["deployment"])
    assert {
        *("s3:CreateBucket", "s3:PutLifecycleConfiguration", "s3:PutBucketPolicy", "dynamodb:CreateTable"),
        *(
            "dynamodb:UpdateContinuousBackups",
            "kms:CreateKey",
            "kms:PutKeyPolicy",
            "sqs:CreateQueue",
            "sns:CreateTopic",
        ),
        *("iam:CreateRole", "iam:PutRolePolicy", "iam:PassRole", "lambda:CreateFunction", "lambda:UpdateFunctionCode"),
        *("states:CreateStateMachine", "states:DeleteStateMachine", "events:PutRule", "scheduler:CreateSchedule"),
        *("cloudwatch:PutMetricAlarm", "cloudwatch:PutDashboard", "logs:CreateLogGroup", "logs:PutQueryDefinition"),
        *("lambda:CreateEventSourceMapping", "logs:CreateLogDelivery"),
    } <= allowed


def test_who_deploys_reads_and_writes_nothing_that_is_stored(policies: Mapping[str, dict[str, Any]]) -> None:
    allowed = actions(policies["deployment"])
    assert not {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Scan", "s3:PutObject", "s3:DeleteObject"} & allowed


def test_roles_are_the_stack_s_own_wherever_they_are_made_or_passed(policies: Mapping[str, dict[str, Any]]) -> None:
    of_roles = {
        name: [
            (statement["Action"], statement["Resource"])
            for statement in policy["Statement"]
            if any(action.startswith("iam:") for action in statement["Action"])
        ]
        for name, policy in policies.items()
    }
    ((_, roles),) = of_roles["deployment"]
    assert roles == ["arn:*:iam::*:role/reportflow-*"]
    ((asked, _),) = of_roles["operator"]
    assert asked == ["iam:SimulatePrincipalPolicy"]


def test_an_operator_starts_executions_adds_sellers_has_reports_tabulated_and_queried_and_changes_nothing_else(
    policies: Mapping[str, dict[str, Any]],
) -> None:
    reading = ("Describe", "Get", "List", "Filter", "Query", "Scan", "BatchGet", "Simulate")
    changing = {action for action in actions(policies["operator"]) if not action.split(":")[1].startswith(reading)}
    assert changing == {
        *("states:StartExecution", "states:RedriveExecution"),
        *("secretsmanager:CreateSecret", "secretsmanager:PutSecretValue"),
        *("sqs:SendMessage", "dynamodb:UpdateItem"),
        *("athena:StartQueryExecution", "athena:StopQueryExecution", "glue:CreateTable", "glue:UpdateTable"),
        *("s3:PutObject", "s3:AbortMultipartUpload"),
    }
    writing = [one["Resource"] for one in policies["operator"]["Statement"] if "s3:PutObject" in one["Action"]]
    assert writing == [["arn:*:s3:::reportflow-*/athena/*"]]


@pytest.mark.parametrize("action", ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"])
def test_an_operator_has_no_part_in_the_restricted_zone(policies: Mapping[str, dict[str, Any]], action: str) -> None:
    """A wildcard for the bucket's name stands for the zone's folder as well."""
    bucket, policy = "arn:aws:s3:::reportflow-storagereports31b47eb2-a9", policies["operator"]
    folder = "athena" if action == "s3:PutObject" else "reports"
    assert named(policy, action, f"{bucket}/{folder}/sellingPartnerId=A1/one.tsv.gz") == {"Allow"}
    assert "Deny" in named(policy, action, f"{bucket}/restricted/{folder}/sellingPartnerId=A1/one.tsv.gz")
