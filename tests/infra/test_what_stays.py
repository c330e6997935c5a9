"""What stays when the stack goes, or when its first deployment fails, and what the account's limits ask of names."""

import json
from pathlib import Path
from typing import Any

from infra.checked_options import KEPT
from tests.assemblies import Assemblies
from tests.testing.policies import of_resources, text
from tests.testing.template import Template

EXCEPT_ON_CREATE = ("RetainExceptOnCreate", "Retain")
# Each resource that is not deleted: its type, its policies, and why.
STAYING = {
    "AWS::S3::Bucket": (EXCEPT_ON_CREATE, "it holds reports, or who read them"),
    "AWS::S3::BucketPolicy": (EXCEPT_ON_CREATE, "a bucket that stays still refuses plain HTTP"),
    "AWS::KMS::Key": (EXCEPT_ON_CREATE, "without it nobody reads what it encrypts"),
    "AWS::DynamoDB::Table": (
        ("Retain", "Retain"),
        "its deletion protection would make the removal fail when a first deployment is rolled back",
    ),
}
VENDED = "/aws/vendedlogs/"
# The keys that AWS documents for its services' calls of KMS.
CONDITIONS = {
    "cloudwatch.amazonaws.com": {"aws:SourceAccount", "aws:SourceArn"},
    "events.amazonaws.com": {"kms:EncryptionContext:aws:sqs:arn"},
    "logs": {"kms:EncryptionContext:aws:logs:arn"},
}


def test_what_stays_is_what_holds_data(every_option: Path) -> None:
    template = Template.read(every_option)
    kept = {
        (resource["Type"], (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]))
        for resource in template.resources.values()
        if resource.get("DeletionPolicy", "Delete") != "Delete"
    }
    assert kept == {(kind, policies) for kind, (policies, _) in STAYING.items()}
    for kind in STAYING:
        for resource in template.of_type(kind).values():
            assert resource["DeletionPolicy"] != "Delete"
            assert not [key for key in resource["Properties"] if key in ("BucketName", "TableName", "KeyId")]


def test_what_a_stack_before_has_left_is_used_and_nothing_beside_it_is_made(assemblies: Assemblies) -> None:
    assembly = assemblies.wait_for("kept")
    template = Template.read(assembly)
    for kind in STAYING:
        assert not template.of_type(kind), kind
    outputs = json.loads((assembly / "reportflow.template.json").read_text())["Outputs"]
    named = (outputs[name]["Value"] for name in ("ReportBucketName", "LedgerTableName", "RestrictedKeyArn"))
    assert [*named] == [*KEPT.values()]


def test_a_log_group_of_a_machine_needs_no_room_in_a_resource_policy(every_option: Path) -> None:
    template = Template.read(every_option)
    machines = template.of_type("AWS::StepFunctions::StateMachine")
    groups = {group(template, machine["Properties"]) for machine in machines.values()}
    assert len(groups) == len(machines) == 3
    assert all(name.startswith(VENDED) for name in groups), groups
    named = {
        name for name, each in template.of_type("AWS::Logs::LogGroup").items() if each["Properties"].get("LogGroupName")
    }
    assert len(named) == len(machines)


def group(template: Template, machine: dict[str, Any]) -> str:
    """Return the name of the log group that a machine writes to."""
    (destination,) = machine["LoggingConfiguration"]["Destinations"]
    logical_id = destination["CloudWatchLogsLogGroup"]["LogGroupArn"]["Fn::GetAtt"][0]
    return str(template.resources[logical_id]["Properties"]["LogGroupName"])


def test_a_key_s_conditions_are_such_as_the_service_sends(every_option: Path) -> None:
    keys = Template.read(every_option).of_type("AWS::KMS::Key")
    seen = set()
    for owner, statement in of_resources(every_option):
        service = text(statement["Principal"].get("Service", "")) if isinstance(statement["Principal"], dict) else ""
        if owner in keys and service:
            known = "logs" if service.startswith("logs.") else service
            conditions = {key for of_kind in statement["Condition"].values() for key in of_kind}
            assert conditions <= CONDITIONS[known], service
            assert conditions
            seen.add(known)
    assert seen == set(CONDITIONS)
