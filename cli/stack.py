"""The deployed stack that a command works on: in a real account, or in the embedded AWS that `run --keep` leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
from botocore.config import Config
from botocore.exceptions import ClientError

from cli.errors import unreachable

if TYPE_CHECKING:
    import boto3
    from types_boto3_athena import AthenaClient
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_glue import GlueClient
    from types_boto3_s3 import S3Client
    from types_boto3_sqs import SQSClient
    from types_boto3_stepfunctions import SFNClient

STACK = "reportflow"
# A person waits: one more attempt, not four.
PATIENCE = Config(connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 3, "mode": "standard"})
OUTPUTS = ("StateMachineArn", "ReportBucketName", "LedgerTableName")
LATER_OUTPUTS = ("BackfillMachineArn", "DiscoveryMachineArn", "SecretPrefix")
TABLES_OUTPUTS = ("TablesDatabaseName", "QueryWorkgroupName", "TabulateQueueUrl")

ProfileOption = Annotated[
    str | None, typer.Option("--profile", metavar="NAME", help="AWS profile.", rich_help_panel="Where")
]
RegionOption = Annotated[
    str | None, typer.Option("--region", metavar="NAME", help="AWS region.", rich_help_panel="Where")
]
StackOption = Annotated[
    str,
    typer.Option("--stack", metavar="NAME", envvar="REPORTFLOW_STACK", help="The stack.", rich_help_panel="Where"),
]


@dataclass(frozen=True)
class Connection:
    """The options that say where the stack is: every command that works on one has them."""

    profile: ProfileOption = None
    region: RegionOption = None
    stack: StackOption = STACK

    def session(self) -> boto3.Session:
        """Return a session with these credentials."""
        import boto3  # half of the time that --help would take

        return boto3.Session(profile_name=self.profile, region_name=self.region)


RestrictedOption = Annotated[
    bool,
    typer.Option("--restricted", help="The tables of personal data; answers stay in the restricted zone."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, and all else on standard error.")]


class StackTables(NamedTuple):
    """What a stack with tables has more."""

    database: str
    workgroup: str
    queue_url: str
    """Of what is to become rows."""
    restricted: str | None = None
    """The database of personal data, and its workgroup; None in a stack without them."""


@dataclass(frozen=True)
class DeployedStack:
    """A stack by what its outputs name, and the clients to reach that."""

    session: boto3.Session
    stack: str
    machine: str
    bucket: str
    ledger: str
    backfill_machine: str | None = None
    """None in a stack that an earlier version has deployed, as the next ones are."""
    discovery_machine: str | None = None
    secret_prefix: str | None = None
    tables_if_any: StackTables | None = None
    """None in a stack without tables."""

    @property
    def machines(self) -> list[str]:
        """The ARNs of the machines with executions that a person starts, or that schedules start."""
        return [one for one in (self.machine, self.backfill_machine, self.discovery_machine) if one]

    @property
    def tables(self) -> StackTables:
        """Its tables.

        Raises:
            CommandFailed: it has none.
        """
        if self.tables_if_any is None:
            raise unreachable(f"the stack {self.stack} has no tables: deploy it with -c tables=true")
        return self.tables_if_any

    def of_personal_data(self) -> DeployedStack:
        """Return the stack with its tables of personal data in place of the others.

        Raises:
            CommandFailed: it has none.
        """
        tables, restricted = self.tables, self.tables.restricted
        if restricted is None:
            raise unreachable(
                f"the stack {self.stack} has no tables of personal data: deploy it with -c restrictedTables=true"
            )
        return replace(self, tables_if_any=tables._replace(database=restricted, workgroup=restricted))

    @cached_property
    def athena(self) -> AthenaClient:
        """Queries."""
        return self.session.client("athena", config=PATIENCE)

    @cached_property
    def glue(self) -> GlueClient:
        """The tables' catalogue."""
        return self.session.client("glue", config=PATIENCE)

    @cached_property
    def stepfunctions(self) -> SFNClient:
        """Executions."""
        return self.session.client("stepfunctions", config=PATIENCE)

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """The ledger."""
        return self.session.client("dynamodb", config=PATIENCE)

    @cached_property
    def s3(self) -> S3Client:
        """What has landed."""
        return self.session.client("s3", config=PATIENCE)

    @cached_property
    def sqs(self) -> SQSClient:
        """The queue of what is to become rows of tables."""
        return self.session.client("sqs", config=PATIENCE)

    @classmethod
    def of(cls, session: boto3.Session, *, stack: str, outputs: dict[str, str]) -> DeployedStack:
        """Return the stack with these outputs.

        Raises:
            CommandFailed: it is another stack.
        """
        missing = [name for name in OUTPUTS if name not in outputs]
        if missing:
            raise unreachable(
                f"the stack {stack} has no output {missing[0]}, so it is not reportflow's: name it with --stack"
            )
        machine, bucket, ledger = (outputs[name] for name in OUTPUTS)
        tables = None
        if set(TABLES_OUTPUTS) <= set(outputs):
            database, workgroup, queue_url = (outputs[name] for name in TABLES_OUTPUTS)
            tables = StackTables(database, workgroup, queue_url, restricted=outputs.get("RestrictedTablesName"))
        backfill, discovery, secret_prefix = map(outputs.get, LATER_OUTPUTS)
        return cls(session, stack, machine, bucket, ledger, backfill, discovery, secret_prefix, tables)


def find(connection: Connection) -> DeployedStack:
    """Return the stack of this name.

    Raises:
        CommandFailed: there is none, or it is another stack. Errors of botocore pass through: `errors.of_aws`.
    """
    session = connection.session()
    return DeployedStack.of(session, stack=connection.stack, outputs=outputs_of(session, connection.stack))


def outputs_of(session: boto3.Session, stack: str) -> dict[str, str]:
    """Return a stack's outputs. Raises what `find` does."""
    try:
        (described,) = session.client("cloudformation", config=PATIENCE).describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        raise unreachable(
            f"there is no stack {stack} in {session.region_name}: deploy it with `make deploy`, "
            "or say where it is with --stack, --region and --profile"
        ) from None
    return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
