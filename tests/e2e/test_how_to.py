"""The how-tos are true: their commands do what they say, in one embedded AWS."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.aws.session import bound_session
from tests.testing.repository import REPOSITORY
from tests.testing.run_command import Command

PAGES = sorted((REPOSITORY / "docs/how-to").glob("*.md"))
BLOCK = re.compile(r"(<!-- not run: [^\n]+? -->\n *)?^( *)```sh\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
# What the pages' selling partner is authorized by.
REQUEST = {
    "sellingPartnerId": "A2EXAMPLE",
    "reportType": "GET_MERCHANT_LISTINGS_ALL_DATA",
    "marketplaceIds": ["A1PA6795UKMFR9"],
}


def commands(page: Path) -> str:
    """Return a page's shell blocks, without those that are marked, or for programs that are not on this machine."""
    blocks = [
        re.sub(f"^{indent}", "", text, flags=re.MULTILINE)
        for marked, indent, text in BLOCK.findall(page.read_text())
        if not marked
    ]
    return "".join(block for block in blocks if block.split()[0] != "duckdb" or shutil.which("duckdb"))


def operator(environment: dict[str, str], ca_bundle: Path) -> dict[str, str]:
    """Make a user who may do what docs/policies/operator.json says, and return what to export to be it."""
    session = bound_session(endpoint_url=environment["AWS_ENDPOINT_URL"], ca_bundle=ca_bundle, region="us-east-1")
    iam = session.client("iam")
    iam.create_user(UserName="operator")
    policy = (REPOSITORY / "docs/policies/operator.json").read_text()
    iam.put_user_policy(UserName="operator", PolicyName="operator", PolicyDocument=policy)
    key = iam.create_access_key(UserName="operator")["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Keep a local run, and return what it tells to export."""
    directory = tmp_path_factory.mktemp("kept")
    (directory / "requests.json").write_text(json.dumps([REQUEST]))
    kept = Command(directory, "--requests", "requests.json", "--keep", "--speed", "300")
    environment = kept.kept()
    yield {**environment, **operator(environment, directory / "build/run/aws/ca.pem")}
    kept.press_ctrl_c()
    kept.end(timeout=30)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_of_a_page_succeed(page: Path, environment: dict[str, str], tmp_path: Path) -> None:
    script = f"set -euo pipefail\n{commands(page)}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, script + done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    if page.stem == "query":
        orders = [path.read_text("utf-8") for path in (tmp_path / "orders").glob("*.tsv")]
        assert orders
        assert all(text.count("\n") > 1 for text in orders)


def test_a_mistake_at_the_shell_is_one_sentence(environment: dict[str, str], tmp_path: Path) -> None:
    for arguments, sentence in (
        (["status", "nobody"], "reportflow: the stack reportflow knows no nobody"),
        (["list", "--stack", "other"], "reportflow: there is no stack other in us-east-1"),
    ):
        done = subprocess.run(
            ["reportflow", *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr.startswith(sentence)
