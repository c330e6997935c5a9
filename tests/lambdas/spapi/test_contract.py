"""The client keeps to Amazon's contract (tests/testing/contract.toml): what it calls, how often, what it reads."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from lambdas.handlers.receive_notification import ENDED
from lambdas.quota.usage_plans import PLANS
from lambdas.spapi.errors import SpApiError
from lambdas.spapi.modelled import FIELDS, is_name, is_time
from lambdas.spapi.reports import OF_SCHEDULE, ReportsApi, ReportScheduleSpecification, ReportSpecification
from local.simulator import Fault, Script, Simulator
from tests.testing import contract
from tests.testing.kinds import one_of_each
from tests.testing.samples import GERMANY, REPORT_TYPE, SELLER

OPERATIONS = contract.OPERATIONS
REPORT = OPERATIONS["getReport"].objects["Report"]
SCHEDULE = OPERATIONS["getReportSchedule"].objects["ReportSchedule"]
RESTRICTED_TYPE = "GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING"
OF_ONE_SCHEDULE = ("getReportSchedule", "cancelReportSchedule")
SINCE = "2026-11-10T00:00:00+00:00"


def prepared(simulator: Simulator, sp_api: ReportsApi, operation: str) -> Callable[[], object]:
    """Return the call of the client that comes to this operation."""

    def added(status: str, document_id: str | None = None, report_type: str = REPORT_TYPE) -> str:
        script = Script(statuses=(status,), report_document_id=document_id)
        return simulator.add_report(report_type, script, selling_partner_id=SELLER).report_id

    queued = added("IN_QUEUE")
    added("DONE", "PLAIN")
    added("DONE", "PERSONAL", RESTRICTED_TYPE)
    specification: ReportSpecification = {"reportType": REPORT_TYPE, "marketplaceIds": [GERMANY]}
    weekly: ReportScheduleSpecification = {"reportType": REPORT_TYPE, "marketplaceIds": [GERMANY], "period": "P7D"}
    schedule = sp_api.create_report_schedule(weekly) if operation in OF_ONE_SCHEDULE else ""
    calls: dict[str, Callable[[], object]] = {
        "createReport": lambda: sp_api.create_report(specification),
        "getReport": lambda: sp_api.get_report(queued),
        "getReports": lambda: list(sp_api.get_reports(report_type=REPORT_TYPE, created_since=SINCE)),
        "cancelReport": lambda: sp_api.cancel_report(queued),
        "getReportDocument": lambda: sp_api.get_report_document("PLAIN", restricted=False),
        "createReportSchedule": lambda: sp_api.create_report_schedule(weekly),
        "getReportSchedules": lambda: sp_api.get_report_schedules([REPORT_TYPE]),
        "getReportSchedule": lambda: sp_api.get_report_schedule(schedule),
        "cancelReportSchedule": lambda: sp_api.cancel_report_schedule(schedule),
        "createRestrictedDataToken": lambda: sp_api.get_report_document("PERSONAL", restricted=True),
    }
    return calls[operation]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_is_called_as_amazon_takes_it(simulator: Simulator, sp_api: ReportsApi, operation: str) -> None:
    # What it sends, its pool checks: ListeningPool.
    prepared(simulator, sp_api, operation)()
    assert simulator.count()[operation] == 1


@pytest.mark.parametrize(
    ("operation", "status"),
    one_of_each(
        [(each, status) for each in OPERATIONS for status in OPERATIONS[each].facts["refusals"]],
        lambda row: row[1],
        name=lambda row: f"{row[0]}: {row[1]}",
    ),
)
def test_each_refusal_is_an_error_with_a_name(
    simulator: Simulator, sp_api: ReportsApi, operation: str, status: int
) -> None:
    call = prepared(simulator, sp_api, operation)
    simulator.fail(operation, Fault(status=status))
    with pytest.raises(SpApiError, match=f"{operation}: SP-API answered {status}"):
        call()


def test_calls_are_paced_no_faster_than_the_usage_plans_and_hardly_slower() -> None:
    assert PLANS.keys() == OPERATIONS.keys()
    for name, plan in PLANS.items():
        facts = OPERATIONS[name].facts
        assert plan.burst == facts["burst"]
        assert 1000 / facts["rate"] <= plan.interval_ms <= 1.005 * 1000 / facts["rate"]


@pytest.mark.parametrize("amazons", [REPORT, SCHEDULE])
def test_what_is_insisted_on_is_what_amazon_promises(amazons: Mapping[str, Mapping[str, Any]]) -> None:
    assert amazons.keys() - {"reportOptions"} <= FIELDS.keys()
    assert {amazons[name]["type"] for name in amazons if FIELDS.get(name) is is_name} == {"string"}
    times = {name for name in amazons if amazons[name]["type"] == "date-time"}
    assert times == {name for name in amazons if FIELDS.get(name) is is_time}


def test_a_schedule_is_one_only_with_what_amazon_promises_of_it() -> None:
    assert {*OF_SCHEDULE} == {name for name, field in SCHEDULE.items() if field.get("required")}


@pytest.mark.parametrize(
    ("ours", "amazons"),
    [
        (ReportSpecification, OPERATIONS["createReport"].objects["CreateReportSpecification"]),
        (ReportScheduleSpecification, OPERATIONS["createReportSchedule"].objects["CreateReportScheduleSpecification"]),
    ],
)
def test_what_is_asked_for_has_fields_that_there_are(ours: Any, amazons: Mapping[str, Mapping[str, Any]]) -> None:
    assert ours.__annotations__.keys() <= amazons.keys()
    required = {name for name, field in amazons.items() if field.get("required")}
    assert ours.__required_keys__ >= required


def test_the_statuses_are_those_that_end_a_report_and_the_two_before() -> None:
    assert {*ENDED, "IN_QUEUE", "IN_PROGRESS"} == set(REPORT["processingStatus"]["enum"])
