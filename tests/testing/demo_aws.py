"""An AWS of a fleet's ledger and executions, in memory: what the console asks for, and no more.

Its answers have the form of botocore's. A large fleet's selling partners share their windows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError

from cli.stack import DeployedStack, StackTables
from lambdas.tables import names
from tests.testing.demo_fleet import FATAL, MACHINE, NOW, DemoFleet, entry_of, number_of
from tests.testing.repository import REPOSITORY

BACKFILLS, DISCOVERIES = MACHINE.replace(":reports", ":backfills"), MACHINE.replace(":reports", ":discoveries")
Items = Callable[[str, str], list[dict[str, Any]]]
LANDED = ("Create report", "Creation outcome", "Wait", "Get report", "Report status")
ROADS = {
    "LANDED": (*LANDED, "Handle done", "Landing outcome", "Report landed"),
    "NO_DATA": (*LANDED, "Handle cancelled", "Cancellation outcome", "No data"),
    "FATAL": (*LANDED, "Handle fatal", "Fatal outcome", "Report fatal"),
    "REQUESTED": LANDED[:3],
    "BACKFILL": ("Plan backfill", "Each window", "Summarize backfill", "Backfill outcome", "Backfill complete"),
}
# At most, of a day.
MOST = {"Landed": 22, "NoData": 4, "Fatal": 2, "AlreadyLanded": 12, "Rows": 5200, "Bytes": 510_000, "createReport": 27}
MOST |= {
    "getReport": 96,
    "getReportDocument": 22,
    "Throttled": 1,
    "Findings": 3,
    "SecondsToLand": 9000,
    "WaitSeconds": 90,
}
HEADER = [
    "amazon-order-id",
    "purchase-date",
    "sku",
    "quantity",
    "currency",
    "item-price",
    "product-name",
    "buyer-email",
]
PRODUCTS = ("Kaffee „Röstfrisch“", "Grüner Tee", "Crème brûlée")
# By rows: what is to do nothing on the page.
ODD_PRODUCTS = {17: "<img src=x onerror=alert(1)>", 18: "Tee\x1b[31m\u202e"}
CALLS = {"Create report": ["createReport"], "Get report": ["getReport"], "Handle done": ["getReportDocument"]}


class Paginated:
    """A client whose operations answer with pages."""

    def __init__(self, **pages: Callable[..., Iterator[dict[str, Any]]]) -> None:
        self._pages = pages

    def get_paginator(self, operation: str) -> Any:
        """Return what pages through an operation."""
        return SimpleNamespace(paginate=lambda **asked: self._pages[operation](**asked))


class DemoLedger(Paginated):
    """DynamoDB with the ledger. `items` are a selling partner's whose keys begin so; `partners` are in order."""

    def __init__(self, items: Items, partners: list[str]) -> None:
        super().__init__(query=self._query)
        self._items = items
        self._partners = partners

    def _query(self, **asked: Any) -> Iterator[dict[str, Any]]:
        partner, beginning = (value["S"] for value in asked["ExpressionAttributeValues"].values())
        found = self._items(partner, beginning)
        yield from ({"Items": found[at : at + 400]} for at in range(0, max(len(found), 1), 400))

    def query(self, **asked: Any) -> dict[str, Any]:
        """Return a first page."""
        return next(self._query(**asked))

    def scan(self, **asked: Any) -> dict[str, Any]:
        """Return the first selling partner after one."""
        start = asked.get("ExclusiveStartKey", {}).get("sellingPartnerId", {}).get("S", "")
        found = [{"sellingPartnerId": {"S": partner}} for partner in self._partners if partner > start]
        return {"Items": found[:1]}

    def batch_get_item(self, *, RequestItems: Any) -> dict[str, Any]:  # noqa: N803 - AWS's name
        """Return the items with these keys."""
        ((table, asked),) = RequestItems.items()
        found = []
        for key in asked["Keys"]:
            items = self._items(key["sellingPartnerId"]["S"], key["entry"]["S"])
            found += [item for item in items if item["entry"] == key["entry"]]
        return {"Responses": {table: found}, "UnprocessedKeys": {}}

    def get_item(self, *, Key: Any, **_: Any) -> dict[str, Any]:  # noqa: N803 - AWS's name
        """Return the item with this key."""
        found = self._items(Key["sellingPartnerId"]["S"], Key["entry"]["S"])
        return {"Item": found[0]} if found else {}


