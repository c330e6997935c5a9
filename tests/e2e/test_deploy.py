"""`make deploy`: the real CDK CLI bootstraps, deploys, updates and destroys in the embedded AWS; data stays."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.aws import EmbeddedAws
from tests.testing.repository import REPOSITORY
from tests.testing.run_command import without_aws


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    """Start an empty AWS."""
    with EmbeddedAws(directory=tmp_path_factory.mktemp("deploy")) as running:
        yield running


@pytest.fixture
def cdk(aws: EmbeddedAws, tmp_path: Path) -> Callable[..., str]:
    """Return the CDK CLI as the Makefile runs it, against the embedded AWS."""

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "infra.cdk_cli", *arguments, "--output", str(tmp_path / "cdk.out"), "--ci"],
            cwd=REPOSITORY,
            env={**without_aws(), **aws.environment, "CDK_DISABLE_CLI_TELEMETRY": "true"},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


def test_bootstrap_deploy_update_destroy(aws: EmbeddedAws, cdk: Callable[..., str]) -> None:
    cdk("bootstrap")
    assert "StateMachineArn" in cdk("deploy", "reportflow", "--require-approval", "never")
    cloudformation, functions = aws.client("cloudformation"), aws.client("lambda")
    (stack,) = cloudformation.describe_stacks(StackName="reportflow")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    aws.client("s3").put_object(Bucket=outputs["ReportBucketName"], Key="reports/kept", Body=b"kept")

    cdk("deploy", "reportflow", "--require-approval", "never", "-c", "deadlineHours=12")
    (stack,) = cloudformation.describe_stacks(StackName="reportflow")["Stacks"]
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    deadlines = {
        function.get("Environment", {}).get("Variables", {}).get("REPORT_DEADLINE_SECONDS")
        for function in functions.list_functions()["Functions"]
    }
    assert deadlines == {None, str(12 * 3600)}

    cdk("destroy", "reportflow", "--force")
    assert functions.list_functions()["Functions"] == []
    assert aws.client("stepfunctions").list_state_machines()["stateMachines"] == []
    body = aws.client("s3").get_object(Bucket=outputs["ReportBucketName"], Key="reports/kept")["Body"]
    assert body.read() == b"kept"
    table = aws.client("dynamodb").describe_table(TableName=outputs["LedgerTableName"])["Table"]
    assert table["TableStatus"] == "ACTIVE"
