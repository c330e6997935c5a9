"""The ranges that gaps are in, by the days of their own calendar, and the commands that close them."""

import shlex
from datetime import UTC, datetime
from typing import Any

import pytest

from cli.gap_ranges import ranges
from lambdas.request.backfill import parse_backfill
from lambdas.request.window import days_of
from tests.testing.samples import FRANCE, GERMANY

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def lines(gaps: list[dict[str, Any]]) -> list[str]:
    return [str(each) for each in ranges(gaps)]


def gap(start: str, end: str, *, kind: str = "missing", reason: str | None = None, **given: Any) -> dict[str, Any]:
    """Return a gap as Find gaps has it, of a window of these days in Berlin."""
    window = {"dataStartTime": f"{start}T00:00:00+01:00", "dataEndTime": f"{end}T23:59:59+01:00"} if start else {}
    whose = {"sellingPartnerId": "A2", "reportType": "GET_X", "marketplaceIds": [GERMANY, FRANCE]}
    return {
        "kind": kind,
        "reason": reason,
        "input": {**whose, "scheduledTime": "2026-11-24T05:00:00Z", **window, **given},
    }


def test_windows_that_are_alike_are_one_line_with_their_local_days() -> None:
    days = [gap(f"2026-11-{day}", f"2026-11-{day}") for day in (21, 22, 23)]
    assert lines(days) == ["missing: GET_X of A2 in DE,FR, 2026-11-21 to 2026-11-23 (3 windows)"]
    assert lines(days[:1]) == ["missing: GET_X of A2 in DE,FR, 2026-11-21"]


def test_what_differs_is_told_apart() -> None:
    told = lines(
        [
            gap("2026-11-15", "2026-11-21", marketplaceIds=[GERMANY]),
            gap("2026-11-21", "2026-11-21", kind="failed", reason="NOT_YET_AVAILABLE"),
            gap("", ""),
            gap("", "", dataStartTime="2026-11-21T05:00:00+01:00", dataEndTime="2026-11-21T05:59:59+01:00"),
        ]
    )
    assert told == [
        "missing: GET_X of A2 in DE, 2026-11-15 to 2026-11-21",
        "failed: GET_X of A2 in DE,FR, 2026-11-21: NOT_YET_AVAILABLE",
        "missing: GET_X of A2 in DE,FR, 2026-11-21T05:00:00+01:00 to 2026-11-24T05:00:00Z (2 windows)",
    ]


def test_windows_that_do_not_meet_are_ranges_of_their_own() -> None:
    days = [gap(f"2026-11-{day}", f"2026-11-{day}") for day in (18, 23, 17, 24, 25, 17)]
    assert [(each.first, each.last, len(each.windows)) for each in ranges(days)] == [
        ("2026-11-17", "2026-11-18", 2),
        ("2026-11-23", "2026-11-25", 3),
    ]


@pytest.mark.parametrize(
    ("report_type", "windows", "options"),
    [
        ("GET_SALES_AND_TRAFFIC_REPORT", [("2026-11-20", "2026-11-20"), ("2026-11-21", "2026-11-21")], {}),
        ("GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL", [("2026-11-20", "2026-11-20")], {}),
        ("GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL", [("2026-11-08", "2026-11-14")], {}),
        (
            "GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT",
            [("2026-11-08", "2026-11-14"), ("2026-11-15", "2026-11-21")],
            {"reportPeriod": "WEEK"},
        ),
    ],
)
def test_the_backfill_of_a_range_has_its_windows(
    report_type: str, windows: list[tuple[str, str]], options: dict[str, str]
) -> None:
    more: dict[str, Any] = {"reportType": report_type, "marketplaceIds": [GERMANY], "timeZone": "Europe/Berlin"}
    more |= {"reportOptions": options} if options else {}
    (found,) = ranges([gap(*window, **more) for window in windows])
    (command,) = found.commands(now=NOW)
    words = shlex.split(command)
    flags = dict(zip(words[2::2], words[3::2], strict=True))
    assert words[:2] == ["reportflow", "backfill"]
    assert (flags["--seller"], flags["--type"], flags["--marketplace"]) == ("A2", report_type, "DE")
    given = {"sellingPartnerId": "A2", **more, "from": flags["--from"], "to": flags["--to"]}
    given |= {"period": flags["--period"]} if "--period" in flags else {}
    assert flags["--time-zone"] == "Europe/Berlin"
    assert [days_of(each) for each in parse_backfill(given, now=NOW)] == windows


def test_what_no_backfill_asks_for_is_started() -> None:
    hour = {"dataStartTime": "2026-11-21T05:00:00+01:00", "dataEndTime": "2026-11-21T05:59:59+01:00"}
    found = ranges([gap("", ""), gap("", "", reason="x", **hour)])
    commands = [command for each in found for command in each.commands(now=NOW)]
    same = "reportflow start --seller A2 --type GET_X --marketplace DE --marketplace FR"
    assert commands == [same, f"{same} --start 2026-11-21T05:00:00+01:00 --end 2026-11-21T05:59:59+01:00"]
