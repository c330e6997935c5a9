"""Notifications: no resource where they are off; where they are on, who may send, resume and write what."""

from pathlib import Path
from typing import Any

import pytest

from lambdas.polling.notification_table import PARTITION
from tests.testing.function_outputs import LOOP, OUTPUTS, VALUES
from tests.testing.machine.lint import lint
from tests.testing.policies import of_resources, of_roles, text
from tests.testing.template import Template

NOTIFICATION = {
    "poll.notification",
    "poll.notification.expiresAt",
    "poll.notification.askedAt",
    "poll.reportId",
    "request.reportType",
}
AMAZON = "arn:<AWS::Partition>:iam::437568002678:root"


@pytest.fixture(scope="session")
def noticed(every_option: Path) -> Template:
    """Return the template with every option, notifications among them."""
    return Template.read(every_option)


def test_by_default_there_is_nothing_of_them(template: Template) -> None:
    assert template.definition()["States"]["Wait"]["Type"] == "Wait"
    assert not [name for name in template.resources if "Notification" in name]
    assert "NOTIFICATIONS" not in str(template.resources)


def test_the_definition_is_clean_with_them_and_only_wait_differs(template: Template, noticed: Template) -> None:
    outputs = {**OUTPUTS, "Create report": LOOP | NOTIFICATION, "Get report": LOOP | NOTIFICATION}
    assert lint(noticed.definition(), outputs=outputs, values=VALUES) == []
    before, now = (each.definition()["States"] for each in (template, noticed))
    assert {name for name in now if now[name] != before[name]} == {"Wait"}
    assert now["Wait"]["Next"] == before["Wait"]["Next"] == "Get report"
    assert {catch["Next"] for catch in now["Wait"]["Catch"]} == {"Get report"}


def test_amazon_may_send_to_the_queue_and_nobody_else(every_option: Path, noticed: Template) -> None:
    (queue,) = (name for name in noticed.of_type("AWS::SQS::Queue") if name.startswith("NotificationsQueue"))
    allowed = [
        statement
        for owner, statement in of_resources(every_option)
        if statement["Effect"] == "Allow" and owner.startswith("NotificationsQueue")
    ]
    (statement,) = allowed
    assert text(statement["Principal"]["AWS"]) == AMAZON
    assert set(statement["Action"]) == {"sqs:SendMessage", "sqs:GetQueueAttributes"}
    assert text(statement["Resource"]) == f"<{queue}.Arn>"


def test_amazon_may_use_the_account_s_key_for_queues_only(every_option: Path) -> None:
    using = [
        statement
        for owner, statement in of_resources(every_option)
        if owner.startswith("Key") and AMAZON in str(_plain(statement["Principal"]))
    ]
    (statement,) = using
    assert set(statement["Action"]) == {"kms:GenerateDataKey", "kms:Decrypt"}
    (service,) = statement["Condition"]["StringEquals"].values()
    assert text(service).startswith("sqs.")


def _plain(principal: Any) -> str:
    value = principal.get("AWS", "") if isinstance(principal, dict) else principal
    return text(value) if isinstance(value, (str, dict)) else str(value)


def test_notifications_and_waits_for_them_are_in_a_part_of_the_ledger_of_their_own(noticed: Template) -> None:
    policies = {
        name: statement
        for name, policy in noticed.of_type("AWS::IAM::Policy").items()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if "dynamodb:LeadingKeys" in str(statement)
    }
    assert {name.partition("Role")[0]: statement["Action"] for name, statement in policies.items()} == {
        "FunctionsReceiveNotification": "dynamodb:UpdateItem",
        "WorkflowMachine": "dynamodb:PutItem",
    }
    for statement in policies.values():
        assert statement["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [PARTITION]}}


def test_the_function_may_end_waits_of_this_machine_and_nothing_else_of_it(
    every_option: Path, noticed: Template
) -> None:
    machine, _ = noticed.machine()
    mine = [each for each in of_roles(every_option) if each.role.startswith("FunctionsReceiveNotification")]
    actions = {action: each.resources for each in mine for action in each.actions if action.startswith("states:")}
    assert actions == {"states:SendTaskSuccess": (f"<{machine}>",)}
