"""After `make destroy`, a stack that names the bucket and the ledger of the one before goes on where that one ended."""

import json
import time
from pathlib import Path
from typing import Any

from cli.local_run import executions
from cli.local_run.executions import LocalExecution
from local.amazon import simulated
from local.aws import EmbeddedAws
from local.simulator import Simulator
from local.synthesis import synthesize

REQUEST: dict[str, Any] = {
    "sellingPartnerId": "A1AGAIN",
    "reportType": "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
    "marketplaceIds": ["ATVPDKIKX0DER"],
    "dataStartTime": "2026-11-01T00:00:00Z",
    "dataEndTime": "2026-11-02T00:00:00Z",
}
STACK = "reportflow"


def execute(aws: EmbeddedAws, machine: str, *, name: str, **more: Any) -> LocalExecution:
    """Run the one request to its end, for a minute at most."""
    states = aws.client("stepfunctions")
    execution = executions.start(states, machine, name=name, given={**REQUEST, **more}, ends=None)
    patience = time.monotonic() + 60
    while not execution.ended and time.monotonic() < patience:
        executions.refresh(states, [execution], machine=machine)
        time.sleep(0.1)
    return execution


def destroy(aws: EmbeddedAws) -> None:
    """Delete the stack, and wait until it is gone."""
    cloudformation = aws.client("cloudformation")
    cloudformation.delete_stack(StackName=STACK)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})


def test_the_stack_after_knows_what_the_one_before_has_landed(tmp_path: Path) -> None:
    aws = EmbeddedAws(directory=tmp_path / "aws", speed=1200)
    with Simulator(reports_clock=aws.clock, certificate=aws.server_certificate, key=aws.server_key) as simulator, aws:
        side = simulated(simulator, selling_partner_ids=[REQUEST["sellingPartnerId"]])
        before = aws.deploy(synthesize(tmp_path / "first", context=side.context), stack_name=STACK)
        for name, secret in side.secrets(STACK).items():
            aws.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(dict(secret)))
        landed = execute(aws, before["StateMachineArn"], name="before")
        assert landed.output["outcome"] == "LANDED"
        destroy(aws)
        assert aws.client("lambda").list_functions()["Functions"] == []

        kept = {
            "bucketName": before["ReportBucketName"],
            "ledgerName": before["LedgerTableName"],
            "restrictedKeyArn": before["RestrictedKeyArn"],
        }
        after = aws.deploy(synthesize(tmp_path / "second", context={**side.context, **kept}), stack_name=STACK)
        assert {key: after[key] for key in before if key.endswith(("Name", "KeyArn"))} == {
            key: before[key] for key in before if key.endswith(("Name", "KeyArn"))
        }
        again = execute(aws, after["StateMachineArn"], name="after")
        assert again.output["outcome"] == "ALREADY_LANDED"
        assert again.output["key"] == landed.output["key"]
        assert len(simulator.reports) == 1
        refreshed = execute(aws, after["StateMachineArn"], name="refresh", refresh=True)
        assert refreshed.output["outcome"] == "LANDED"
        keys = [one["Key"] for one in aws.client("s3").list_objects_v2(Bucket=kept["bucketName"])["Contents"]]
        assert {landed.output["key"], refreshed.output["key"]} <= set(keys)
