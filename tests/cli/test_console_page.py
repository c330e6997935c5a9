"""The console's answers about executions of the synthesized machine, and what it asks of AWS for them."""

import json
import logging
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from werkzeug.test import Client

from cli.console_page.commands import Where
from cli.console_page.history import steps
from cli.console_page.page import Page
from cli.console_page.report_contents import contents_of
from cli.console_page.watch import Watch
from cli.stack import DeployedStack, StackTables
from local.fast_clock import FastClock
from tests.testing.harness import BUCKET, TABLE, Harness, staged
from tests.testing.machine.execution_result import ExecutionResult
from tests.testing.small_parts import SCENARIOS
from tests.testing.template import Template

PLAYED = {
    "done, gzip TSV in Cp1252": "orders",
    "done, with personal data": "personal",
    "throttled again and again": "throttled",
    "fatal, with a document": "fatal",
    "input with a misspelt key": "misspelt",
}


class CloudWatch(logging.Handler):
    """Puts each line of the functions into the log group of their state, as Lambda writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.client = boto3.client("logs")
        self.groups: dict[str, str] = {}

    def emit(self, record: logging.LogRecord) -> None:
        state = record.getMessage()
        if state not in self.groups:
            self.groups[state] = f"/{state.replace(' ', '-')}"
            self.client.create_log_group(logGroupName=self.groups[state])
            self.client.create_log_stream(logGroupName=self.groups[state], logStreamName="one")
        said = {key: vars(record)[key] for key in ("executionArn", "calls", "seconds")}
        lines = ["INIT_START", json.dumps({"message": state, **said})]
        self.client.put_log_events(
            logGroupName=self.groups[state],
            logStreamName="one",
            logEvents=[{"timestamp": int(time.time() * 1000), "message": line} for line in lines],
        )


@dataclass
class Shown:
    """The page of a machine whose executions have ended, and the calls to AWS that it has made."""

    page: Client
    stage: Harness
    watch: Watch
    ended: dict[str, ExecutionResult]
    asked: Counter[str]

    def a_second_later(self) -> None:
        """Let what was read be no longer fresh."""
        self.watch._read.clear()
        self.asked.clear()

    def get(self, path: str, name: str) -> Any:
        """Return the JSON under a path for one execution."""
        return self.page.get(path, query_string={"execution": self.ended[name].arn}).json

    def told(self, name: str) -> dict[str, Any]:
        """Return the first events of a stream."""
        told: dict[str, Any] = {}
        for chunk in self.page.get("/events", query_string={"execution": self.ended[name].arn}).response:
            event, data = (chunk.decode() if isinstance(chunk, bytes) else chunk).strip().split("\n")
            told[event.removeprefix("event: ")] = json.loads(data.removeprefix("data: "))
            if "troubles" in told:
                break
        return told

    def listed(self, **wanted: str) -> Any:
        """Return a page of executions when all of them have been listed and described."""
        while True:
            found: Any = self.page.get("/executions", query_string=wanted).json
            if found["complete"] and found["searched"] == found["listed"]:
                return found
            time.sleep(0.01)


@pytest.fixture(scope="module")
def shown(template: Template) -> Iterator[Shown]:
    """Play the scenarios, and open the page."""
    with staged(template) as stage:
        log = CloudWatch()
        logging.getLogger("reportflow").addHandler(log)
        logging.getLogger("reportflow").setLevel(logging.INFO)
        ended, machine = {}, stage.machine()
        for scenario in SCENARIOS:
            if name := PLAYED.get(scenario.name):
                if scenario.script:
                    stage.simulator.script(scenario.input["reportType"], scenario.script)
                stage.authorize(scenario.input["sellingPartnerId"])
                ended[name] = machine.execute(scenario.input, name=name)
        log.groups["Handle restricted"] = log.groups["Handle done"]  # another function with the same code
        session, asked = boto3.Session(), Counter[str]()
        session.events.register("before-call", lambda model, **_: asked.update([model.name]))
        watch = Watch(DeployedStack(session, "reportflow", machine.arn, BUCKET, TABLE), clock=FastClock.from_now(1))
        watch.machine.__dict__["log_groups"] = log.groups
        yield Shown(Client(Page(watch)), stage, watch, ended, asked)
        logging.getLogger("reportflow").removeHandler(log)


def test_the_list_says_what_was_asked_for_and_how_it_ended(shown: Shown) -> None:
    shown.told("orders")
    rows = {row["name"]: row for row in shown.listed()["rows"]}
    assert {name: row["outcome"] for name, row in rows.items()} == {
        "orders": "LANDED",
        "personal": "LANDED",
        "throttled": "LANDED",
        "fatal": "ReportFatal",
        "misspelt": "InvalidRequest",
    }
    assert rows["fatal"]["reportType"] == "GET_VENDOR_SALES_REPORT"
    assert rows["fatal"]["sellingPartnerId"] == "A2FATALWITHADOCUMENT"


@pytest.mark.parametrize("name", PLAYED.values())
def test_an_execution_is_told_state_by_state_with_the_calls_that_reached_amazon(shown: Shown, name: str) -> None:
    told, ended = shown.told(name), shown.ended[name]
    assert told["troubles"] == []
    assert [step["state"] for step in told["execution"]["steps"]] == ended.states
    # The simulator does not count a call whose token has expired; the function repeats it with another one.
    made = Counter(call["operation"] for calls in told["calls"] for call in calls if call["status"] != 403)
    if name != "misspelt":
        assert made == {key: count for key, count in shown.stage.calls(ended).items() if key != "document"}
        where = {told["execution"]["steps"][index]["state"] for index, calls in enumerate(told["calls"]) if calls}
        assert where <= {"Create report", "Get report", "Handle done", "Handle restricted", "Handle fatal"}


def test_amazon_s_words_are_the_cause(shown: Shown) -> None:
    execution = shown.told("fatal")["execution"]
    assert (execution["status"], execution["error"]) == ("FAILED", "ReportFatal")
    assert execution["cause"] == "The report data for the requested date range is not yet available"
    assert execution["steps"][-1]["status"] == "failed"


def test_attempts_that_failed_are_in_their_step_and_so_are_their_calls(shown: Shown) -> None:
    told = shown.told("throttled")
    first = told["execution"]["steps"][0]
    assert (first["state"], first["status"]) == ("Create report", "done")
    assert [fault["error"] for fault in first["faults"]] == ["SpApiThrottled"] * 3
    assert [call["status"] for call in told["calls"][0]] == [429, 429, 429, 202]


def test_what_is_refused_is_caught(shown: Shown) -> None:
    statuses = [(step["state"], step["status"]) for step in shown.told("misspelt")["execution"]["steps"]]
    assert statuses == [("Create report", "caught"), ("Input refused", "done"), ("Invalid request", "failed")]


def test_what_went_into_a_step_and_came_out_is_there_on_demand(shown: Shown) -> None:
    shown.told("orders")
    step = shown.get("/steps/0", "orders")
    assert step["input"]["reportType"] == "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
    assert step["output"]["result"]["outcome"] == "CREATED"
    assert shown.page.get("/steps/999", query_string={"execution": shown.ended["orders"].arn}).status_code == 404


def test_the_preview_is_in_the_document_s_charset_and_short(shown: Shown) -> None:
    rows = shown.get("/landed", "orders")["preview"]["rows"]
    assert rows[0] == ["amazon-order-id", "product-name", "quantity", "currency"]
    assert rows[1] == ["303-0000000-0000000", "Müller Kaffee „Röstfrisch“", "1", "EUR"]
    assert len(rows) == 21


def test_personal_data_is_never_read(shown: Shown) -> None:
    before = shown.asked["GetObject"]
    contents = shown.get("/landed", "personal")
    assert set(contents["preview"]) == {"withheld"}
    assert contents["tables"] == []
    assert shown.asked["GetObject"] == before


def test_what_has_not_landed_has_no_preview(shown: Shown) -> None:
    assert shown.get("/landed", "fatal")["preview"] == {"withheld": "Nothing has landed."}


def test_a_stack_without_tables_says_how_to_have_them(shown: Shown) -> None:
    contents = shown.get("/landed", "orders")
    assert contents["tables"] == []
    assert "-c tables=true" in contents["note"]
    assert "get_flat_file_all_orders_data_by_last_update_general" in contents["note"]


@pytest.mark.parametrize("code", ["AccessDeniedException", "EntityNotFoundException"])
def test_what_glue_refuses_is_said_and_the_rows_are_there(shown: Shown, code: str) -> None:
    class Refusing:
        def get_paginator(self, _: str) -> Any:
            return self

        def paginate(self, **_: Any) -> Any:
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, "GetTables")

    deployed = replace(shown.watch._deployed, tables_if_any=StackTables("reportflow", "reportflow", "https://queue"))
    deployed.__dict__["glue"] = Refusing()
    output = shown.told("orders")["execution"]["output"]
    contents = contents_of(deployed, output, Where())
    assert code in contents["note"]
    assert len(contents["preview"]["rows"]) == 21


def test_an_older_report_of_a_window_shows_its_own_rows(shown: Shown) -> None:
    output = shown.told("orders")["execution"]["output"]
    newer = shown.watch._deployed.s3.put_object(Bucket=BUCKET, Key=output["key"], Body=b"sku\nnewer\n")
    assert shown.get("/landed", "orders")["preview"]["rows"][0][0] == "amazon-order-id"
    shown.watch._deployed.s3.delete_object(Bucket=BUCKET, Key=output["key"], VersionId=newer["VersionId"])
    gone = contents_of(shown.watch._deployed, output | {"versionId": newer["VersionId"]}, Where())
    assert gone["preview"] == {"withheld": "This document is not in the bucket any more."}


def test_the_quotas_are_the_ledger_s(shown: Shown) -> None:
    buckets = {bucket["scope"]: bucket for bucket in shown.told("orders")["quotas"]}
    created = buckets["createReport"]
    assert (created["intervalMs"], created["burst"]) == (60_000, 15)
    assert created["theoreticalArrivalMs"] > 0
    assert {"getReport", "getReportDocument"} <= set(buckets)


def test_pages_that_are_open_together_ask_once_and_an_end_is_asked_about_no_more(shown: Shown) -> None:
    shown.told("orders")
    shown.a_second_later()
    for _ in range(5):
        shown.told("orders")
    asked = Counter({key: count for key, count in shown.asked.items() if key != "DescribeExecution"})
    assert asked == {"ListExecutions": 1, "Query": 1}


def test_nobody_else_s_executions_and_no_other_site_s_page(shown: Shown) -> None:
    for arn in ("", "arn:aws:states:us-east-1:123456789012:execution:other:one"):
        for path in ("/events", "/landed", "/steps/0"):
            assert shown.page.get(path, query_string={"execution": arn}).status_code == 404
    assert shown.page.get("/", headers={"Host": "rebound.example"}).status_code == 400
    for origin in ("https://evil.example", "null", "http://localhost.evil.example", "http://127.0.0.1:1"):
        for path in ("/", "/events", "/landed", "/machine.svg"):
            assert shown.page.get(path, headers={"Origin": origin}).status_code == 403
    assert shown.page.get("/", headers={"Origin": "http://localhost"}).status_code == 200
    assert shown.page.get("/../server.py").status_code == 404
    answer = shown.page.get("/")
    assert answer.status_code == 200
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_what_aws_refuses_is_said_and_the_rest_goes_on(shown: Shown) -> None:
    shown.told("orders")
    shown.a_second_later()

    def refuse(model: Any, **_: Any) -> Any:
        if model.name == "Query":
            return type("Answer", (), {"status_code": 400, "headers": {}}), {
                "Error": {"Code": "AccessDeniedException", "Message": "not authorized to perform: dynamodb:Query"}
            }
        return None

    events = shown.watch._deployed.dynamodb.meta.events
    events.register("before-call", refuse)
    told = shown.told("orders")
    events.unregister("before-call", refuse)
    shown.a_second_later()
    (trouble,) = told["troubles"]
    assert "dynamodb:Query" in trouble
    assert "quotas" not in told
    assert told["execution"]["status"] == "SUCCEEDED"


def test_what_aws_calls_a_function_s_failure_and_an_execution_that_is_stopped() -> None:
    def event(number: int, kind: str, **details: Any) -> Any:
        return {"id": number, "type": kind, "timestamp": datetime.fromtimestamp(number, UTC), **details}

    told = steps(
        [
            event(1, "ExecutionStarted"),
            event(2, "TaskStateEntered", stateEnteredEventDetails={"name": "Get report"}),
            event(3, "LambdaFunctionScheduled"),
            event(4, "LambdaFunctionFailed", lambdaFunctionFailedEventDetails={"error": "SpApiUnavailable"}),
            event(5, "LambdaFunctionTimedOut", lambdaFunctionTimedOutEventDetails={}),
            event(6, "LambdaFunctionSucceeded"),
            event(7, "TaskStateExited", stateExitedEventDetails={"name": "Get report"}),
            event(8, "WaitStateEntered", stateEnteredEventDetails={"name": "Wait"}),
            event(9, "ExecutionAborted", executionAbortedEventDetails={}),
        ]
    )
    assert [(step["state"], step["type"], step["status"], step["exited"]) for step in told] == [
        ("Get report", "Task", "done", 7),
        ("Wait", "Wait", "failed", 9),
    ]
    assert [fault["error"] for fault in told[0]["faults"]] == ["SpApiUnavailable", "LambdaFunctionTimedOut"]
