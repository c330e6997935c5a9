"""Which key encrypts what: AWS's own by default, the account's with `encryptionKey: customer`."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.assemblies import Assemblies
from tests.testing.policies import of_resources, resources_of

KEY_OF = {
    "AWS::Logs::LogGroup": ("KmsKeyId",),
    "AWS::SQS::Queue": ("KmsMasterKeyId",),
    "AWS::SNS::Topic": ("KmsMasterKeyId",),
    "AWS::DynamoDB::Table": ("SSESpecification", "KMSMasterKeyId"),
}


def of_type(directory: Path, *kinds: str) -> dict[str, dict[str, Any]]:
    """Return the resources of some types in all templates of an assembly."""
    return {name: resource for name, resource in resources_of(directory) if resource["Type"] in kinds}


def at(properties: dict[str, Any], path: tuple[str, ...]) -> Any:
    """Return what is at a path of a resource's properties, if anything is."""
    for name in path:
        properties = properties.get(name, {})
    return properties or None


def by_default(bucket: dict[str, Any]) -> dict[str, Any]:
    """Return a bucket's default encryption."""
    (rule,) = bucket["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    return dict(rule["ServerSideEncryptionByDefault"])


def test_with_a_key_of_the_account_everything_that_is_kept_is_under_it(every_option: Path) -> None:
    keys = of_type(every_option, "AWS::KMS::Key")
    ((key, _),) = [(name, each) for name, each in keys.items() if not name.startswith("StorageRestrictedKey")]
    kept = of_type(every_option, *KEY_OF)
    assert {resource["Type"] for resource in kept.values()} >= {"AWS::Logs::LogGroup", "AWS::SQS::Queue"}
    for name, resource in kept.items():
        assert at(resource["Properties"], KEY_OF[resource["Type"]]) == {"Fn::GetAtt": [key, "Arn"]}, name
    logs, reports = of_type(every_option, "AWS::S3::Bucket").values()
    assert by_default(reports) == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Fn::GetAtt": [key, "Arn"]}}
    assert by_default(logs) == {"SSEAlgorithm": "AES256"}


def test_the_bucket_is_under_the_key_of_the_account_whether_its_access_is_logged_or_not(
    assemblies: Assemblies,
) -> None:
    (bucket,) = of_type(assemblies.wait_for("another-context"), "AWS::S3::Bucket").values()
    assert by_default(bucket)["SSEAlgorithm"] == "aws:kms"


def test_by_default_there_is_no_key_but_that_of_the_restricted_zone(assembly: Path) -> None:
    assert [name[:20] for name in of_type(assembly, "AWS::KMS::Key")] == ["StorageRestrictedKey"]
    for name, resource in of_type(assembly, *KEY_OF).items():
        if resource["Type"] != "AWS::SNS::Topic":
            assert at(resource["Properties"], KEY_OF[resource["Type"]]) is None, name


def test_the_account_s_key_is_used_by_its_own_account_through_services_and_by_services_for_it(
    every_option: Path,
) -> None:
    (restricted,) = [name for name in of_type(every_option, "AWS::KMS::Key") if "Restricted" in name]
    statements = [
        statement
        for name, statement in of_resources(every_option)
        if name in of_type(every_option, "AWS::KMS::Key") and name != restricted
    ]
    account, *others = statements
    assert account["Action"] == "kms:*"
    # Of Amazon's account, that sends notifications: test_notifications.py.
    *others, _ = others
    for statement in others:
        assert {action.removeprefix("kms:") for action in statement["Action"]} == {
            *("Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo", "GenerateDataKey", "DescribeKey")
        }
    conditions = [[*next(iter(statement["Condition"].values()))] for statement in others]
    assert conditions == [
        ["kms:CallerAccount", "kms:ViaService"],
        ["kms:EncryptionContext:aws:logs:arn"],
        ["aws:SourceAccount"],
        ["kms:EncryptionContext:aws:sqs:arn"],
    ]


def test_every_key_rotates_and_stays(every_option: Path) -> None:
    for key in of_type(every_option, "AWS::KMS::Key").values():
        assert key["Properties"]["EnableKeyRotation"] is True
        assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_every_bucket_is_private_refuses_plain_http_and_stays(every_option: Path) -> None:
    buckets = of_type(every_option, "AWS::S3::Bucket")
    refusing = {
        name
        for name, statement in of_resources(every_option)
        if statement["Effect"] == "Deny"
        and statement["Action"] == "s3:*"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    }
    assert len(refusing) == len(buckets) == 2
    for bucket in buckets.values():
        properties = bucket["Properties"]
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
        assert properties["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
        assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_access_is_logged_into_a_bucket_that_only_s3_may_put_logs_into(every_option: Path) -> None:
    logs, reports = of_type(every_option, "AWS::S3::Bucket").items()
    assert reports[1]["Properties"]["LoggingConfiguration"] == {"DestinationBucketName": {"Ref": logs[0]}}
    (allowing,) = [
        statement
        for _, statement in of_resources(every_option)
        if statement["Effect"] == "Allow" and statement["Action"] == "s3:PutObject"
    ]
    assert allowing["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert allowing["Condition"]["ArnLike"] == {"aws:SourceArn": {"Fn::GetAtt": [reports[0], "Arn"]}}


@pytest.mark.parametrize("variant", ["many-partners", "every-option"])
def test_answers_about_personal_data_stay_in_its_zone_under_its_key_whatever_a_client_asks_for(
    assemblies: Assemblies, variant: str
) -> None:
    directory = assemblies.wait_for(variant)
    (key,) = (name for name in of_type(directory, "AWS::KMS::Key") if name.startswith("StorageRestrictedKey"))
    groups = {each["Properties"]["Name"]: each for each in of_type(directory, "AWS::Athena::WorkGroup").values()}
    assert {*groups} == {"reportflow", "reportflow_restricted"}
    kept_at = {}
    for name, group in groups.items():
        configuration = group["Properties"]["WorkGroupConfiguration"]
        # Without it a client's own output location and encryption would count.
        assert configuration["EnforceWorkGroupConfiguration"] is True
        kept_at[name] = configuration["ResultConfiguration"]
    location = json.dumps(kept_at["reportflow_restricted"]["OutputLocation"])
    assert "/restricted/athena/" in location
    assert "restricted/" not in json.dumps(kept_at["reportflow"]["OutputLocation"])
    encryption = kept_at["reportflow_restricted"]["EncryptionConfiguration"]
    assert encryption == {"EncryptionOption": "SSE_KMS", "KmsKey": {"Fn::GetAtt": [key, "Arn"]}}
