"""Schedules of Amazon's own: made, replaced, listed and cancelled; their reports come at their times."""

from datetime import UTC, datetime
from typing import Any

import pytest

from local.simulator import Simulator
from local.simulator.schedules import PERIODS, after, before
from tests.testing.simulator_client import GERMANY, LISTINGS, SCHEDULES, Client, Clock

FRANCE, DAY = "A13V1IB3VIYZZH", 86_400
ORDERS = "GET_ORDER_REPORT_DATA_SHIPPING"


def listed(client: Client, *report_types: str) -> list[dict[str, Any]]:
    answer = client.call("GET", SCHEDULES, query={"reportTypes": ",".join(report_types or [ORDERS])})
    return list(answer.json()["reportSchedules"])


def test_reports_are_made_at_the_period_and_name_their_schedule(
    simulator: Simulator, client: Client, clock: Clock
) -> None:
    schedule_id, begin = client.scheduled("P1D", ORDERS, reportOptions={"a": "b"}), clock.now
    assert simulator.reports == []
    clock.now += 2.5 * DAY
    client.token = None
    made = client.search(reportTypes=ORDERS).json()["reports"]
    assert [report["reportScheduleId"] for report in made] == [schedule_id] * 2
    assert {report["dataEndTime"] for report in made} == {
        datetime.fromtimestamp(begin + days * DAY, UTC).isoformat(timespec="seconds") for days in (1, 2)
    }
    assert [report.created for report in simulator.reports] == [begin + DAY, begin + 2 * DAY]
    (schedule,) = listed(client)
    assert (schedule["period"], schedule["reportOptions"], schedule["marketplaceIds"]) == ("P1D", {"a": "b"}, [GERMANY])
    assert datetime.fromisoformat(schedule["nextReportCreationTime"]).timestamp() == int(begin + 3 * DAY)


def test_the_first_report_comes_when_it_is_wished_for(client: Client, clock: Clock, simulator: Simulator) -> None:
    client.scheduled("P1D", ORDERS, nextReportCreationTime=datetime.fromtimestamp(clock.now + 60, UTC).isoformat())
    clock.now += 60
    assert len(simulator.reports) == 1


def test_one_of_the_same_type_and_marketplaces_is_replaced(client: Client) -> None:
    first, other = client.scheduled("P1D", ORDERS), client.scheduled("P1D", ORDERS, marketplaceIds=[FRANCE])
    second = client.scheduled("P7D", ORDERS)
    assert {one["reportScheduleId"]: one["period"] for one in listed(client)} == {other: "P1D", second: "P7D"}
    assert client.call("GET", f"{SCHEDULES}/{first}").status == 404


def test_one_that_is_cancelled_makes_no_more_reports(client: Client, clock: Clock, simulator: Simulator) -> None:
    schedule_id = client.scheduled("PT5M", ORDERS)
    clock.now += 300
    assert client.call("DELETE", f"{SCHEDULES}/{schedule_id}").status == 200
    clock.now += DAY
    client.token = None
    assert (len(simulator.reports), listed(client)) == (1, [])
    assert client.call("DELETE", f"{SCHEDULES}/{schedule_id}").status == 404


def test_another_seller_sees_nothing_of_it(simulator: Simulator, client: Client) -> None:
    schedule_id = client.scheduled("P1D", ORDERS)
    stranger = Client(simulator, client.http, seller="A2OTHER")
    assert (listed(stranger), stranger.call("GET", f"{SCHEDULES}/{schedule_id}").status) == ([], 404)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"period": "P4D"}, "period is P4D; allowed are PT5M, "),
        ({"period": ""}, "One or more required parameters missing"),
        ({"marketplaceIds": []}, "One or more required parameters missing"),
        ({"reportOptions": {"a": True}}, "reportOptions is not a map of strings to strings"),
        ({"reportType": "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"}, "is not allowed at this time"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(client: Client, body: dict[str, Any], words: str) -> None:
    answer = client.schedule(**{"period": "P1D", **body})
    assert (answer.status, words in answer.json()["errors"][0]["message"]) == (400, True)


def test_types_are_required_and_ten_at_most(client: Client) -> None:
    assert client.call("GET", SCHEDULES).status == 400
    assert client.call("GET", SCHEDULES, query={"reportTypes": ",".join(f"T{n}" for n in range(11))}).status == 400
    assert listed(client, LISTINGS, ORDERS) == []


@pytest.mark.parametrize("period", PERIODS)
def test_a_period_ends_after_it_begins(period: str) -> None:
    moment = datetime(2026, 1, 31, 6, tzinfo=UTC)
    assert before(after(moment, period), period) <= moment < after(moment, period)


def test_a_month_is_a_month_of_the_calendar() -> None:
    assert after(datetime(2026, 1, 31, tzinfo=UTC), "P1M") == datetime(2026, 2, 28, tzinfo=UTC)
    assert before(datetime(2026, 1, 15, tzinfo=UTC), "P1M") == datetime(2025, 12, 15, tzinfo=UTC)
