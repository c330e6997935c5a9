"""Every outcome of `make run`, on the second engine: exact states, exact calls, the objects and the ledger."""

import gzip
import hashlib
import json

import pytest

from local.scenarios import NOT_YET, USUAL, Scenario
from local.simulator import Script
from tests.testing.harness import BUCKET, KEY_ARN, SOON_OVERDUE, Harness
from tests.testing.small_parts import BY_NAME
from tests.testing.state_sequences import CREATED, DONE_CALLS, OUTCOMES, TURN


@pytest.mark.parametrize("name", OUTCOMES)
def test_the_outcome_its_states_and_its_calls(stage: Harness, name: str) -> None:
    scenario = BY_NAME[name]
    ended = stage.run(scenario)
    states, calls = OUTCOMES[name]
    outcome = ended.output["outcome"] if ended.status == "SUCCEEDED" else ended.error
    assert outcome == scenario.ends
    assert ended.states == states
    assert stage.calls(ended) == calls


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("done, a page of HTML", ["FORMAT"]),
        ("done, of another week", ["WINDOW", "EMPTY"]),
        ("done, with buyers' data", ["PERSONAL_DATA", "DUPLICATE_COLUMNS"]),
    ],
)
def test_a_document_has_its_findings(stage: Harness, name: str, codes: list[str]) -> None:
    assert [finding["code"] for finding in stage.run(BY_NAME[name]).output["findings"]] == codes


def test_what_is_unlike_the_weeks_before_is_a_finding(stage: Harness) -> None:
    unlike, cancelled = (BY_NAME[name] for name in ("done, unlike weeks before", "cancelled, unlike before"))
    before = [Scenario(name="before", input=given, script=USUAL, ends="LANDED") for given in unlike.earlier]
    found = [stage.run(one).output["findings"] for one in (*before, unlike, cancelled)]
    assert [[finding["code"] for finding in each] for each in found] == [[]] * 5 + [["LAYOUT", "ROWS"], ["NO_DATA"]]


def test_what_is_odd_about_a_document_lands_and_is_said(stage: Harness) -> None:
    ended = stage.run(BY_NAME["done, with findings"])
    assert [finding["code"] for finding in ended.output["findings"]] == ["RAGGED", "CHARSET"]
    assert (ended.output["rows"], ended.output["charset"]) == (3, "cp1252")
    manifest = json.loads(stage.objects()[ended.output["manifestKey"]])
    assert manifest["result"]["findings"] == ended.output["findings"]


def test_each_scenario_of_make_run_is_shown_here_too() -> None:
    assert set(BY_NAME) == {*OUTCOMES, "stuck in the queue"}


@pytest.mark.parametrize(
    ("name", "extension", "rows", "charset"),
    [
        ("done, gzip TSV in Cp1252", "tsv.gz", 500, "cp1252"),
        ("done, JSON in UTF-8", "json", 1, "utf-8"),
        ("done, TSV in windows-31j", "tsv", 2, "cp932"),
        ("done, in several parts", "tsv", 20_000, "utf-8"),
    ],
)
def test_a_document_lands_as_served_with_a_manifest(
    stage: Harness, name: str, extension: str, rows: int | None, charset: str
) -> None:
    scenario = BY_NAME[name]
    ended = stage.run(scenario)
    assert scenario.script
    assert scenario.script.document
    served = scenario.script.document.body
    folder = f"sellingPartnerId={scenario.input['sellingPartnerId']}/reportType={scenario.input['reportType']}"
    path = ended.output["key"].removeprefix("reports/").removesuffix(f".{extension}")
    assert path.startswith(f"{folder}/date=2026-11-01/2026-11-01_2026-11-07_")
    objects = stage.objects()
    assert set(objects) == {f"reports/{path}.{extension}", f"manifests/{path}.json"}
    assert objects[ended.output["key"]] == served
    assert {key: ended.output[key] for key in ("bytes", "sha256", "rows", "charset")} == {
        "bytes": len(served),
        "sha256": hashlib.sha256(served).hexdigest(),
        "rows": rows,
        "charset": charset,
    }
    manifest = json.loads(objects[f"manifests/{path}.json"])
    assert manifest["result"] == ended.output
    assert manifest["executionArn"] == ended.arn
    assert manifest["compression"] == ("gzip" if extension.endswith("gz") else None)
    assert manifest["report"]["processingStatus"] == "DONE"


