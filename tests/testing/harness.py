"""The synthesized machine with its real handlers, on moto, against the simulated Amazon, in virtual time."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3

from lambdas import clock as handlers_clock
from lambdas import dependencies
from lambdas.environment import Environment
from lambdas.ledger.item import Entry, decoded
from local.amazon import Amazon, simulated
from local.scenarios import Scenario
from local.simulator import Simulator
from tests.testing.documented_schemas import objects_as_documented
from tests.testing.machine.embedded_aws import aws
from tests.testing.machine.engine import Machine
from tests.testing.machine.execution_result import ExecutionResult
from tests.testing.machine.lambda_function import ServiceFault
from tests.testing.secret_leak_detector import no_secret_outlives
from tests.testing.template import LEDGER, MACHINE_ARN, Template, function_arn, variables

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_s3 import S3Client

BUCKET, TABLE = "reports", LEDGER
KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/of-the-restricted-zone"
# For an environment: four minutes are long enough for every scenario but the one that is about the deadline.
SOON_OVERDUE = {"REPORT_DEADLINE_SECONDS": "240"}
# While a function runs, it is replaced.
from_environ = Environment.from_environ
BEGIN = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Killed(BaseException):
    """A function's process is gone, at whatever it was."""


@dataclass
class Clock:
    """The time in a test: it moves when the machine waits."""

    now: datetime = BEGIN

    def pass_by(self, seconds: float) -> None:
        """Move on."""
        self.now += timedelta(seconds=seconds)

    def read(self) -> datetime:
        """Return the time as the handlers want it."""
        return self.now

    def seconds(self) -> float:
        """Return the time as the simulator wants it."""
        return self.now.timestamp()