@dataclass
class DemoStates(Paginated):
    """Step Functions with the executions of a fleet's last windows, the newest first."""

    fleet: DemoFleet
    executions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    meta: Any = field(default_factory=lambda: SimpleNamespace(endpoint_url="https://states.eu-central-1.amazonaws.com"))

    def __post_init__(self) -> None:
        super().__init__(list_executions=self._list, get_execution_history=self._history)

    def list_executions(self, **asked: Any) -> dict[str, Any]:
        """Return the first page."""
        return next(self._list(**asked, PaginationConfig={"PageSize": asked.get("maxResults", 1000)}))

    def describe_execution(self, *, executionArn: str) -> dict[str, Any]:  # noqa: N803 - AWS's name
        """Return an execution."""
        for one in (each for all_ in self.executions.values() for each in all_):
            if one["executionArn"] == executionArn:
                return one
        raise ClientError({"Error": {"Code": "ExecutionDoesNotExist", "Message": executionArn}}, "DescribeExecution")

    def describe_state_machine(self, **_: Any) -> dict[str, Any]:
        """Return the reports' machine."""
        return {"definition": (REPOSITORY / "tests/infra/machine.asl.json").read_text()}

    def _list(self, **asked: Any) -> Iterator[dict[str, Any]]:
        status, size = asked.get("statusFilter"), asked["PaginationConfig"]["PageSize"]
        all_ = [one for one in self.executions[asked["stateMachineArn"]] if status in (None, one["status"])]
        yield from ({"executions": all_[at : at + size]} for at in range(0, max(len(all_), 1), size))

    def _history(self, **asked: Any) -> Iterator[dict[str, Any]]:
        one = self.describe_execution(executionArn=asked["executionArn"])
        yield {"events": [*history(one)][::-1]}