def test_personal_data_lands_in_a_zone_of_its_own_under_its_own_key(stage: Harness) -> None:
    ended = stage.run(BY_NAME["done, with personal data"])
    assert {key.split("/")[0] for key in stage.objects()} == {"restricted"}
    head = stage.s3.head_object(Bucket=BUCKET, Key=ended.output["key"])
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", KEY_ARN)
    tokens = [call.restricted_token for call in stage.simulator.calls if call.operation == "getReportDocument"]
    assert tokens == [True]


def test_the_request_that_reaches_amazon_is_the_one_that_was_asked_for(stage: Harness) -> None:
    scenario = BY_NAME["done, JSON in UTF-8"]
    stage.run(scenario)
    (report,) = stage.simulator.reports
    asked = {key: value for key, value in scenario.input.items() if key != "sellingPartnerId"}
    assert report.specification.received == asked


def test_the_ledger_says_how_each_report_ended(stage: Harness) -> None:
    for name in ("done, JSON in UTF-8", "cancelled, no data", "fatal, with a document"):
        stage.run(BY_NAME[name])
    assert {selling_partner_id: entry["status"] for selling_partner_id, entry in stage.ledger().items()} == {
        "A2DONEJSONINUTF8": "LANDED",
        "A2CANCELLEDNODATA": "NO_DATA",
        "A2FATALWITHADOCUMENT": "FATAL",
    }


def test_nothing_lands_for_a_report_without_data(stage: Harness) -> None:
    ended = stage.run(BY_NAME["cancelled, no data"])
    assert stage.objects() == {}
    assert ended.output["reason"] == "Amazon cancelled the report, as it does when there is no data for what was asked"


def test_a_report_that_somebody_cancelled_in_the_queue_is_not_taken_for_no_data(stage: Harness) -> None:
    def cancel_before_the_second_poll(module: str) -> None:
        if module == "get_report" and stage.simulator.count()["getReport"] == 1:
            (report,) = stage.simulator.reports
            report.cancelled = stage.clock.seconds()

    stage.before = cancel_before_the_second_poll
    ended = stage.run(_like("cancelled, no data", Script(statuses=("IN_QUEUE",))))
    assert ended.states == [*CREATED, *TURN * 2, "Handle cancelled", "Cancellation outcome", "Cancelled elsewhere"]
    assert ended.output["outcome"] == "CANCELLED_ELSEWHERE"
    assert stage.ledger()["A2CANCELLEDNODATA"]["status"] == "CANCELLED_ELSEWHERE"


def test_the_words_of_amazon_are_the_cause(stage: Harness) -> None:
    ended = stage.run(BY_NAME["fatal, with a document"])
    assert (ended.error, ended.cause) == ("ReportFatal", NOT_YET)


def test_fatal_without_a_document_says_so(stage: Harness) -> None:
    ended = stage.run(BY_NAME["fatal, without a document"])
    assert ended.cause
    assert ended.cause.startswith("Amazon ended the report as FATAL without a document")


