"""The review finds what nobody has accepted, and takes an acceptance for what it names and nothing else."""

from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3

from app import of_project, synthesize
from infra.checked_options import EVERY_OPTION, KEPT
from infra.config import LOG_RETENTIONS
from infra.suppressions import accept
from infra.template_checks import unaccepted
from tests.testing.policies import resources_of


@pytest.mark.parametrize("options", [EVERY_OPTION, KEPT], ids=["every option", "kept"])
def test_every_finding_on_the_stack_is_accepted_beside_its_resource(tmp_path: Path, options: dict[str, Any]) -> None:
    assert list(unaccepted(synthesize({**of_project(), **options}, outdir=str(tmp_path)))) == []


def test_each_acceptance_has_a_reason(assembly: Path, every_option: Path) -> None:
    skipped = [
        skip
        for directory in (assembly, every_option)
        for _, resource in resources_of(directory)
        for skip in resource.get("Metadata", {}).get("checkov", {}).get("skip", [])
    ]
    assert len(skipped) > 40
    assert [skip for skip in skipped if len(skip["comment"].split()) < 4] == []


@pytest.mark.parametrize(
    ("accepted", "left"),
    [
        ("AwsSolutions-IAM5[Resource::<….Arn>/reports/*]", []),
        ("AwsSolutions-IAM5[Resource::<….Arn>/*]", ["AwsSolutions-IAM5[Resource::<Bucket83908E77.Arn>/reports/*]"]),
        ("AwsSolutions-IAM5", ["AwsSolutions-IAM5[Resource::<Bucket83908E77.Arn>/reports/*]"]),
    ],
)
def test_a_wildcard_is_accepted_by_its_own_name_only(accepted: str, left: list[str]) -> None:
    app = App(context={})
    stack = Stack(app, "stack")
    bucket = s3.Bucket(stack, "Bucket", enforce_ssl=True)
    accept(bucket, "AwsSolutions-S1", because="not what this is about")
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    role.add_to_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=[bucket.arn_for_objects("reports/*")]))
    accept(role, accepted, because="keys are not known")
    assert [finding.split(" on ")[0] for finding in unaccepted(app)] == left


def test_the_log_retentions_are_the_cdks() -> None:
    assert [member.name for member in logs.RetentionDays] == list(LOG_RETENTIONS)
