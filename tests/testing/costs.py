"""What AWS charges for in an executed run, by the units of planning/costs.py."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from math import ceil
from typing import Any, cast
from unittest import mock

from botocore.client import BaseClient

from lambdas import dependencies
from lambdas.handlers import tabulate
from lambdas.schedules import report_config
from lambdas.tables.catalog import Catalog
from lambdas.tables.table_files import TableFiles
from lambdas.tables.tabulate import Tabulator
from local.simulator import Script
from planning.costs import MEMORY_GB, PRICES, SECONDS, Counts, by_service
from tests.testing.harness import BUCKET, Harness
from tests.testing.machine import moto_patches
from tests.testing.machine.lambda_function import name_of
from tests.testing.scenario_steps import play
from tests.testing.tables_in_memory import Glue

LOG_LINE_BYTES = 900
S3_READS = ("GetObject", "HeadObject", "ListParts")


def run_costs(
    stage: Harness, given: Mapping[str, Any], script: Script, definition: Mapping[str, Any] | None = None
) -> Counts:
    """Execute an input to its green end, and return how much of what it took."""
    costs: Counts = dict.fromkeys(PRICES, 0)
    stage.around = lambda _: _calls_counted(costs)
    ended = play(stage, given, script, definition=definition)
    stage.around = lambda _: nullcontext()
    assert ended.status == "SUCCEEDED"
    memory = {name: properties["MemorySize"] for _, name, properties in stage.template.functions()}
    # The outcome is announced beside the machine.
    ran = [*(name_of(invocation.function) for invocation in ended.invocations), "publish_outcome"]
    costs["state transition"] = len(ended.states) + len(ended.retries)
    costs["Lambda invocation"] = len(ran)
    costs["Lambda GB-second on arm64"] = sum(memory[name] / 1024 * SECONDS[name] for name in ran)
    # The machine logs its events with their data, the functions a line per run.
    history = sum(len(json.dumps(event, default=str)) for event in moto_patches.RUNS[ended.arn].history())
    costs["trace"] = costs["event"] = 1
    # To ten kilobytes, which no longer name in the machine's data changes.
    costs["GB of logs"] = ceil((history + len(ran) * LOG_LINE_BYTES) / 10_000) / 100_000
    return costs


def tabulation_costs(stage: Harness, manifest_keys: Iterable[str]) -> Counts:
    """Have reports that have landed become rows of a table, one after the other; return how much the last one took."""
    glue = Glue()
    files = TableFiles(s3=stage.s3, prefix="tables", headers={})
    catalog = Catalog(glue=cast("Any", glue), database="reportflow", location=f"s3://{BUCKET}/tables")
    reached = {
        "table_files": files,
        "tabulator": Tabulator(files=files, catalog=catalog, aliases={}),
        "report_config": report_config.parse(""),
    }
    with mock.patch.dict(os.environ, {"REPORT_BUCKET": BUCKET, "REPORT_ZONE": "", "TABLES_DATABASE": "reportflow"}):
        for key in manifest_keys:
            costs: Counts = dict.fromkeys(PRICES, 0)
            glue.calls.clear()
            events: list[Any] = []
            dependencies.dependencies.cache_clear()
            vars(dependencies.dependencies()).update(reached, put_events=_put_into(events))
            with _calls_counted(costs):
                tabulate.handler({"Records": [{"body": json.dumps({"detail": {"manifestKey": key}})}]}, None)
    dependencies.dependencies.cache_clear()
    # EventBridge sends the message, Lambda receives and deletes it.
    costs |= {"Glue request": len(glue.calls), "event": len(events), "SQS request": 3, "Lambda invocation": 1}
    costs["Lambda GB-second on arm64"] = SECONDS["tabulate"] * MEMORY_GB["tabulate"]
    costs["GB of logs"] = ceil(LOG_LINE_BYTES / 1000) / 1_000_000
    return costs


def _put_into(events: list[Any]) -> Callable[..., Any]:
    def put(*, Entries: list[Any]) -> dict[str, int]:  # noqa: N803 - AWS's name
        events.extend(Entries)
        return {"FailedEntryCount": 0}

    return put


def dollars(costs: Counts) -> float:
    """Return what all of it costs."""
    return sum(by_service(costs).values())


def units(service: str, operation: str, parameters: Mapping[str, Any]) -> tuple[str, float]:
    """Return what a call of AWS costs. The ledger's items are within one unit's size."""
    match service, operation:
        case "dynamodb", "GetItem" | "Query":
            return "DynamoDB read unit", 1 if parameters.get("ConsistentRead") else 0.5
        case "dynamodb", "TransactWriteItems":
            return "DynamoDB write unit", 2 * len(parameters["TransactItems"])
        case "dynamodb", _:
            return "DynamoDB write unit", 1
        case "s3", _:
            return "S3 read" if operation in S3_READS else "S3 write", 1
        case "secretsmanager", _:
            return "Secrets Manager call", 1
    raise LookupError(f"{service} {operation} has no price in planning/costs.py")


@contextmanager
def _calls_counted(costs: Counts) -> Iterator[None]:
    client: Any = BaseClient
    made = client._make_api_call

    def call(self: BaseClient, operation: str, parameters: Any) -> Any:
        name, count = units(self.meta.service_model.service_name, operation, parameters)
        costs[name] += count
        return made(self, operation, parameters)

    with mock.patch.object(client, "_make_api_call", call):
        yield