@pytest.mark.exhaustive  # `make test` has the fault "deadline passes, report in the queue"
def test_a_report_stuck_in_the_queue_is_cancelled_at_its_deadline(stage: Harness) -> None:
    ended = stage.run(BY_NAME["stuck in the queue"])
    turns = len(ended.waits)
    assert ended.states == [*CREATED, *TURN * turns, "Handle overdue", "Report overdue"]
    assert sum(ended.waits) == 4 * 3600
    assert ended.waits[1:-1] == sorted(ended.waits[1:-1])
    assert ended.error == "ReportOverdue"
    (report,) = stage.simulator.reports
    assert ended.cause == (
        f"Report {report.report_id} was IN_QUEUE after 4 hours. "
        "It was still in the queue and has been cancelled; the next execution for this request asks again."
    )
    assert stage.calls(ended) == {"createReport": 1, "getReport": turns, "cancelReport": 1}
    assert stage.ledger()["A2STUCKINTHEQUEUE"]["status"] == "WITHDRAWN"


@pytest.mark.parametrize(
    ("environment", "polls"), [(SOON_OVERDUE, 11), pytest.param({}, 180, marks=pytest.mark.exhaustive)]
)
def test_a_report_stuck_in_progress_is_adopted_by_the_next_execution(
    stage: Harness, environment: dict[str, str], polls: int
) -> None:
    stage.environment = environment
    scenario = _like("stuck in the queue", Script(statuses=(*["IN_PROGRESS"] * polls, "DONE")))
    first = stage.run(scenario)
    assert first.error == "ReportOverdue"
    assert stage.ledger()["A2STUCKINTHEQUEUE"]["status"] == "OVERDUE"
    second = stage.run(scenario)
    assert second.output["outcome"] == "LANDED"
    assert second.output["reportId"] == stage.ledger()["A2STUCKINTHEQUEUE"]["reportId"]
    assert stage.calls(second)["createReport"] == 1
    assert "cancelReport" not in stage.calls(second)


def test_a_window_that_has_landed_costs_no_call(stage: Harness) -> None:
    scenario = BY_NAME["done, JSON in UTF-8"]
    first = stage.run(scenario)
    again = stage.run(scenario)
    assert again.states == [*CREATED, "Already landed"]
    assert again.output == {**first.output, "outcome": "ALREADY_LANDED"}
    assert stage.calls(again) == DONE_CALLS


def test_ten_starts_at_once_ask_amazon_once(stage: Harness) -> None:
    scenario = BY_NAME["done, JSON in UTF-8"]
    assert scenario.script
    stage.simulator.script(scenario.input["reportType"], scenario.script)
    stage.authorize(scenario.input["sellingPartnerId"])
    machine = stage.machine()
    outcomes = [execution.result() for execution in [machine.start(scenario.input) for _ in range(10)]]
    assert {ended.output["outcome"] for ended in outcomes} <= {"LANDED", "ALREADY_LANDED"}
    assert stage.simulator.count()["createReport"] == 1
    assert stage.simulator.count()["getReportDocument"] == 1
    assert len(stage.objects()) == 2


def test_an_unknown_status_fails_and_never_loops(stage: Harness) -> None:
    ended = stage.run(_like("cancelled, no data", Script(statuses=("IN_QUEUE", "ON_HOLIDAY"))))
    assert ended.states == [*CREATED, *TURN * 2, "Unexpected status"]
    assert ended.error == "UnexpectedStatus"
    assert ended.cause == "Amazon answered a processingStatus that its model does not have: ON_HOLIDAY"


def test_the_input_s_mistake_is_the_cause_in_one_sentence(stage: Harness) -> None:
    ended = stage.run(BY_NAME["input with a misspelt key"])
    assert ended.error == "InvalidRequest"
    assert ended.cause == "the input has the key 'marketPlaceIds', which is not known: did you mean marketplaceIds?"
    assert stage.simulator.calls == []


def test_a_gzip_document_inflates_to_what_was_sold(stage: Harness) -> None:
    ended = stage.run(BY_NAME["done, gzip TSV in Cp1252"])
    text = gzip.decompress(stage.objects()[ended.output["key"]]).decode(ended.output["charset"])
    assert "Müller Kaffee „Röstfrisch“" in text


def _like(name: str, script: Script) -> Scenario:
    scenario = BY_NAME[name]
    return Scenario(name=name, input=scenario.input, script=script, ends=None)
