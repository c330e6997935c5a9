"""The template: what each role may do, what outlives the stack, what every function has in common."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from local.synthesis import SynthesisFailed, synthesize
from tests.assemblies import Assemblies
from tests.testing.policies import listed
from tests.testing.template import Template, variables

SNAPSHOTS = {
    "Workflow": Path(__file__).with_name("machine.asl.json"),
    "Discovery": Path(__file__).with_name("discovery.asl.json"),
    "Backfill": Path(__file__).with_name("backfill.asl.json"),
}
OWN_LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
SECRETS = {"secretsmanager:GetSecretValue"}
# To reserve its calls, and to record what became of the report.
LEDGER = {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}
EVERY = OWN_LOGS | SECRETS | LEDGER
LANDING = {
    "s3:PutObject",
    "s3:AbortMultipartUpload",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:ListBucket",
    "s3:ListMultipartUploadParts",
}
ALLOWED = {
    "create_report": EVERY | {"dynamodb:Query", "states:DescribeExecution"},
    "get_report": EVERY,
    "handle_done": EVERY | LANDING,
    "handle_restricted": EVERY | LANDING | {"kms:GenerateDataKey", "kms:Decrypt"},
    "handle_cancelled": EVERY,
    "handle_fatal": EVERY,
    "handle_overdue": EVERY,
    "check_client_secret": OWN_LOGS | {"secretsmanager:ListSecretVersionIds"},
    "publish_outcome": OWN_LOGS
    | {"states:DescribeExecution", "events:PutEvents", "sqs:SendMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"},
    "find_gaps": OWN_LOGS
    | {"dynamodb:BatchGetItem", "dynamodb:Query", "s3:PutObject", "sqs:SendMessage"}
    | {"states:StartExecution", "states:DescribeExecution", "states:RedriveExecution"},
    "start_reports": OWN_LOGS | {"states:StartExecution", "sqs:SendMessage"},
    "list_reports": EVERY | {"states:StartExecution", "states:DescribeExecution", "events:PutEvents"},
    "plan_backfill": OWN_LOGS | {"dynamodb:BatchGetItem"},
    "summarize_backfill": OWN_LOGS | {"dynamodb:BatchGetItem", "s3:PutObject"},
}


def statements(template: Template, role_id: str) -> list[dict[str, Any]]:
    """Return all statements of the inline policies of a role."""
    return [
        statement
        for policy in template.of_type("AWS::IAM::Policy").values()
        if {"Ref": role_id} in policy["Properties"]["Roles"]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def test_each_function_may_do_what_its_state_needs_and_nothing_else(template: Template) -> None:
    allowed = {
        module: {
            action
            for statement in statements(template, properties["Role"]["Fn::GetAtt"][0])
            for action in listed(statement["Action"])
        }
        for _, module, properties in template.functions()
    }
    assert allowed == ALLOWED


def test_each_function_has_a_role_of_its_own_without_managed_policies(template: Template) -> None:
    roles = [properties["Role"]["Fn::GetAtt"][0] for _, _, properties in template.functions()]
    assert len(set(roles)) == len(roles) == len(ALLOWED)
    for role in roles:
        assert "ManagedPolicyArns" not in template.resources[role]["Properties"]


def test_functions_are_arm64_on_a_current_python_and_log_json_into_groups_that_expire(template: Template) -> None:
    for _, _, properties in template.functions():
        assert properties["Architectures"] == ["arm64"]
        assert properties["Runtime"] == "python3.14"
        assert properties["LoggingConfig"]["LogFormat"] == "JSON"
        group = template.resources[properties["LoggingConfig"]["LogGroup"]["Ref"]]
        assert group["Properties"]["RetentionInDays"] == 30


def test_all_functions_share_one_asset(template: Template) -> None:
    assert len({json.dumps(properties["Code"], sort_keys=True) for _, _, properties in template.functions()}) == 1


def test_the_bucket_is_encrypted_versioned_private_and_stays(template: Template) -> None:
    ((_, bucket),) = template.of_type("AWS::S3::Bucket").items()
    properties = bucket["Properties"]
    rule = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert properties["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
    abort, *notes, restricted = properties["LifecycleConfiguration"]["Rules"]
    assert abort["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert {note["Prefix"]: note["ExpirationInDays"] for note in notes} == {
        "unfinished/": 1,
        "restricted/unfinished/": 1,
    }
    assert (restricted["Prefix"], restricted["ExpirationInDays"]) == ("restricted/", 27)
    assert restricted["NoncurrentVersionExpiration"] == {"NoncurrentDays": 1}


def test_who_looks_at_executions_looks_at_those_of_this_machine_only(template: Template) -> None:
    machine, _ = template.machine()
    looking = {
        name: statement["Resource"]["Fn::Join"][1]
        for _, name, properties in template.functions()
        for statement in statements(template, properties["Role"]["Fn::GetAtt"][0])
        if "states:DescribeExecution" in statement["Action"]
    }
    assert set(looking) == {"create_report", "publish_outcome", "list_reports", "find_gaps"}
    for parts in looking.values():
        assert parts[-3:] == [":execution:", {"Fn::GetAtt": [machine, "Name"]}, ":*"]


def test_every_outcome_of_the_machine_is_announced_and_none_is_lost(template: Template) -> None:
    machine, _ = template.machine()
    ((announcer, _, _),) = (each for each in template.functions() if each[1] == "publish_outcome")
    (rule,) = (each["Properties"] for name, each in template.of_type("AWS::Events::Rule").items() if "Outcomes" in name)
    asynchronous = template.only("AWS::Lambda::EventInvokeConfig")
    assert rule["EventPattern"] == {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {
            "stateMachineArn": [{"Ref": machine}],
            "status": ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"],
        },
    }
    (target,) = rule["Targets"]
    assert target["Arn"] == {"Fn::GetAtt": [announcer, "Arn"]}
    assert target["DeadLetterConfig"]["Arn"] == asynchronous["DestinationConfig"]["OnFailure"]["Destination"]


def test_the_announcer_speaks_in_no_other_name(template: Template) -> None:
    ((_, _, announcer),) = (each for each in template.functions() if each[1] == "publish_outcome")
    (speaking,) = (
        statement
        for statement in statements(template, announcer["Role"]["Fn::GetAtt"][0])
        if statement["Action"] == "events:PutEvents"
    )
    assert speaking["Condition"] == {"ForAllValues:StringEquals": {"events:source": "reportflow"}}
    assert speaking["Resource"]["Fn::Join"][1][-1] == ":event-bus/default"


def test_the_restricted_key_rotates_and_stays(template: Template) -> None:
    ((_, key),) = template.of_type("AWS::KMS::Key").items()
    assert key["Properties"]["EnableKeyRotation"] is True
    assert key["DeletionPolicy"] == "RetainExceptOnCreate"


def test_the_bucket_refuses_plain_http(template: Template) -> None:
    (statement,) = template.only("AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Action"] == "s3:*"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_ledger_can_be_restored_and_stays(template: Template) -> None:
    ((_, table),) = template.of_type("AWS::DynamoDB::Table").items()
    properties = table["Properties"]
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["DeletionProtectionEnabled"] is True
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert [key["AttributeName"] for key in properties["KeySchema"]] == ["sellingPartnerId", "entry"]
    assert table["DeletionPolicy"] == "Retain"


@pytest.mark.parametrize(("of", "days"), [("Workflow", 7), ("Discovery", 1), ("Backfill", 30)])
def test_a_machine_is_standard_traced_logged_and_always_ends(template: Template, of: str, days: int) -> None:
    _, machine = template.machine(of)
    assert machine["StateMachineType"] == "STANDARD"
    assert machine["TracingConfiguration"] == {"Enabled": True}
    assert machine["LoggingConfiguration"]["Level"] == "ALL"
    assert template.definition(of)["TimeoutSeconds"] == days * 24 * 3600


@pytest.mark.parametrize("of", SNAPSHOTS)
def test_a_definition_is_as_in_the_snapshot(template: Template, of: str) -> None:
    """A reviewer sees the graph change. Rewrite it with UPDATE_SNAPSHOT=1 make test."""
    snapshot = SNAPSHOTS[of]
    if os.environ.get("UPDATE_SNAPSHOT"):
        snapshot.write_text(json.dumps(template.definition(of), indent=2) + "\n")
    assert template.definition(of) == json.loads(snapshot.read_text())


def test_another_context_reaches_every_function_and_leaves_the_asset_the_same(
    assembly: Path, template: Template, assemblies: Assemblies
) -> None:
    directory = assemblies.wait_for("another-context")
    other = Template.read(directory)
    for _, module, properties in other.functions():
        environment = variables(properties)
        others = ("publish_outcome", "check_client_secret", "find_gaps", "plan_backfill", "start_reports")
        if module in (*others, "summarize_backfill"):
            continue  # they do not call Amazon
        assert environment["SP_API_ENDPOINT"] == "https://sp-api.example"
        assert environment["LWA_ENDPOINT"] == "http://127.0.0.1:9/token"
        waiting = environment.get("REPORT_DEADLINE_SECONDS"), environment.get("POLLING_FACTOR")
        assert waiting == (("172800", "3.5") if module == "create_report" else (None, None))
        assert environment["LEDGER_RETENTION_DAYS"] == "90"
        lands = module in ("handle_done", "handle_restricted")
        assert environment.get("UTF8_COPY") == ("true" if lands else None)
    for _, _, properties in template.functions():
        assert variables(properties).get("SP_API_ENDPOINT", "") == ""
    assert _asset(assembly) == _asset(directory)


def _asset(assembly: Path) -> set[str]:
    files = json.loads((assembly / "reportflow.assets.json").read_text())["files"]
    return {key for key, file in files.items() if file["source"]["packaging"] == "zip"}


def test_the_asset_holds_no_compiled_files(assembly: Path) -> None:
    (asset,) = _asset(assembly)
    files = {path.name for path in (assembly / f"asset.{asset}").rglob("*")}
    assert {"handle_done.py", "isal_zlib.cpython-314-aarch64-linux-gnu.so"} <= files
    assert not {name for name in files if name == "__pycache__" or name.endswith(".pyc")}


def test_the_asset_brings_no_urllib3_for_the_runtimes_boto3_was_made_for_its_own(assembly: Path) -> None:
    (asset,) = _asset(assembly)
    assert {"aws_croniter", "isal", "tzdata"} == {
        path.name
        for path in (assembly / f"asset.{asset}").iterdir()
        if (path / "__init__.py").is_file() and path.name != "lambdas"
    }


@pytest.mark.exhaustive
def test_a_wrong_context_stops_the_synthesis_with_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(
        SynthesisFailed, match=r"^reportflow: context deadlineHours is 49; allowed is a number from 0.1 to 48$"
    ):
        synthesize(tmp_path, context={"deadlineHours": 49})
