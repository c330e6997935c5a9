"""Scripted faults: what they answer, how often they happen, and whether the operation took effect."""

import time

import pytest
from urllib3 import PoolManager
from urllib3.exceptions import ProtocolError, ReadTimeoutError

from local.simulator import Fault, Script, Simulator
from tests.testing.simulator_client import DOCUMENTS, LISTINGS, REPORTS, Client

OTHER = "GET_FLAT_FILE_OPEN_LISTINGS_DATA"
TAX = "GET_VAT_TRANSACTION_DATA"


def test_faults_before_the_effect_create_nothing(simulator: Simulator, client: Client) -> None:
    simulator.script(LISTINGS, Script(faults={"createReport": [Fault(status=503), Fault(status=500)]}))
    assert [client.create().status for _ in range(2)] == [503, 500]
    assert simulator.reports == []
    assert client.create().status == 202
    assert len(simulator.reports) == 1


def test_report_is_created_though_its_answer_is_an_error(simulator: Simulator, client: Client) -> None:
    simulator.script(LISTINGS, Script(faults={"createReport": [Fault(status=500, after=True)]}))
    assert client.create().status == 500
    (held,) = simulator.reports
    (listed,) = client.search(reportTypes=LISTINGS).json()["reports"]
    assert listed["reportId"] == held.report_id
    (call,) = [call for call in simulator.calls if call.operation == "createReport"]
    assert (call.status, call.report_id, call.report_type) == (500, held.report_id, LISTINGS)


@pytest.mark.parametrize(("status", "body"), [(403, "<h1>Forbidden</h1>"), (503, ""), (200, '{"message": "x"}')])
def test_an_answer_has_a_body_of_any_shape(simulator: Simulator, status: int, body: str) -> None:
    simulator.fail("LWA", [Fault(status=status, body=body)])
    with PoolManager(retries=False) as http:
        answered = http.request("POST", simulator.lwa_url)
    assert (answered.status, answered.data) == (status, body.encode())


@pytest.mark.parametrize("after", [False, True])
def test_reset_connection_before_or_after_the_effect(simulator: Simulator, client: Client, after: bool) -> None:
    simulator.script(LISTINGS, Script(faults={"createReport": [Fault(reset=True, after=after)]}))
    with pytest.raises(ProtocolError, match="reset by peer"):
        client.create()
    assert len(simulator.reports) == after
    assert [call.status for call in simulator.calls if call.operation == "createReport"] == [None]
    assert client.create().status == 202


@pytest.mark.parametrize("after", [False, True])
def test_hanging_call_outlasts_an_impatient_client(simulator: Simulator, client: Client, after: bool) -> None:
    simulator.script(LISTINGS, Script(faults={"createReport": [Fault(hang=30, after=after, status=504)]}))
    client.token = client.lwa().json()["access_token"]
    with PoolManager(retries=False, timeout=0.1) as client.http, pytest.raises(ReadTimeoutError):
        client.create()
    assert len(simulator.reports) == after


def test_a_hang_alone_is_a_late_ordinary_answer(simulator: Simulator, client: Client) -> None:
    simulator.fail("getReports", [Fault(hang=0.05)])
    start = time.monotonic()
    assert client.search(reportTypes=LISTINGS).status == 200
    assert time.monotonic() - start >= 0.05


def test_throttling_names_a_rate_only_on_request(simulator: Simulator, client: Client) -> None:
    limited = Fault(status=429, headers={"x-amzn-RateLimit-Limit": "0.5"})
    simulator.script(LISTINGS, Script(faults={"createReport": [Fault(status=429)]}))
    assert "x-amzn-RateLimit-Limit" not in client.create().headers
    simulator.fail("LWA", [limited])
    assert client.lwa().headers["x-amzn-RateLimit-Limit"] == "0.5"


@pytest.mark.parametrize("status", [502, 504])
def test_gateway_errors_are_html(simulator: Simulator, client: Client, status: int) -> None:
    simulator.fail("getReports", [Fault(status=status)])
    answer = client.search(reportTypes=LISTINGS)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "text/html")
    assert answer.data.startswith(b"<html>")


