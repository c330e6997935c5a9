"""The usage plans: how many calls pass, and when the next one does."""

from collections import Counter
from collections.abc import Callable

import pytest
from urllib3 import PoolManager

from local.simulator import Simulator
from local.simulator.quota import PLANS
from tests.testing.simulator_client import DOCUMENTS, LISTINGS, REPORTS, SCHEDULES, TOKENS, Client, Clock

CALLS: dict[str, Callable[[Client], int]] = {
    "createReport": lambda client: client.call("POST", REPORTS, body={}).status,
    "getReport": lambda client: client.get("1").status,
    "getReports": lambda client: client.search(reportTypes=LISTINGS).status,
    "cancelReport": lambda client: client.call("DELETE", f"{REPORTS}/1").status,
    "createReportSchedule": lambda client: client.call("POST", SCHEDULES, body={}).status,
    "getReportSchedules": lambda client: client.call("GET", SCHEDULES, query={"reportTypes": LISTINGS}).status,
    "getReportSchedule": lambda client: client.call("GET", f"{SCHEDULES}/1").status,
    "cancelReportSchedule": lambda client: client.call("DELETE", f"{SCHEDULES}/1").status,
    "getReportDocument": lambda client: client.call("GET", f"{DOCUMENTS}/1").status,
    "createRestrictedDataToken": lambda client: client.call("POST", TOKENS, body={}).status,
}


@pytest.mark.parametrize(
    ("operation", "burst", "seconds"),
    [
        ("createReport", 15, 60),
        ("getReport", 15, 0.5),
        ("getReports", 10, 45.1),
        ("cancelReport", 10, 45.1),
        ("createReportSchedule", 10, 45.1),
        ("getReportSchedules", 10, 45.1),
        ("getReportSchedule", 10, 45.1),
        ("cancelReportSchedule", 10, 45.1),
        ("getReportDocument", 15, 60),
        ("createRestrictedDataToken", 10, 1),
    ],
)
def test_bucket_empties_after_its_burst_and_refills_at_its_rate(
    client: Client, clock: Clock, operation: str, burst: int, seconds: float
) -> None:
    client.token = client.lwa().json()["access_token"]
    call = CALLS[operation]
    passed = Counter(call(client) == 429 for _ in range(burst + 3))
    assert passed == {False: burst, True: 3}
    clock.now += seconds * 0.9
    assert call(client) == 429
    clock.now += seconds * 0.1
    assert [call(client) == 429 for _ in range(2)] == [False, True]


def test_bucket_never_holds_more_than_its_burst(client: Client, clock: Clock) -> None:
    client.get("1")
    clock.now += 3000
    assert [client.get("1").status for _ in range(16)] == [404] * 15 + [429]


def test_sellers_and_operations_have_buckets_of_their_own(
    simulator: Simulator, client: Client, http: PoolManager
) -> None:
    assert [client.get("1").status for _ in range(16)][-1] == 429
    assert client.search(reportTypes=LISTINGS).status == 200
    assert Client(simulator, http, seller="A3OTHER").get("1").status == 404


def test_speed_refills_faster(http: PoolManager, clock: Clock) -> None:
    begun = clock()
    with Simulator(clock=clock, reports_clock=lambda: begun + (clock() - begun) * 120) as simulator:
        client = Client(simulator, http)
        assert [client.create().status for _ in range(16)][-1] == 429
        clock.now += 0.5
        assert [client.create().status for _ in range(2)] == [202, 429]


def test_the_rate_is_told_with_answers_of_the_operation_and_not_when_throttled(client: Client) -> None:
    answers = [client.get("1") for _ in range(16)]
    told = {(answer.status, answer.headers.get("x-amzn-RateLimit-Limit")) for answer in answers}
    assert told == {(404, "2.0"), (429, None)}
    assert answers[-1].json()["errors"][0] == {
        "code": "QuotaExceeded",
        "message": "You exceeded your quota for the requested resource.",
        "details": "",
    }
    assert client.create().headers["x-amzn-RateLimit-Limit"] == "0.0167"


def test_throttled_calls_are_noted_with_their_type(simulator: Simulator, client: Client) -> None:
    for _ in range(17):
        client.create()
    assert simulator.count(report_type=LISTINGS)["createReport"] == 17
    assert [call.status for call in simulator.calls].count(429) == 2


def test_every_plan_is_tried() -> None:
    assert set(CALLS) == set(PLANS)