@dataclass
class Harness:
    """Everything around the machine.

    `before` is called with the function's name before its handler runs, which it does inside `around`;
    `environment` is set over the template's.
    """

    template: Template
    simulator: Simulator
    clock: Clock
    s3: "S3Client"
    dynamodb: "DynamoDBClient"
    before: Callable[[str], None] = field(default=lambda _: None)
    around: Callable[[str], AbstractContextManager[None]] = field(default=lambda _: nullcontext())
    environment: dict[str, str] = field(default_factory=dict)
    # What a function finds in its process is replaced in the tests', where two machines may be at work.
    turn: threading.Lock = field(default_factory=threading.Lock)

    def machine(self, definition: Mapping[str, Any] | None = None, **others: Callable[[Any, Any], Any]) -> Machine:
        """Return the machine as synthesized, or with another definition and with `others` as functions beside ours."""
        handlers = {function_arn(name): self.handler(name) for _, name, _ in self.template.functions()}
        handlers |= {function_arn(name): handler for name, handler in others.items()}
        wait, now = self.clock.pass_by, self.clock.read
        return Machine(definition or self.template.definition(), handlers, wait=wait, now=now)

    def run(self, scenario: Scenario, definition: Mapping[str, Any] | None = None) -> ExecutionResult:
        """Execute one scenario to its end."""
        if scenario.script:
            self.simulator.script(scenario.input["reportType"], scenario.script)
        self.authorize(scenario.input["sellingPartnerId"])
        return self.machine(definition).execute(scenario.input)

    def authorize(self, *selling_partner_ids: str) -> None:
        """Put the credentials where the functions look for them."""
        side: Amazon = simulated(self.simulator, selling_partner_ids=selling_partner_ids)
        secrets_manager = boto3.client("secretsmanager")
        for name, value in side.secrets("reportflow").items():
            try:
                secrets_manager.create_secret(Name=name, SecretString=json.dumps(dict(value)))
            except secrets_manager.exceptions.ResourceExistsException:
                secrets_manager.put_secret_value(SecretId=name, SecretString=json.dumps(dict(value)))

    def objects(self) -> dict[str, bytes]:
        """Return what is visible in the bucket, by key."""
        listed = self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return {item["Key"]: self.s3.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read() for item in listed}

    def ledger(self) -> dict[str, dict[str, str]]:
        """Return the ledger's requests: their attributes by selling partner."""
        return {
            item["sellingPartnerId"]["S"]: {key: value["S"] for key, value in item.items() if "S" in value}
            for item in self.dynamodb.scan(TableName=TABLE)["Items"]
            if item["entry"]["S"].startswith("request#")
        }

    def entries(self) -> list[Entry]:
        """Return the ledger's requests as the handlers read them, the latest claim last."""
        items = self.dynamodb.scan(TableName=TABLE)["Items"]
        requests = [decoded(item) for item in items if item["entry"]["S"].startswith("request#")]
        return sorted(requests, key=lambda entry: entry.claimed_at)

    def calls(self, ended: ExecutionResult) -> dict[str, int]:
        """Return the calls that reached Amazon for an execution's selling partner: SP-API's, and downloads."""
        given = ended.invocations[0].event["input"]["sellingPartnerId"]
        counted = self.simulator.count(selling_partner_id=given)
        return {operation: count for operation, count in counted.items() if operation != "LWA"}

    def handler(self, name: str) -> Callable[[Any, Any], Any]:
        """Return a function of the template, as it runs on Lambda."""
        environment = from_environ(self._environment(name))
        module = "handle_done" if name == "handle_restricted" else name
        # Each function has a process of its own on Lambda: its own environment, and what it has kept since it started.
        processes: list[dependencies.Dependencies] = []

        def call(event: Any, context: Any) -> Any:
            self.before(name)
            with (
                self.turn,
                # In turn only: Dependencies is replaced while another function runs.
                nullcontext(processes.pop() if processes else dependencies.Dependencies()) as kept,
                # Not os.environ: the command line under test runs beside the functions, and changes it as well.
                mock.patch.object(Environment, "from_environ", _returning(environment)),
                mock.patch.object(dependencies, "Dependencies", _returning(kept)),
                self.around(name),
            ):
                dependencies.dependencies.cache_clear()
                try:
                    result = import_module(f"lambdas.handlers.{module}").handler(event, context)
                except Killed:
                    raise ServiceFault("Runtime.ExitError") from None
                except Exception:
                    processes.append(kept)
                    raise
            processes.append(kept)
            return result

        return call

    def _environment(self, function: str) -> dict[str, str]:
        """Return a function's environment as the template gives it, pointed at the simulator."""
        known = {"AWS::S3::Bucket": BUCKET, "AWS::DynamoDB::Table": TABLE, "AWS::KMS::Key": KEY_ARN}
        known["AWS::StepFunctions::StateMachine"] = MACHINE_ARN
        ours = {
            "SP_API_ENDPOINT": self.simulator.url,
            "LWA_ENDPOINT": self.simulator.lwa_url,
            "DOCUMENT_ORIGINS": self.simulator.url,
        }

        given = ours | self.environment

        def resolved(value: Any) -> str:
            if isinstance(value, str):
                return value
            kind: str = self.template.resources[value.get("Ref") or value["Fn::GetAtt"][0]]["Type"]
            return known.get(kind, kind)  # what stays is of functions that are not the machine's

        (properties,) = (properties for _, name, properties in self.template.functions() if name == function)
        return {key: given[key] if key in given else resolved(value) for key, value in variables(properties).items()}


def _returning(value: Any) -> Callable[[], Any]:
    """Return a function that returns a value; to make a Mock of it takes forty times as long."""
    return lambda: value


@contextmanager
def staged(template: Template) -> Iterator[Harness]:
    """Set the stage: empty bucket and ledger, a simulator, a clock.

    What happens on it leaves no secret behind, and no file that is not as documented.
    """
    clock = Clock()
    with (
        aws(region="us-east-1"),
        Simulator(clock=clock.seconds) as simulator,
        mock.patch.object(handlers_clock, "now", clock.read),
        no_secret_outlives(simulator),
        objects_as_documented(),
    ):
        s3, dynamodb = boto3.client("s3"), boto3.client("dynamodb")
        s3.create_bucket(Bucket=BUCKET)
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        table = template.only("AWS::DynamoDB::Table")
        dynamodb.create_table(
            TableName=TABLE,
            KeySchema=table["KeySchema"],
            AttributeDefinitions=table["AttributeDefinitions"],
            BillingMode=table["BillingMode"],
        )
        yield Harness(template=template, simulator=simulator, clock=clock, s3=s3, dynamodb=dynamodb)