def test_a_fault_can_have_its_own_words(simulator: Simulator, client: Client) -> None:
    simulator.fail("getReports", [Fault(status=400, code="Odd", message="No", details="at all")])
    answer = client.search(reportTypes=LISTINGS)
    assert answer.json() == {"errors": [{"code": "Odd", "message": "No", "details": "at all"}]}


def test_login_fails_in_its_own_form(simulator: Simulator, client: Client, http: PoolManager) -> None:
    simulator.fail("LWA", [Fault(status=503), Fault(status=400)])
    assert [client.lwa().json()["error"] for _ in range(2)] == ["temporarily_unavailable", "invalid_grant"]
    assert client.lwa().status == 200
    simulator.fail("LWA", Fault(status=500), selling_partner_id="A2SELLER")
    assert [client.lwa().status, Client(simulator, http, seller="A3OTHER").lwa().status] == [500, 200]


def test_each_operation_of_a_report_fails_by_its_own_plan(simulator: Simulator, client: Client) -> None:
    faults = {
        name: [Fault(status=500), None, Fault(status=503)]
        for name in ("getReport", "getReportDocument", "createRestrictedDataToken", "getReports")
    }
    simulator.script(TAX, Script(statuses=["DONE"], faults=faults))
    report_id, failing = client.created(TAX), [500, 200, 503, 200]
    assert [client.get(report_id).status for _ in range(4)] == failing
    assert [client.search(reportTypes=TAX).status for _ in range(4)] == failing
    document_id = client.get(report_id).json()["reportDocumentId"]
    tokens = [client.restrict(f"{DOCUMENTS}/{document_id}") for _ in range(4)]
    assert [answer.status for answer in tokens] == failing
    restricted = tokens[-1].json()["restrictedDataToken"]
    assert [client.document(document_id, token=restricted).status for _ in range(4)] == failing


def test_cancellation_can_fail(simulator: Simulator, client: Client) -> None:
    simulator.script(LISTINGS, Script(faults={"cancelReport": [Fault(status=400)]}))
    path = f"{REPORTS}/{client.created()}"
    assert [client.call("DELETE", path).status for _ in range(2)] == [400, 200]


def test_faults_of_a_script_touch_no_other_type_seller_or_report(
    simulator: Simulator, client: Client, http: PoolManager
) -> None:
    faulty = Script(faults={"createReport": [Fault(status=500)], "getReport": [Fault(status=500)]})
    simulator.script(LISTINGS, faulty, selling_partner_id="A2SELLER")
    other = Client(simulator, http, seller="A3OTHER")
    assert (client.create(OTHER).status, other.create().status) == (202, 202)
    assert [client.create().status for _ in range(3)] == [500, 202, 202]
    listings = [report for report in simulator.reports if report.script is faulty]
    assert [client.get(report.report_id).status for report in listings for _ in range(2)] == [500, 200] * 2


def test_a_single_fault_happens_every_time(simulator: Simulator, client: Client) -> None:
    simulator.script(LISTINGS, Script(faults={"getReport": Fault(status=500)}))
    report_id = client.created()
    assert [client.get(report_id).status for _ in range(4)] == [500] * 4


def test_faults_for_all_reports_can_be_ended(simulator: Simulator, client: Client, http: PoolManager) -> None:
    simulator.fail("getReport", Fault(status=500), selling_partner_id="A2SELLER")
    report_id = client.created()
    assert [client.get(report_id).status for _ in range(2)] == [500, 500]
    assert Client(simulator, http, seller="A3OTHER").get("1").status == 404
    simulator.fail("getReport", [], selling_partner_id="A2SELLER")
    assert client.get(report_id).status == 200


def test_misspelt_scripts_are_refused(simulator: Simulator) -> None:
    with pytest.raises(
        ValueError, match="'getReprot' is not an operation; allowed: LWA, cancelReport, cancelReportSchedule, "
    ):
        Script(faults={"getReprot": []})
    with pytest.raises(ValueError, match="is not an operation"):
        simulator.fail("getReprot", [])
    with pytest.raises(ValueError, match="belongs to no report: use Simulator"):
        Script(faults={"LWA": []})
    with pytest.raises(ValueError, match="statuses is empty"):
        Script(statuses=[])
    with pytest.raises(ValueError, match="begins has 1 numbers for 3 statuses"):
        Script(begins=[0])
    with pytest.raises(ValueError, match="no script is given"):
        simulator.script(LISTINGS)
