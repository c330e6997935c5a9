"""The windows that should be there: also those that a schedule skipped, since clocks were set forward over its time."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from lambdas.schedules.expected_windows import expected_windows
from planning.forecast import forecast
from tests.testing.reports_files import PARTNERS, report, report_config_of

HALF_PAST_TWO = report(schedule='"cron(30 2 * * ? *)"', timeZone='"Europe/Berlin"', sellingPartners='["acme"]')
SINCE, NOW = datetime(2027, 3, 27, tzinfo=UTC), datetime(2027, 3, 30, tzinfo=UTC)


def test_a_window_whose_time_was_skipped_is_expected_and_says_why(tmp_path: Path) -> None:
    report_config = report_config_of(PARTNERS + HALF_PAST_TWO, tmp_path)
    windows = {each.request["firstDay"]: each.skipped for each in expected_windows(report_config, since=SINCE, now=NOW)}
    assert windows == {
        "2027-03-26": None,
        "2027-03-27": "clocks were set forward over 2027-03-28 02:30, which EventBridge Scheduler skips",
        "2027-03-28": None,
    }


def test_a_snapshot_that_was_skipped_cannot_be_had_any_more(tmp_path: Path) -> None:
    listing = report(
        reportType='"GET_MERCHANT_LISTINGS_ALL_DATA"',
        schedule='"cron(30 2 * * ? *)"',
        timeZone='"Europe/Berlin"',
        sellingPartners='["acme"]',
    )
    report_config = report_config_of(PARTNERS + listing, tmp_path)
    days = {each.request["firstDay"] for each in expected_windows(report_config, since=SINCE, now=NOW)}
    assert days == {"2027-03-27", "2027-03-29"}


@pytest.mark.parametrize(("now", "skipped"), [(SINCE, ["2027-03-28T02:30"]), (NOW, [])])
def test_the_plan_tells_of_a_time_that_is_skipped(tmp_path: Path, now: datetime, skipped: list[str]) -> None:
    planned = forecast(report_config_of(PARTNERS + HALF_PAST_TWO, tmp_path), now=now)
    assert [each["skipped"] for each in planned["reports"]] == [skipped]
