"""Each documented status of each operation is answered as Amazon's models say. Client checks all other answers."""

from collections.abc import Callable

import pytest
from jsonschema import ValidationError
from urllib3 import BaseHTTPResponse

from local.simulator import Fault, Simulator
from local.simulator.quota import PLANS
from tests.testing import contract
from tests.testing.simulator_client import DOCUMENTS, LISTINGS, REPORTS, SCHEDULES, Client

pytestmark = pytest.mark.skipif(not contract.AVAILABLE, reason=contract.MISSING)


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


@pytest.mark.parametrize("operation", PLANS)
def test_success_is_as_modelled(client: Client, operation: str) -> None:
    created = {"createReport": 202, "createReportSchedule": 201}
    assert prepared(client, operation)().status == created.get(operation, 200)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 415, 429, 500, 503])
@pytest.mark.parametrize("operation", PLANS)
def test_scripted_error_is_as_modelled(simulator: Simulator, client: Client, operation: str, status: int) -> None:
    call = prepared(client, operation)
    simulator.fail(operation, Fault(status=status))
    assert call().status == status


def test_all_modelled_operations_are_simulated() -> None:
    assert {each.operation for each in contract.operations()} == set(PLANS)


def test_the_check_notifications_an_answer_of_another_operation(client: Client) -> None:
    with pytest.raises(ValidationError, match="'reportDocumentId' is a required property"):
        contract.check("GET", f"{DOCUMENTS}/1", client.get(client.created()))
