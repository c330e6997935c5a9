"""A secret that would outlive a run is found, wherever it is. Every test of this folder is watched for that."""

import logging
from collections.abc import Callable

import boto3
import pytest

from tests.testing.harness import BUCKET, TABLE, Harness, staged
from tests.testing.machine.lambda_function import ServiceFault
from tests.testing.scenario_steps import ORDERS
from tests.testing.secret_leak_detector import SecretLeaked
from tests.testing.small_parts import BY_NAME
from tests.testing.template import Template


def log(_: Harness, secret: str) -> None:
    """Log it beside the message."""
    logging.getLogger("reportflow").info("Get report", extra={"token": secret})


def log_an_exception(_: Harness, secret: str) -> None:
    """Log it as an exception's message."""
    logging.getLogger("other").error("it failed", exc_info=LookupError(secret))


def print_it(_: Harness, secret: str) -> None:
    """Print it, as metrics are."""
    print(secret)  # noqa: T201 - what is to be found


def metadata(stage: Harness, secret: str) -> None:
    """Put it into an object's metadata."""
    stage.s3.put_object(Bucket=BUCKET, Key="report", Metadata={"url": secret})


def body(stage: Harness, secret: str) -> None:
    """Put it into an object, as a manifest would."""
    stage.s3.put_object(Bucket=BUCKET, Key="manifest", Body=f'{{"url": "{secret}"}}'.encode())


def ledger(stage: Harness, secret: str) -> None:
    """Write it into the ledger."""
    item = {"sellingPartnerId": {"S": "A2"}, "entry": {"S": "quota"}, "reason": {"S": secret}}
    stage.dynamodb.put_item(TableName=TABLE, Item=item)


def event(_: Harness, secret: str) -> None:
    """Put it into an event."""
    boto3.client("events").put_events(Entries=[{"Source": "s", "DetailType": "d", "Detail": f'{{"a": "{secret}"}}'}])


def cause(stage: Harness, secret: str) -> None:
    """Let a function fail with it."""

    def fail(_: str) -> None:
        raise ServiceFault("Broken", cause=secret)

    stage.before = fail
    stage.run(ORDERS)


@pytest.mark.parametrize("leak", [log, log_an_exception, print_it, metadata, body, ledger, event, cause])
@pytest.mark.parametrize("secret", ["refresh token", "signature"])
def test_a_leak_is_found(template: Template, leak: Callable[[Harness, str], None], secret: str) -> None:
    def staged_leak() -> None:
        with staged(template) as stage:
            planted = stage.simulator.refresh_token("A2")
            # By its value, and by its looks alone.
            leak(stage, planted if secret == "refresh token" else "https://amazon.example/?X-Amz-Signature=1")

    with pytest.raises(SecretLeaked) as found:
        staged_leak()
    assert "Atzr|" not in str(found.value)


def test_what_is_looked_for_is_what_amazon_has_given_out(stage: Harness) -> None:
    assert stage.run(BY_NAME["done, with personal data"]).status == "SUCCEEDED"
    begins = [secret.rpartition("|")[0] for secret in stage.simulator.secrets]
    # Without a beginning: the client's secret, and the signature of the document's address.
    assert (set(begins), begins.count("")) == ({"Atzr", "Atza", "Atz.sprdt", ""}, 2)
