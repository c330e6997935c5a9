"""The client keeps to Amazon's contract (tests/testing/contract.toml): what it calls, how often, what it reads."""

from collections.abc import Callable

import pytest

from lambdas.handlers.receive_notification import ENDED
from lambdas.quota.usage_plans import PLANS
from lambdas.spapi.errors import SpApiError
from lambdas.spapi.modelled import FIELDS, is_name, is_time
from lambdas.spapi.reports import ReportsApi, ReportSpecification
from local.simulator import Fault, Script, Simulator
from tests.testing import contract
from tests.testing.samples import GERMANY, REPORT_TYPE, SELLER

OPERATIONS = contract.OPERATIONS
REPORT = OPERATIONS["getReport"].objects["Report"]
RESTRICTED_TYPE = "GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING"
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
    calls: dict[str, Callable[[], object]] = {
        "createReport": lambda: sp_api.create_report(specification),
        "getReport": lambda: sp_api.get_report(queued),
        "getReports": lambda: list(sp_api.get_reports(report_type=REPORT_TYPE, created_since=SINCE)),
        "cancelReport": lambda: sp_api.cancel_report(queued),
        "getReportDocument": lambda: sp_api.get_report_document("PLAIN", restricted=False),
        "createRestrictedDataToken": lambda: sp_api.get_report_document("PERSONAL", restricted=True),
    }
    return calls[operation]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_is_called_as_amazon_takes_it(simulator: Simulator, sp_api: ReportsApi, operation: str) -> None:
    # What it sends, its pool checks: ListeningPool.
    prepared(simulator, sp_api, operation)()
    assert simulator.count()[operation] == 1


@pytest.mark.parametrize(
    ("operation", "status"), [(each, status) for each in OPERATIONS for status in OPERATIONS[each].facts["refusals"]]
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


def test_what_is_insisted_on_in_a_report_is_what_amazon_promises() -> None:
    assert REPORT.keys() <= FIELDS.keys()
    assert {REPORT[name]["type"] for name in REPORT if FIELDS[name] is is_name} == {"string"}
    times = {name for name in REPORT if REPORT[name]["type"] == "date-time"}
    assert times == {name for name, check in FIELDS.items() if check is is_time}


def test_a_report_is_asked_for_with_fields_that_there_are() -> None:
    fields = OPERATIONS["createReport"].objects["CreateReportSpecification"]
    assert ReportSpecification.__annotations__.keys() == fields.keys()
    required = {name for name, field in fields.items() if field.get("required")}
    assert ReportSpecification.__required_keys__ >= required


def test_the_statuses_are_those_that_end_a_report_and_the_two_before() -> None:
    assert {*ENDED, "IN_QUEUE", "IN_PROGRESS"} == set(REPORT["processingStatus"]["enum"])
