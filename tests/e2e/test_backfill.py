"""A backfill and a discovery as deployed: the Map, its nested executions and their permissions, on the embedded AWS."""

import json
from pathlib import Path
from typing import Any

from cli.local_run import executions
from local.simulator import Document, Script
from tests.testing.embedded_stack import REQUEST, Deployed, deployed

ORDERS, SETTLEMENT = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL", "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
WHY = Script(statuses=("FATAL",), document=Document.error_details("why"))
SPAN = {"from": "2026-11-01", "to": "2026-11-04", "period": "DAY"}


def run(stack: Deployed, output: str, given: dict[str, Any], *, name: str = "one") -> executions.LocalExecution:
    """Run an execution of the machine that an output names."""
    states = stack.aws.client("stepfunctions")
    return stack.follow(executions.start(states, stack.outputs[output], name=name, given=given, ends=None))


def started(stack: Deployed) -> list[str]:
    """Return the names of the report machine's executions."""
    states = stack.aws.client("stepfunctions")
    return [each["name"] for each in states.list_executions(stateMachineArn=stack.machine)["executions"]]


def test_a_backfill_and_a_discovery_start_the_report_machine(tmp_path: Path) -> None:
    with deployed(tmp_path) as stack:
        stack.simulator.script(ORDERS, WHY, Script())
        span = {**REQUEST, "reportType": ORDERS, **SPAN}
        ended = run(stack, "BackfillMachineArn", span, name="first")
        assert ended.error == "BackfillIncomplete"
        assert ended.cause
        assert ended.cause.startswith("1 of 4 windows are not complete: 2026-11-0")
        begins = [f"backfill-A1EMBEDDED-2026-11-0{day}-" for day in (1, 2, 3, 4)]
        assert sorted(name[: len(begins[0])] for name in started(stack)) == begins
        again = run(stack, "BackfillMachineArn", span, name="again")
        assert (again.states[-1], again.output["outcomes"]) == ("Backfill complete", {"LANDED": 4})
        assert len(started(stack)) == 5
        body = stack.aws.client("s3").get_object(Bucket=again.output["bucket"], Key=again.output["key"])["Body"].read()
        assert [line["outcome"] for line in json.loads(body)["windows"]] == ["LANDED"] * 4

        stack.simulator.add_report(
            SETTLEMENT, Script(statuses=("DONE",)), selling_partner_id=REQUEST["sellingPartnerId"], age=86_400
        )
        discovery = run(stack, "DiscoveryMachineArn", {**REQUEST, "reportType": SETTLEMENT})
        assert (discovery.output["found"], discovery.output["started"]) == (1, 1)
        (name,) = (each for each in started(stack) if each.startswith("discovery-"))
        arn = stack.machine.replace(":stateMachine:", ":execution:") + f":{name}"
        landed = stack.follow(executions.LocalExecution(name=name, input=None, ends=None, arn=arn))
        assert landed.output["outcome"] == "LANDED"
