"""What one due time stands for: whose requests, with which windows, under which names."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from lambdas.request.parsing import parse_request
from lambdas.schedules.report_config import ConfiguredReport, ScheduleTiming, SellingPartner
from lambdas.schedules.scheduled_executions import ScheduledExecution, scheduled_executions
from tests.testing.reports_files import ORDERS, PARTNERS, SEARCH_TERMS, report, report_config_of
from tests.testing.samples import FRANCE, GERMANY, USA

DUE = datetime(2026, 11, 24, 6, tzinfo=ZoneInfo("Europe/Berlin"))


def started(folder: Path, *, days_later: int = 0, **keys: str) -> list[ScheduledExecution]:
    """Return what is started for a report with these keys, in Berlin's time zone."""
    (configured,) = report_config_of(PARTNERS + report(timeZone='"Europe/Berlin"', **keys), folder).reports
    return list(scheduled_executions(configured, due=DUE + timedelta(days=days_later)))


def test_a_day_is_that_of_the_schedule_s_time_zone(tmp_path: Path) -> None:
    first, second = started(tmp_path, period='"previous-day"', deadlineHours="2", utf8Copy="true")
    assert first.input == {
        "sellingPartnerId": "A2ACME",
        "reportType": ORDERS,
        "marketplaceIds": [FRANCE, GERMANY],
        "scheduledTime": "2026-11-24T05:00:00Z",
        "timeZone": "Europe/Berlin",
        "dataStartTime": "2026-11-23T00:00:00+01:00",
        "dataEndTime": "2026-11-23T23:59:59+01:00",
        "deadlineHours": 2,
        "utf8Copy": True,
    }
    assert (second.input["sellingPartnerId"], second.input["marketplaceIds"]) == ("A3ACME", [USA])
    assert first.name.startswith("FLAT_FILE_ALL_ORDERS_DATA_BY-acme-20261123-")
    assert first.name != second.name


def test_a_type_of_one_marketplace_is_asked_for_in_each(tmp_path: Path) -> None:
    weekly: Any = {
        "reportType": f'"{SEARCH_TERMS}"',
        "reportOptions": '{reportPeriod = "WEEK"}',
        "period": '"previous-week"',
        "schedule": '"cron(0 6 ? * WED *)"',
    }
    all_of_them = started(tmp_path, **weekly)
    assert [start.input["marketplaceIds"] for start in all_of_them] == [[FRANCE], [GERMANY], [USA], [GERMANY]]
    assert len({start.name for start in all_of_them}) == 4
    assert re.fullmatch(r"BRAND_ANALYTICS_SEARCH_TERMS-acme-20261115-20261121-[0-9a-f]{8}", all_of_them[0].name)
    some = started(tmp_path, **weekly, marketplaceIds='["FR", "US"]')
    assert [start.input["marketplaceIds"] for start in some] == [[FRANCE], [USA]]


def test_days_that_amazon_restates_are_asked_for_again_each_under_a_name_of_its_own(tmp_path: Path) -> None:
    looked_back = started(tmp_path, period='"previous-day"', lookbackDays="2", sellingPartners='["acme"]')
    assert [(start.input["dataStartTime"][:10], start.input.get("refresh", False)) for start in looked_back[::2]] == [
        ("2026-11-23", False),
        ("2026-11-22", True),
        ("2026-11-21", True),
    ]
    tomorrow = started(tmp_path, days_later=1, period='"previous-day"', lookbackDays="2")
    assert not {start.name for start in looked_back} & {start.name for start in tomorrow}


def test_a_snapshot_is_of_the_time_it_was_due(tmp_path: Path) -> None:
    first, *_ = started(tmp_path, reportType='"GET_MERCHANT_LISTINGS_ALL_DATA"')
    assert first.input["scheduledTime"] == "2026-11-24T05:00:00Z"
    assert "dataStartTime" not in first.input
    assert first.name.startswith("MERCHANT_LISTINGS_ALL_DATA-acme-20261124T0600-")


def test_what_does_not_tell_reports_apart_does_not_change_the_name(tmp_path: Path) -> None:
    plain, wishes = started(tmp_path), started(tmp_path, deadlineHours="2", utf8Copy="true")
    assert [start.name for start in plain] == [start.name for start in wishes]


NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}", fullmatch=True)
TYPES = st.from_regex(r"[A-Z][A-Z0-9_]{0,100}", fullmatch=True)


@given(NAMES, TYPES, st.sampled_from([None, "previous-hour", "previous-day", "previous-month", "last-30-days"]))
def test_a_name_is_one_that_step_functions_takes_and_an_input_one_that_the_machine_does(
    name: str, report_type: str, period: Any
) -> None:
    partner = SellingPartner(name=name, selling_partner_id="A2", account="seller", marketplace_ids=(USA,))
    timing = ScheduleTiming(schedule="rate(1 day)", time_zone="Europe/Berlin")
    configured = ConfiguredReport(
        index=0, report_type=report_type, selling_partners=(partner,), timing=timing, period=period
    )
    (start,) = scheduled_executions(configured, due=DUE)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,80}", start.name)
    assert parse_request(start.input, now=DUE)["sellingPartnerId"] == "A2"
