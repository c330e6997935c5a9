"""An unmodified cloud assembly becomes the resources that its template describes, and so does its next version."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from local.aws import StackFailed, StackMissing, deploy

if TYPE_CHECKING:
    from pathlib import Path

    from tests.testing.deployed_probe import Deployed


def test_the_bucket_is_as_the_template_says(deployed: Deployed) -> None:
    s3, bucket = deployed.aws.client("s3"), deployed.name("Bucket")
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    assert policy["Statement"][0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_ref_of_a_secret_is_its_arn(deployed: Deployed) -> None:
    secret = deployed.aws.client("secretsmanager").describe_secret(SecretId=deployed.name("SecretRef"))
    assert secret["ARN"] == deployed.name("SecretRef")


def test_the_schedule_keeps_its_keywords_and_its_dead_letter_queue(deployed: Deployed) -> None:
    target = deployed.aws.client("scheduler").get_schedule(Name=deployed.name("Schedule"))["Target"]
    assert json.loads(target["Input"])["event"]["scheduledTime"] == "<aws.scheduler.scheduled-time>"
    queue = deployed.aws.client("sqs").get_queue_attributes(
        QueueUrl=deployed.name("Queue"), AttributeNames=["QueueArn"]
    )
    assert target["DeadLetterConfig"]["Arn"] == queue["Attributes"]["QueueArn"]


def test_deploying_the_same_assembly_again_changes_nothing(deployed: Deployed, probe_assembly: Path) -> None:
    assert deployed.aws.deploy(probe_assembly, stack_name="probe") == deployed.outputs


def test_a_new_version_reaches_functions_that_are_warm_and_secrets(
    deployed: Deployed, probe_assembly: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new"
    shutil.copytree(probe_assembly, new)
    template = json.loads((new / "probe.template.json").read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Function":
            resource["Properties"]["Environment"]["Variables"]["RELEASE"] = "2"
        if resource["Type"] == "AWS::SecretsManager::Secret":
            resource["Properties"]["Description"] = "release 2"
    (new / "probe.template.json").write_text(json.dumps(template))
    deployed.invoke("Prober", do="echo")
    try:
        assert deployed.aws.deploy(new, stack_name="probe") == deployed.outputs
        assert deployed.invoke("Prober", do="describe").payload["environment"]["RELEASE"] == "2"
        secret = deployed.aws.client("secretsmanager").describe_secret(SecretId=deployed.name("SecretRef"))
        assert secret["Description"] == "release 2"
    finally:
        deployed.aws.deploy(probe_assembly, stack_name="probe")
    assert "RELEASE" not in deployed.invoke("Prober", do="describe").payload["environment"]


def test_a_failure_names_the_resource_and_the_reason_and_can_be_put_right(deployed: Deployed, tmp_path: Path) -> None:
    cloudformation = deployed.aws.client("cloudformation")
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::GetAtt": ["Kept", "NoSuchAttribute"]}}}
    kept = {"Type": "AWS::SecretsManager::Secret"}
    small = write_assembly(tmp_path, "small", {"Kept": kept, "Spoiled": topic})
    with pytest.raises(
        StackFailed, match=r"^small is ROLLBACK_COMPLETE: Spoiled \(AWS::SNS::Topic\): .*NoSuchAttribute"
    ):
        deployed.aws.deploy(small, stack_name="small")
    small = write_assembly(tmp_path, "small", {"Kept": kept})
    secret = deployed.aws.deploy(small, stack_name="small")["KeptIs"]
    small = write_assembly(tmp_path, "small", {"Kept": kept, "Spoiled": topic})
    with pytest.raises(StackFailed, match=r"^small is UPDATE_ROLLBACK_COMPLETE: Spoiled "):
        deployed.aws.deploy(small, stack_name="small")
    secrets = deployed.aws.client("secretsmanager")
    assert secrets.describe_secret(SecretId=secret)["ARN"] == secret
    cloudformation.delete_stack(StackName="small")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="small", WaiterConfig={"Delay": 0})
    with pytest.raises(secrets.exceptions.ResourceNotFoundException):
        secrets.describe_secret(SecretId=secret)


def test_a_stack_that_the_assembly_lacks_is_named(deployed: Deployed, probe_assembly: Path) -> None:
    with pytest.raises(StackMissing, match=r"has no stack prob, but probe$"):
        deployed.aws.deploy(probe_assembly, stack_name="prob")


def test_equal_files_make_equal_zips(tmp_path: Path) -> None:
    for folder, names in (("one", ["b", "a/c"]), ("two", ["a/c", "b"])):
        for name in names:
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
            os.utime(path, (0, len(folder + name)))
    assert deploy._zipped(tmp_path / "one") == deploy._zipped(tmp_path / "two")


def write_assembly(directory: Path, name: str, resources: dict[str, Any]) -> Path:
    """Write a cloud assembly of one stack of these resources whose outputs are their Refs; return its directory."""
    outputs = {f"{resource}Is": {"Value": {"Ref": resource}} for resource in resources}
    bucket = "cdk-small-${AWS::AccountId}-${AWS::Region}"
    destination = {"bucketName": bucket, "objectKey": "template.json"}
    asset = {"source": {"path": "template.json", "packaging": "file"}, "destinations": {"here": destination}}
    properties = {
        "stackTemplateAssetObjectUrl": f"s3://{bucket}/template.json",
        "requiresBootstrapStackVersion": 6,
        "bootstrapStackVersionSsmParameter": "/cdk-bootstrap/small/version",
    }
    files = {
        "manifest.json": {"artifacts": {name: {"type": "aws:cloudformation:stack", "properties": properties}}},
        f"{name}.assets.json": {"files": {"template": asset}},
        "template.json": {"Resources": resources, "Outputs": outputs},
    }
    for file, content in files.items():
        (directory / file).write_text(json.dumps(content))
    return directory
