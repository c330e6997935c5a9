"""reportflow tabulate sends what is in no table to the queue, and says how much that is."""

import json
from collections.abc import Callable

import pytest

from tests.cli.conftest import Account, Said
from tests.testing.harness import BUCKET
from tests.testing.landed_samples import ORDERS, manifest
from tests.testing.moto_aws import session

Cli = Callable[..., Said]


@pytest.fixture
def queue(account: Account, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Return a function that takes the manifests' keys from the queue; two windows are landed, one is in its table."""
    s3, sqs = session("us-east-1").client("s3"), session("us-east-1").client("sqs")
    url = sqs.create_queue(QueueName="tabulate")["QueueUrl"]
    monkeypatch.setitem(account.more_outputs, "TabulateQueueUrl", url)
    for name in ("TablesDatabaseName", "QueryWorkgroupName"):
        monkeypatch.setitem(account.more_outputs, name, "reportflow")
    for name, kind in (("one", ORDERS), ("two", ORDERS), ("three", "GET_OTHER")):
        fingerprint = f"{len(name):016x}-{ord(name[0]):016x}"
        body = json.dumps(manifest(report_id=name, window=fingerprint, report_type=kind))
        s3.put_object(Bucket=BUCKET, Key=f"manifests/{name}.json", Body=body)
    window = "330d41d96be9e7cb2e95968e6c05ed92"  # of "one" # pragma: allowlist secret
    key = f"tables/{ORDERS.lower()}/rf_seller=A2EXAMPLE/rf_month=2026-11/{window}.parquet"
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"")

    def take() -> list[str]:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return sorted(json.loads(message["Body"])["detail"]["manifestKey"] for message in messages)

    return take


def test_what_is_in_no_table_is_sent(reportflow: Cli, queue: Callable[[], list[str]]) -> None:
    assert reportflow("tabulate", "--json").json == {"sent": 2}
    assert queue() == ["manifests/three.json", "manifests/two.json"]


def test_what_is_asked_for_is_sent_again(reportflow: Cli, queue: Callable[[], list[str]]) -> None:
    said = reportflow("tabulate", "--type", ORDERS, "--again", "--since", "2026-01-01")
    assert (said.exit_code, said.out.split()[0]) == (0, "2")
    assert queue() == ["manifests/one.json", "manifests/two.json"]
    assert reportflow("tabulate", "--seller", "A2OTHER", "--json").json == {"sent": 0}


def test_a_day_that_is_none_and_a_stack_without_tables_are_refused(
    reportflow: Cli, account: Account, queue: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = reportflow("tabulate", "--since", "yesterday")
    assert (said.exit_code, "allowed is a day such as 2026-11-01" in said.err) == (2, True)
    monkeypatch.delitem(account.more_outputs, "TabulateQueueUrl")
    said = reportflow("tabulate")
    assert (said.exit_code, "has no tables: deploy it with -c tables=true" in said.err) == (3, True)
