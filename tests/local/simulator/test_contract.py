"""The simulator is as contract.toml says: each status of each operation, plans, limits. Client checks every answer."""

from collections.abc import Callable

import pytest
from jsonschema import ValidationError
from urllib3 import BaseHTTPResponse

from local.simulator import Fault, Simulator
from local.simulator.quota import PLANS, Plan
from tests.testing import contract
from tests.testing.kinds import one_of_each
from tests.testing.simulator_client import DOCUMENTS, GERMANY, LISTINGS, REPORTS, SCHEDULES, Client, Clock

OPERATIONS = contract.OPERATIONS
SPECIFICATION = OPERATIONS["createReport"].objects["CreateReportSpecification"]
QUERY = OPERATIONS["getReports"].query


def prepared(client: Client, operation: str) -> Callable[[], BaseHTTPResponse]:
    """Do what must come before a call of the operation that has nothing wrong with it, and return that call."""
    report = client.finished("GET_VAT_TRANSACTION_DATA" if operation == "createRestrictedDataToken" else LISTINGS)
    queued, schedule = client.created(), client.scheduled("P1D")
    path = f"{DOCUMENTS}/{report['reportDocumentId']}"
    calls: dict[str, Callable[[], BaseHTTPResponse]] = {
        "createReport": client.create,
        "getReport": lambda: client.get(queued),
        "getReports": lambda: client.search(reportTypes=LISTINGS),
        "cancelReport": lambda: client.call("DELETE", f"{REPORTS}/{queued}"),
        "createReportSchedule": lambda: client.schedule("PT5M"),
        "getReportSchedules": lambda: client.call("GET", SCHEDULES, query={"reportTypes": LISTINGS}),
        "getReportSchedule": lambda: client.call("GET", f"{SCHEDULES}/{schedule}"),
        "cancelReportSchedule": lambda: client.call("DELETE", f"{SCHEDULES}/{schedule}"),
        "getReportDocument": lambda: client.call("GET", path),
        "createRestrictedDataToken": lambda: client.restrict(path),
    }
    return calls[operation]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_success_is_as_agreed(client: Client, operation: str) -> None:
    assert prepared(client, operation)().status == OPERATIONS[operation].facts["success"]


@pytest.mark.parametrize(
    ("operation", "status"),
    one_of_each(
        [(each, status) for each in OPERATIONS for status in OPERATIONS[each].facts["refusals"]],
        lambda row: row[1],
        name=lambda row: f"{row[0]}: {row[1]}",
    ),
)
def test_scripted_error_is_as_agreed(simulator: Simulator, client: Client, operation: str, status: int) -> None:
    call = prepared(client, operation)
    simulator.fail(operation, Fault(status=status))
    assert call().status == status


def test_the_usage_plans_are_those_agreed() -> None:
    agreed = {name: Plan(rate=each.facts["rate"], burst=each.facts["burst"]) for name, each in OPERATIONS.items()}
    assert agreed == PLANS


@pytest.mark.parametrize("field", [name for name in SPECIFICATION if SPECIFICATION[name].get("required")])
def test_a_report_is_not_created_without_a_required_field(client: Client, field: str) -> None:
    body = {"reportType": LISTINGS, "marketplaceIds": [GERMANY]}
    del body[field]
    assert client.call("POST", REPORTS, body=body).status == 400


@pytest.mark.parametrize(("beyond", "status"), [(0, 202), (1, 400)])
def test_a_report_is_of_so_many_marketplaces_at_most(client: Client, beyond: int, status: int) -> None:
    most = SPECIFICATION["marketplaceIds"]["maxItems"]
    assert client.create(marketplaceIds=[GERMANY] * (most + beyond)).status == status


@pytest.mark.parametrize(("beyond", "status"), [(0, 200), (1, 400)])
@pytest.mark.parametrize("parameter", [name for name in QUERY if "maxItems" in QUERY[name]])
def test_a_search_is_for_so_many_at_most(client: Client, parameter: str, beyond: int, status: int) -> None:
    values = ",".join([LISTINGS] * (QUERY[parameter]["maxItems"] + beyond))
    assert client.search(**{"reportTypes": LISTINGS, parameter: values}).status == status


@pytest.mark.parametrize(
    ("page_size", "status"),
    [
        (QUERY["pageSize"]["minimum"] - 1, 400),
        (QUERY["pageSize"]["minimum"], 200),
        (QUERY["pageSize"]["maximum"], 200),
        (QUERY["pageSize"]["maximum"] + 1, 400),
    ],
)
def test_a_page_has_a_size_within_its_limits(client: Client, page_size: int, status: int) -> None:
    assert client.search(reportTypes=LISTINGS, pageSize=page_size).status == status


def test_a_page_has_the_usual_size_unless_another_is_asked_for(client: Client, clock: Clock) -> None:
    usual = QUERY["pageSize"]["default"]
    for _ in range(usual + 1):
        client.created()
    assert len(client.search(reportTypes=LISTINGS).json()["reports"]) == usual


def test_a_search_is_for_the_statuses_that_a_report_has(client: Client) -> None:
    statuses = OPERATIONS["getReport"].objects["Report"]["processingStatus"]["enum"]
    assert QUERY["processingStatuses"]["enum"] == statuses
    for status in statuses:
        assert client.search(reportTypes=LISTINGS, processingStatuses=status).status == 200
    assert client.search(reportTypes=LISTINGS, processingStatuses="ON_HOLIDAY").status == 400


def test_the_check_notifications_an_answer_of_another_operation(client: Client) -> None:
    with pytest.raises(ValidationError, match="'reportDocumentId' is a required property"):
        contract.check_answer("GET", f"{DOCUMENTS}/1", client.get(client.created()))


@pytest.mark.parametrize(
    ("report", "message"),
    [
        ({}, "'reportType' is a required property"),
        ({"reportType": 1}, "1 is not of type 'string'"),
        ({"reportType": "T", "createdTime": "2026-11-10T00:00:00"}, "is not a 'date-time'"),
        ({"reportType": "T", "createdTime": "2026-11-10T00:00:00Z", "processingStatus": "LOST"}, "is not one of"),
    ],
)
def test_the_check_notices_what_a_report_is_not(report: dict[str, object], message: str) -> None:
    usual = {"reportId": "1", "createdTime": "2026-11-10T00:00:00Z", "processingStatus": "DONE"}
    with pytest.raises(ValidationError, match=message):
        OPERATIONS["getReport"].validate({**usual, **report}, "Report")


@pytest.mark.parametrize(
    ("method", "url", "body", "error"),
    [
        ("POST", REPORTS, b'{"reportType": "T"}', ValidationError),
        ("POST", REPORTS, None, AssertionError),
        ("POST", REPORTS, b'{"reportType": "T", "marketplaceIds": ["M"], "dataEndTime": "today"}', ValidationError),
        ("GET", f"{REPORTS}?pageSize=101", None, ValidationError),
        ("GET", f"{REPORTS}?page=1", None, AssertionError),
        ("GET", f"{REPORTS}/1", b"{}", AssertionError),
        ("PUT", REPORTS, b"{}", AssertionError),
    ],
)
def test_the_check_notices_a_call_that_amazon_would_not_take(
    method: str, url: str, body: bytes | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        contract.check_call(method, url, body)
