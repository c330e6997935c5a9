"""The how-tos are true: their commands do what they say, in one embedded AWS."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.aws.session import bound_session
from tests.testing.repository import DOCS
from tests.testing.run_command import Command

PAGES = sorted((DOCS / "how-to").glob("*.md"))
BLOCK = re.compile(r"(<!-- not run: [^\n]+? -->\n *)?^( *)```sh\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
# What the pages' selling partner is authorized by.
REQUEST = {
    "sellingPartnerId": "A2EXAMPLE",
    "reportType": "GET_MERCHANT_LISTINGS_ALL_DATA",
    "marketplaceIds": ["A1PA6795UKMFR9"],
}

FLEET = """
[[sellingPartners]]
name = "example"
sellingPartnerId = "A2EXAMPLE"
account = "seller"
marketplaceIds = ["DE"]

[[reports]]
reportType = "GET_MERCHANT_LISTINGS_ALL_DATA"
schedule = "cron(0 6 * * ? *)"
"""
# Those that no page has, or that end differently by what has landed.
COMMANDS = [
    ["executions", "--since", "2026-11-01", "--seller", "A2EXAMPLE"],
    ["status", "EXECUTION"],
    ["explain", "EXECUTION"],
    ["list"],
    ["redrive", "--since", "1d", "--dry-run"],
    ["gaps", "--config", "fleet.toml", "--days", "2"],
    ["doctor", "--sign-in"],
    ["tables"],
    ["tabulate"],
    ["query", "SELECT 1"],
    ["notifications", "list", "--config", "fleet.toml"],
    ["amazon-schedules", "list", "--config", "fleet.toml"],
]


def commands(page: Path) -> str:
    """Return a page's shell blocks, without those that are marked, or for programs that are not on this machine."""
    blocks = [
        re.sub(f"^{indent}", "", text, flags=re.MULTILINE)
        for marked, indent, text in BLOCK.findall(page.read_text())
        if not marked
    ]
    return "".join(block for block in blocks if block.split()[0] != "duckdb" or shutil.which("duckdb"))


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Keep a local run, and return what it tells to export."""
    directory = tmp_path_factory.mktemp("kept")
    (directory / "requests.json").write_text(json.dumps([REQUEST]))
    kept = Command(directory, "--requests", "requests.json", "--notifications", "--keep", "--speed", "300")
    yield kept.kept()
    kept.press_ctrl_c()
    kept.end(timeout=30)


def session_of(environment: dict[str, str]) -> boto3.Session:
    """Return a session of the account's own user."""
    ca_bundle = Path(environment["AWS_CA_BUNDLE"])
    return bound_session(endpoint_url=environment["AWS_ENDPOINT_URL"], ca_bundle=ca_bundle, region="us-east-1")


def outputs_of_stack(environment: dict[str, str]) -> dict[str, str]:
    """Return what things are called."""
    stacks = session_of(environment).client("cloudformation").describe_stacks(StackName="reportflow")["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in stacks[0]["Outputs"]}


@pytest.fixture(scope="module")
def operator(environment: dict[str, str]) -> dict[str, str]:
    """Make a user who may do what docs/policies/operator.json says, and return the environment of its shell."""
    iam = session_of(environment).client("iam")
    iam.create_user(UserName="operator")
    policy = (DOCS / "policies/operator.json").read_text()
    iam.put_user_policy(UserName="operator", PolicyName="operator", PolicyDocument=policy)
    key = iam.create_access_key(UserName="operator")["AccessKey"]
    keys = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    return {**environment, **keys}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_an_operator_may_do_what_a_page_says(
    page: Path, environment: dict[str, str], operator: dict[str, str], tmp_path: Path
) -> None:
    # Of reports with personal data the page says what a reader needs more.
    who = environment if page.stem == "restricted" else operator
    script = f"set -euo pipefail\n{commands(page)}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=who, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, script + done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    if page.stem == "query":
        orders = [path.read_text("utf-8") for path in (tmp_path / "orders").glob("*.tsv")]
        assert orders
        assert all(text.count("\n") > 1 for text in orders)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_an_operator_may_do_what_a_command_does(
    command: list[str], environment: dict[str, str], operator: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "fleet.toml").write_text(FLEET)
    states = session_of(environment).client("stepfunctions")
    machine = outputs_of_stack(environment)["StateMachineArn"]
    name = states.list_executions(stateMachineArn=machine, statusFilter="SUCCEEDED")["executions"][-1]["name"]
    done = shell([word.replace("EXECUTION", name) for word in command], operator, tmp_path)
    assert done.returncode in (0, 1, 4), done.stdout + done.stderr
    assert not re.search("may not|not checked|AccessDenied", done.stdout + done.stderr)


def test_an_operator_may_do_nothing_else(operator: dict[str, str], environment: dict[str, str], tmp_path: Path) -> None:
    session, outputs = session_of(environment), outputs_of_stack(environment)
    bucket, table = outputs["ReportBucketName"], outputs["LedgerTableName"]
    personal: Any = {"Bucket": bucket, "Key": "restricted/reports/one.tsv"}
    session.client("s3").put_object(**personal, Body=b"personal")
    session.client("s3").put_object(Bucket=bucket, Key="reports/one.tsv", Body=b"")
    keys: Any = {name.lower(): operator[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    clients: list[Any] = [session.client(each, **keys) for each in ("s3", "dynamodb", "iam", "lambda")]
    s3, dynamodb, iam, functions = clients
    secrets = session.client("secretsmanager", **keys)
    s3.get_object(Bucket=bucket, Key="reports/one.tsv")
    for call in (
        partial(s3.get_object, **personal),
        partial(s3.put_object, **personal),
        partial(s3.put_object, Bucket=bucket, Key="reports/one.tsv"),
        partial(s3.delete_object, Bucket=bucket, Key="reports/one.tsv"),
        partial(dynamodb.delete_item, TableName=table, Key={"sellingPartnerId": {"S": "A"}, "entry": {"S": "a"}}),
        partial(dynamodb.scan, TableName="another"),
        partial(iam.create_user, UserName="another"),
        partial(functions.update_function_configuration, FunctionName="reportflow-any", Timeout=1),
        partial(secrets.get_secret_value, SecretId="another"),
        partial(secrets.delete_secret, SecretId="reportflow/lwa-client"),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            call()


def shell(arguments: list[str], environment: dict[str, str], directory: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of the command line."""
    command = ["reportflow", *arguments]
    return subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)


def test_a_mistake_at_the_shell_is_one_sentence(environment: dict[str, str], tmp_path: Path) -> None:
    for arguments, sentence in (
        (["status", "nobody"], "reportflow: the stack reportflow knows no nobody"),
        (["list", "--stack", "other"], "reportflow: there is no stack other in us-east-1"),
    ):
        done = shell(arguments, environment, tmp_path)
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr.startswith(sentence)