def history(execution: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the events of an execution, its states in equal parts of its time."""
    kinds = {
        "Wait": "Wait",
        "Backfill complete": "Succeed",
        "Report landed": "Succeed",
        "No data": "Succeed",
        "Report fatal": "Fail",
    }
    road = ROADS[execution["road"]]
    begin = execution["startDate"]
    step = ((execution.get("stopDate") or NOW) - begin) / len(road)
    failed = {"reason": "NOT_YET_AVAILABLE", "cause": FATAL} if execution["road"] == "FATAL" else {}
    output = execution.get("output") or json.dumps({"request": json.loads(execution["input"]), "result": failed})
    number = 1
    for position, state in enumerate(road):
        kind = kinds.get(state, "Choice" if state.endswith(("outcome", "status")) else "Task")
        entered = {"name": state, "input": execution["input"]}
        yield {
            "id": number,
            "type": f"{kind}StateEntered",
            "timestamp": begin + step * position,
            "stateEnteredEventDetails": entered,
        }
        number += 1
        if position < len(road) - 1:
            left = {"name": state, "output": output}
            at = begin + step * (position + 1)
            yield {"id": number, "type": f"{kind}StateExited", "timestamp": at, "stateExitedEventDetails": left}
            number += 1
    if execution["status"] != "RUNNING":
        kind = "ExecutionSucceeded" if execution["status"] == "SUCCEEDED" else "ExecutionFailed"
        yield {"id": number, "type": kind, "timestamp": execution["stopDate"]}


def executions_of(fleet: DemoFleet, *, days: int) -> list[dict[str, Any]]:
    """Return the executions of a fleet's last days, the newest first."""
    found = []
    for window in reversed(fleet.windows):
        entry = entry_of(window)
        due = datetime.fromisoformat(window.start.input["scheduledTime"])
        if entry is None or due < NOW - timedelta(days=days):
            continue
        result, running = entry.result, entry.status == "REQUESTED"
        failed = entry.status == "FATAL"
        found.append(
            {
                "executionArn": entry.execution,
                "name": window.start.name,
                "status": "RUNNING" if running else "FAILED" if failed else "SUCCEEDED",
                "startDate": entry.claimed_at + timedelta(seconds=number_of(window.start.name, 60)),
                "input": json.dumps(window.start.input),
                "road": entry.status,
                **({} if running else {"stopDate": entry.updated_at}),
                **({"error": "ReportFatal", "cause": FATAL} if failed else {}),
                **({"output": json.dumps(result)} if result and not failed else {}),
            }
        )
    return sorted(found, key=lambda one: one["startDate"], reverse=True)


def backfill_of(fleet: DemoFleet) -> dict[str, Any]:
    """Return a backfill that is over, of a selling partner's windows in October."""
    given = {
        "sellingPartnerId": "A4HOOLIJAPAN9",
        "reportType": fleet.report_config.reports[0].report_type,
        "marketplaceIds": ["A1VC38T7YXB528"],
        "from": "2026-10-12",
        "to": "2026-10-31",
        "period": "DAY",
    }
    return {
        "executionArn": BACKFILLS.replace(":stateMachine:", ":execution:") + ":hooli-october",
        "name": "hooli-october",
        "status": "SUCCEEDED",
        "startDate": NOW - timedelta(days=2, hours=3),
        "stopDate": NOW - timedelta(days=2, hours=2),
        "input": json.dumps(given),
        "output": json.dumps({"outcome": "COMPLETE", "windows": 20, "outcomes": {"LANDED": 20}}),
        "road": "BACKFILL",
    }


def children_of(backfill: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the executions that a backfill has started, the last one first."""
    given = json.loads(backfill["input"])
    for day in range(31, 11, -1):
        name = f"backfill-{given['sellingPartnerId']}-2026-10-{day}-0000{day}"
        window = {"dataStartTime": f"2026-10-{day}T00:00:00Z", "dataEndTime": f"2026-10-{day}T23:59:59Z"}
        begin = backfill["startDate"] + timedelta(minutes=day - 10)
        yield {
            "executionArn": MACHINE.replace(":stateMachine:", ":execution:") + f":{name}",
            "name": name,
            "status": "SUCCEEDED",
            "startDate": begin,
            "stopDate": begin + timedelta(seconds=200 + day),
            "input": json.dumps({**{key: given[key] for key in list(given)[:3]}, **window}),
            "output": json.dumps({"outcome": "LANDED"}),
            "road": "LANDED",
        }


def log_events(**asked: Any) -> Iterator[dict[str, Any]]:
    """Yield the line of an execution's run in a state, or the lines of a day."""
    group = asked["logGroupName"].rpartition("/")[2]
    if "endTime" in asked:
        day = datetime.fromtimestamp(asked["startTime"] / 1000, UTC)
        counted = {name: high - number_of(f"{name}{day:%F}", high // 2 + 1) for name, high in MOST.items()}
        lines = [{"message": group, "executionArn": f"{MACHINE}:{day:%F}", **counted}]
    else:
        calls = [{"operation": name, "status": 200, "seconds": 0.3} for name in CALLS.get(group, [])]
        lines = [{"message": group, "executionArn": asked["filterPattern"].split('"')[1], "calls": calls}]
    yield {
        "events": [
            {"timestamp": int(NOW.timestamp() * 1000), "eventId": f"{number}", "message": json.dumps(line)}
            for number, line in enumerate(lines)
        ]
    }


def small_ledger(fleet: DemoFleet) -> DemoLedger:
    """Return the ledger with all of a fleet's items, statistics and quotas among them."""
    by_partner: dict[str, list[dict[str, Any]]] = {}
    for item in fleet.items():
        by_partner.setdefault(item["sellingPartnerId"]["S"], []).append(item)
    for partner in by_partner:
        for scope, waiting in (("createReport", 2), ("getReport", 0), ("getReportDocument", 1)):
            arrival = str(int((NOW.timestamp() + waiting * 60) * 1000))
            by_partner[partner].append(
                {
                    "sellingPartnerId": {"S": partner},
                    "entry": {
                        "S": f"quota#{'FE' if 'JAPAN' in partner else 'NA' if 'USA' in partner else 'EU'}#{scope}"
                    },
                    "theoreticalArrivalMs": {"N": arrival},
                }
            )
    items = {partner: sorted(all_, key=lambda item: str(item["entry"]["S"])) for partner, all_ in by_partner.items()}

    def beginning(partner: str, start: str) -> list[dict[str, Any]]:
        return [item for item in items.get(partner, []) if item["entry"]["S"].startswith(start)]

    return DemoLedger(beginning, sorted(items))


def large_ledger(fleet: DemoFleet) -> DemoLedger:
    """Return a ledger in which the windows of a type are alike for all selling partners."""
    first = fleet.report_config.selling_partners[0].selling_partner_id
    types = sorted({each.report_type for each in fleet.report_config.reports})
    made = {name: sorted(fleet.alone(first, name).items(), key=lambda item: str(item["entry"]["S"])) for name in types}

    def beginning(partner: str, start: str) -> list[dict[str, Any]]:
        kind, _, rest = start.partition("#")
        if kind == "statistics":
            return [{"sellingPartnerId": {"S": partner}, "entry": {"S": f"statistics#{name}"}} for name in types]
        report_type = rest.partition("#")[0]
        found = made.get(report_type, []) if kind == "request" else []
        return [item for item in found if item["entry"]["S"].startswith(start)]

    return DemoLedger(beginning, [each.selling_partner_id for each in fleet.report_config.selling_partners])


def demo_stack(ledger: DemoLedger, fleet: DemoFleet) -> DeployedStack:
    """Return a stack with this ledger and the executions of a fleet's last days."""
    backfill = backfill_of(fleet)
    reports = sorted([*executions_of(fleet, days=3), *children_of(backfill)], key=lambda one: one["startDate"])
    executions = {MACHINE: reports[::-1], BACKFILLS: [backfill], DISCOVERIES: []}
    clients = {
        "stepfunctions": DemoStates(fleet, executions),
        "dynamodb": ledger,
        "s3": SimpleNamespace(get_object=_document),
        "cloudformation": Paginated(list_stack_resources=_resources),
        "logs": Paginated(filter_log_events=log_events),
        "glue": Paginated(get_tables=_tables),
        "lambda": SimpleNamespace(get_function_configuration=_configuration),
    }
    session: Any = SimpleNamespace(client=lambda name, **_: clients[name])
    tables = StackTables("reportflow", "reportflow", "https://sqs.eu-central-1.amazonaws.com/123456789012/tabulate")
    return DeployedStack(
        session, "reportflow", MACHINE, "reportflow-reports", "ledger", BACKFILLS, DISCOVERIES, tables_if_any=tables
    )


def _tables(*, Expression: str, **_: Any) -> Iterator[dict[str, Any]]:  # noqa: N803 - AWS's name
    columns = [*names.columns(HEADER, {}), *names.OWN]
    described = {"Columns": [{"Name": column} for column in columns]}
    yield {"TableList": [{"Name": Expression.rstrip("*"), "StorageDescriptor": described}]}


def _resources(**_: Any) -> Iterator[dict[str, Any]]:
    yield {"StackResourceSummaries": [{"ResourceType": "AWS::Logs::LogGroup", "PhysicalResourceId": "/outcomes"}]}


def _configuration(*, FunctionName: str) -> dict[str, Any]:  # noqa: N803 - AWS's name
    definition = json.loads((REPOSITORY / "tests/infra/machine.asl.json").read_text())
    name = next(key for key, state in definition["States"].items() if state.get("Resource") == FunctionName)
    return {"FunctionName": name}


def _document(*, Key: str, **_: Any) -> dict[str, Any]:  # noqa: N803 - AWS's name
    if Key.startswith("manifests/"):
        earlier = {"reportId": "50000000077", "versionId": "one", "rows": 209, "bytes": 20_273}
        manifest = {"earlier": [earlier | {"landedAt": "2026-11-18T05:03:00+00:00"}]}
        return {"Body": SimpleNamespace(read=lambda: json.dumps(manifest).encode())}
    rows = ["\t".join(HEADER)]
    rows += [
        f"303-{number:07}-0000000\t2026-11-18\tSKU-{number % 7}\t{number % 3 + 1}\tEUR\t{19 + number}.90\t"
        f"{ODD_PRODUCTS.get(number, PRODUCTS[number % 3])}\tbuyer{number}@example.com"
        for number in range(40)
    ]
    return {"Body": SimpleNamespace(read=lambda: "\n".join(rows).encode())}
