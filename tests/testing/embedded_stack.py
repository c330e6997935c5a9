"""The stack, deployed into the embedded AWS beside the simulator."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.local_run import executions
from cli.local_run.executions import LocalExecution
from local.amazon import simulated
from local.aws import EmbeddedAws
from local.simulator import Simulator
from local.synthesis import synthesize

REQUEST: dict[str, Any] = {
    "sellingPartnerId": "A1EMBEDDED",
    "reportType": "GET_MERCHANT_LISTINGS_ALL_DATA",
    "marketplaceIds": ["ATVPDKIKX0DER"],
}


@dataclass
class Deployed:
    """The stack, deployed."""

    aws: EmbeddedAws
    simulator: Simulator
    outputs: dict[str, str]

    @property
    def machine(self) -> str:
        """The report machine."""
        return self.outputs["StateMachineArn"]

    def execute(self, given: dict[str, Any]) -> LocalExecution:
        """Run one execution to its end."""
        states = self.aws.client("stepfunctions")
        execution = executions.start(states, self.machine, name="one", given=given, ends=None)
        return self.follow(execution)

    def follow(self, execution: LocalExecution) -> LocalExecution:
        """Wait until an execution has ended, for a minute at most."""
        patience = time.monotonic() + 60
        while not execution.ended and time.monotonic() < patience:
            executions.refresh(self.aws.client("stepfunctions"), [execution], machine=self.machine)
            time.sleep(0.1)
        return execution


@contextmanager
def deployed(directory: Path, *, without: str = "", slots: int = 1000, **context: object) -> Iterator[Deployed]:
    """Deploy the stack into an account with so many Lambda slots; `without` is an action that every role is denied."""
    aws = EmbeddedAws(directory=directory / "aws", speed=1200, concurrent_executions=slots)
    with Simulator(reports_clock=aws.clock, certificate=aws.server_certificate, key=aws.server_key) as simulator, aws:
        side = simulated(simulator, selling_partner_ids=[REQUEST["sellingPartnerId"]])
        assembly = synthesize(directory / "cdk.out", context={**side.context, **context})
        if without:
            _take_away(assembly / "reportflow.template.json", without)
        outputs = aws.deploy(assembly, stack_name="reportflow")
        for name, secret in side.secrets("reportflow").items():
            aws.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(dict(secret)))
        yield Deployed(aws, simulator, outputs)


def _take_away(template: Path, action: str) -> None:
    content = json.loads(template.read_text())
    taken = 0
    for resource in content["Resources"].values():
        if resource["Type"] != "AWS::IAM::Policy":
            continue
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            taken += action in actions
            statement["Action"] = [one for one in actions if one != action] or ["sts:GetCallerIdentity"]
    assert taken
    template.write_text(json.dumps(content))
