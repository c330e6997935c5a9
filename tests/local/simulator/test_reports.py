"""createReport, getReport, getReports and cancelReport."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from urllib3 import PoolManager

from local.simulator import Document, Script, Simulator
from tests.testing.simulator_client import GERMANY, LISTINGS, REPORTS, Client, Clock

SETTLEMENT = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
DAY = 86_400


def time_at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


@pytest.mark.parametrize(
    ("body", "status", "code", "says"),
    [
        ({"marketplaceIds": [GERMANY]}, 400, "InvalidInput", "reportType;"),
        ({"reportType": LISTINGS}, 400, "InvalidInput", "marketplaceIds;"),
        ({"reportType": LISTINGS, "marketplaceIds": []}, 400, "InvalidInput", "marketplaceIds;"),
        ({"reportType": LISTINGS, "marketplaceIds": GERMANY}, 400, "InvalidInput", "not a list of strings"),
        ({"reportType": LISTINGS, "marketplaceIds": [GERMANY] * 26}, 400, "InvalidInput", "at most 25"),
        ({"reportType": [LISTINGS], "marketplaceIds": [GERMANY]}, 500, "InternalFailure", "Please try again"),
        ([], 400, "InvalidInput", "JSON object"),
    ],
)
def test_create_refuses_a_malformed_body(client: Client, body: object, status: int, code: str, says: str) -> None:
    response = client.call("POST", REPORTS, body=body)
    assert response.status == status
    assert response.json()["errors"][0]["code"] == code
    assert says in response.data.decode()
    assert client.simulator.reports == []


@pytest.mark.parametrize(
    ("field", "says"),
    [
        ({"reportOptions": {"custom": True}}, "reportOptions is not a map of strings to strings"),
        ({"dataStartTime": "yesterday"}, "dataStartTime is not an ISO 8601 date and time"),
        ({"dataStartTime": 5}, "dataStartTime is not an ISO 8601 date and time"),
        ({"dataStartTime": "2026-01-02T00:00:00Z", "dataEndTime": "2026-01-01T00:00:00Z"}, "is after dataEndTime"),
        ({"dataEndTime": "2099-01-01T00:00:00Z"}, "dataEndTime is after the current time"),
        ({"reportType": SETTLEMENT}, f"Request for report type {SETTLEMENT} is not allowed at this time"),
    ],
)
def test_create_refuses_a_wrong_field(client: Client, field: Mapping[str, Any], says: str) -> None:
    response = client.create(**{"report_type": field["reportType"]} if "reportType" in field else field)
    assert (response.status, response.json()["errors"][0]["code"]) == (400, "InvalidInput")
    assert says in response.json()["errors"][0]["message"]


def test_create_refuses_a_body_that_is_not_declared_json(client: Client) -> None:
    assert client.call("POST", REPORTS, body={}, headers={"content-type": "text/plain"}).status == 415


def test_specification_is_kept_as_received_and_its_options_are_not_told(simulator: Simulator, client: Client) -> None:
    report_id = client.created(reportOptions={"custom": "true"}, dataStartTime="2026-01-01T02:00:00+02:00")
    (held,) = simulator.reports
    assert held.specification.received == {
        "reportType": LISTINGS,
        "marketplaceIds": [GERMANY],
        "reportOptions": {"custom": "true"},
        "dataStartTime": "2026-01-01T02:00:00+02:00",
    }
    assert (held.report_id, held.selling_partner_id) == (report_id, "A2SELLER")
    assert "reportOptions" not in client.get(report_id).json()


def test_fields_appear_as_they_come_to_exist(client: Client, clock: Clock) -> None:
    report_id, created = client.created(dataStartTime="2026-01-01T02:00:00+02:00"), int(clock.now)
    shown = []
    for _ in range(4):
        clock.now += 10
        shown.append(client.get(report_id).json())
    always = {
        "reportId": report_id,
        "reportType": LISTINGS,
        "marketplaceIds": [GERMANY],
        "createdTime": time_at(created),
        "dataStartTime": "2026-01-01T00:00:00+00:00",
        "dataEndTime": time_at(created),
    }
    started = {"processingStartTime": time_at(created + 20)}
    ended = started | {"processingEndTime": time_at(created + 30)}
    document_id = shown[-1]["reportDocumentId"]
    assert shown[0] == always | {"processingStatus": "IN_QUEUE"}
    assert shown[1] == always | started | {"processingStatus": "IN_PROGRESS"}
    assert shown[2] == always | ended | {"processingStatus": "DONE", "reportDocumentId": document_id}
    assert shown[3] == shown[2]


def test_statuses_can_go_by_the_clock_and_its_speed(http: PoolManager, clock: Clock) -> None:
    begun = clock()
    with Simulator(clock=clock, reports_clock=lambda: begun + (clock() - begun) * 10) as simulator:
        simulator.script(LISTINGS, Script(begins=(0, 60, 140)))
        client = Client(simulator, http)
        created, report_id = int(clock.now), client.created()
        for seconds, status in ((0, "IN_QUEUE"), (5.5, "IN_QUEUE"), (6, "IN_PROGRESS"), (30, "DONE")):
            clock.now = created + 0.5 + seconds
            (listed,) = client.search(reportTypes=LISTINGS).json()["reports"]
            assert listed["processingStatus"] == status
        assert client.get(report_id).json() == listed
        assert listed["processingStartTime"] == time_at(created + 60)
        assert listed["processingEndTime"] == time_at(created + 140)


@pytest.mark.parametrize(
    ("script", "status", "has_document"),
    [
        (Script(statuses=["DONE"]), "DONE", True),
        (Script(statuses=["DONE"], missing_document_id=True), "DONE", False),
        (Script(statuses=["FATAL"]), "FATAL", False),
        (Script(statuses=["FATAL"], document=Document.error_details("late")), "FATAL", True),
        (Script(statuses=["CANCELLED"]), "CANCELLED", False),
    ],
)
def test_a_document_comes_only_where_the_script_has_one(
    simulator: Simulator, client: Client, script: Script, status: str, has_document: bool
) -> None:
    simulator.script(LISTINGS, script)
    report = client.finished()
    assert report["processingStatus"] == status
    assert ("reportDocumentId" in report) == has_document


def test_extra_fields_and_unknown_statuses_are_served_as_scripted(simulator: Simulator, client: Client) -> None:
    simulator.script(LISTINGS, Script(statuses=["DONE"], extra={"reportScheduleId": "S1", "marketplaceIds": ["A2ZV"]}))
    report = client.finished()
    assert (report["reportScheduleId"], report["marketplaceIds"]) == ("S1", ["A2ZV"])
    simulator.script(LISTINGS, Script(statuses=["PAUSED"]))
    client.created()
    assert simulator.reports[-1].view()["processingStatus"] == "PAUSED"


def test_wrapped_answers_come_inside_payload(simulator: Simulator, http: PoolManager) -> None:
    script = Script(statuses=["DONE"], wrapped=True, report_id="ID323", report_document_id="DOC-b8b0-4226")
    simulator.script(LISTINGS, script)
    headers = {"x-amz-access-token": Client(simulator, http).lwa().json()["access_token"], "user-agent": "Tests/1"}
    base, body = simulator.url + REPORTS, {"reportType": LISTINGS, "marketplaceIds": [GERMANY]}
    created = http.request("POST", base, json=body, headers=headers | {"content-type": "application/json"})
    assert created.json() == {"payload": {"reportId": "ID323"}}
    report = http.request("GET", f"{base}/ID323", headers=headers).json()["payload"]
    assert (report["reportId"], report["reportDocumentId"]) == ("ID323", "DOC-b8b0-4226")
    document = http.request("GET", f"{simulator.url}/reports/2021-06-30/documents/DOC-b8b0-4226", headers=headers)
    assert document.json()["payload"]["reportDocumentId"] == "DOC-b8b0-4226"


def test_a_scripted_id_never_hides_a_second_report(simulator: Simulator, client: Client, http: PoolManager) -> None:
    simulator.script(LISTINGS, Script(report_id="ID323"))
    assert client.created() == "ID323"
    assert client.created() != "ID323"
    assert Client(simulator, http, seller="A3OTHER").created() == "ID323"
    assert len(simulator.reports) == 3


def test_each_report_takes_the_next_script_and_the_last_one_repeats(simulator: Simulator, client: Client) -> None:
    simulator.script(LISTINGS, Script(statuses=["FATAL"]), Script(statuses=["DONE"]))
    assert [client.finished()["processingStatus"] for _ in range(3)] == ["FATAL", "DONE", "DONE"]


def test_a_sellers_own_script_counts_before_the_common_one(
    simulator: Simulator, client: Client, http: PoolManager
) -> None:
    simulator.script(LISTINGS, Script(statuses=["FATAL"]), selling_partner_id="A2SELLER")
    simulator.script(LISTINGS, Script(statuses=["CANCELLED"]))
    assert client.finished()["processingStatus"] == "FATAL"
    assert Client(simulator, http, seller="A3OTHER").finished()["processingStatus"] == "CANCELLED"


def test_a_new_report_can_be_unknown_at_first(simulator: Simulator, client: Client) -> None:
    simulator.script(LISTINGS, Script(not_found_first=2))
    report_id = client.created()
    assert [client.get(report_id).status for _ in range(3)] == [404, 404, 200]
    assert client.get(report_id).json()["processingStatus"] == "IN_PROGRESS"


def test_unknown_foreign_and_old_reports_are_not_found(
    simulator: Simulator, client: Client, http: PoolManager, clock: Clock
) -> None:
    other = Client(simulator, http, seller="A3OTHER")
    report_id = client.created()
    assert [client.get("1").status, other.get(report_id).status, client.get(report_id).status] == [404, 404, 200]
    clock.now += 90 * DAY + 1
    client.token = None
    answer = client.get(report_id)
    assert answer.status == 404
    assert answer.json()["errors"][0]["message"] == "One or more of the provided ReportRequestIds could not be found."


def test_only_a_queued_report_can_be_cancelled(simulator: Simulator, client: Client) -> None:
    report_id = client.created()
    answer = client.call("DELETE", f"{REPORTS}/{report_id}")
    assert (answer.status, answer.data) == (200, b"")
    report = client.get(report_id).json()
    assert report["processingStatus"] == "CANCELLED"
    assert "processingEndTime" in report
    assert not {"processingStartTime", "reportDocumentId"} & set(report)
    simulator.script(LISTINGS, Script(statuses=["IN_PROGRESS"]))
    for unfit in (report_id, client.created()):
        refused = client.call("DELETE", f"{REPORTS}/{unfit}")
        assert (refused.status, refused.json()["errors"][0]["code"]) == (400, "InvalidInput")
    assert client.call("DELETE", f"{REPORTS}/1").status == 404


def test_search_pages_through_the_newest_first(client: Client, clock: Clock) -> None:
    made = []
    for _ in range(5):
        clock.now += 60
        made.append(client.created())
    seen, page = [], client.search(reportTypes=LISTINGS, pageSize=2).json()
    seen.append([report["reportId"] for report in page["reports"]])
    while "nextToken" in page:
        page = client.search(nextToken=page["nextToken"]).json()
        seen.append([report["reportId"] for report in page["reports"]])
    assert seen == [[made[4], made[3]], [made[2], made[1]], [made[0]]]


def test_search_filters(simulator: Simulator, client: Client, http: PoolManager, clock: Clock) -> None:
    listings, orders = client.created(), client.created("GET_FLAT_FILE_OPEN_LISTINGS_DATA")
    Client(simulator, http, seller="A3OTHER").created()
    simulator.add_report(SETTLEMENT, Script(statuses=["DONE"]), selling_partner_id="A2SELLER", age=89 * DAY)
    everything = f"{LISTINGS},GET_FLAT_FILE_OPEN_LISTINGS_DATA,{SETTLEMENT}"

    def found(**query: str) -> list[str]:
        return [each["reportId"] for each in client.search(**{"reportTypes": everything, **query}).json()["reports"]]

    settlement = simulator.reports[0].report_id
    assert sorted(found()) == sorted([listings, orders, settlement])
    assert found(reportTypes=LISTINGS) == [listings]
    assert found(processingStatuses="DONE,FATAL") == [settlement]
    assert found(marketplaceIds=f"ATVPDKIKX0DER,{'A1VC38T7YXB528'}") == [settlement]
    assert found(createdUntil=time_at(clock.now - DAY)) == [settlement]
    assert sorted(found(createdSince=time_at(clock.now - DAY))) == sorted([listings, orders])


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({}, "Either reportTypes or nextToken is required"),
        ({"reportTypes": ",".join(["X"] * 11)}, "at most 10"),
        ({"reportTypes": LISTINGS, "processingStatuses": "BAD_VALUE"}, "Invalid input in processing status"),
        ({"reportTypes": LISTINGS, "pageSize": "101"}, "allowed are 1 to 100"),
        ({"reportTypes": LISTINGS, "pageSize": "0"}, "allowed are 1 to 100"),
        ({"reportTypes": LISTINGS, "createdSince": "2026-01-01T00:00:00Z"}, "is more than 90 days old"),
        ({"nextToken": "unknown"}, "Invalid nextToken"),
    ],
)
def test_search_refuses(client: Client, query: Mapping[str, str], says: str) -> None:
    response = client.search(**query)
    assert (response.status, response.json()["errors"][0]["code"]) == (400, "InvalidInput")
    assert says in response.json()["errors"][0]["message"]


def test_search_refuses_a_next_token_in_company_and_repeated_parameters(client: Client) -> None:
    client.created(), client.created()
    token = client.search(reportTypes=LISTINGS, pageSize=1).json()["nextToken"]
    assert client.search(nextToken=token, pageSize=1).status == 400
    assert client.call("GET", f"{REPORTS}?reportTypes=A&reportTypes=B").status == 400
    assert client.search(nextToken=token).status == 200


def test_reports_of_others_are_listed_and_can_be_fetched(simulator: Simulator, client: Client) -> None:
    added = simulator.add_report(
        SETTLEMENT, Script(statuses=["DONE"]), selling_partner_id="A2SELLER", age=timedelta(days=3).total_seconds()
    )
    (listed,) = client.search(reportTypes=SETTLEMENT).json()["reports"]
    assert (listed["reportId"], listed["processingStatus"]) == (added.report_id, "DONE")
    assert client.document(listed["reportDocumentId"]).status == 200
