"""reports.toml: what it comes down to, and the line and the sentence of all that is wrong with it."""

import json
import re
from pathlib import Path

import pytest

from lambdas.schedules.report_config import ConfiguredReport, ReportConfig, ScheduleTiming, SellingPartner
from planning.load import SCHEMA, InvalidReports
from tests.testing.reports_files import ORDERS, PARTNERS, SEARCH_TERMS, report, report_config_of
from tests.testing.samples import FRANCE, GERMANY, USA

SHIPPED = (SCHEMA.parent / "reports.toml").read_text()
WEEKLY = {"reportType": f'"{SEARCH_TERMS}"', "reportOptions": '{reportPeriod = "WEEK"}', "period": '"previous-week"'}

TRAFFIC = "GET_SALES_AND_TRAFFIC_REPORT"
PARTNER_KEYS = "name, sellingPartnerId, secretName, account, marketplaceIds, enabled"
EXPRESSIONS = '"cron(minutes hours day-of-month month day-of-week year)" or "rate(n minutes)", hours or days'
PERIODS = "previous-hour, previous-day, previous-week, previous-month, previous-quarter or last-<1 to 999>-days"

TOO_EARLY = (
    f"the data of {SEARCH_TERMS} is there 72 hours after the period's end; "
    "give a schedule that is due 42 hours later, or delayDays = 2"
)


def refused(text: str, folder: Path) -> list[str]:
    """Return the lines that refuse a file."""
    with pytest.raises(InvalidReports) as invalid:
        report_config_of(text, folder)
    return str(invalid.value).splitlines()


def test_the_shipped_file_asks_for_nothing_and_is_right_once_it_is_enabled(tmp_path: Path) -> None:
    assert report_config_of(SHIPPED, tmp_path).timings == {}
    enabled = report_config_of(SHIPPED.replace("enabled = false", "enabled = true"), tmp_path)
    assert [len(report.selling_partners) for reports in enabled.timings.values() for report in reports] == [1, 1]


def test_an_empty_file_is_an_empty_report_config(tmp_path: Path) -> None:
    assert report_config_of("", tmp_path) == ReportConfig(selling_partners=(), reports=())


def test_every_key_is_read(tmp_path: Path) -> None:
    every = report(
        sellingPartners='["acme"]',
        marketplaceIds='["DE", "US"]',
        reportOptions='{a = "b"}',
        period='"previous-day"',
        schedule='"rate(12 hours)"',
        timeZone='"Asia/Tokyo"',
        flexibleMinutes="15",
        delayDays="2",
        lookbackDays="3",
        deadlineHours="1.5",
        utf8Copy="true",
        enabled="false",
    )
    (read,) = report_config_of(PARTNERS + every, tmp_path).reports
    acme = SellingPartner(name="acme", selling_partner_id="A2ACME", account="seller", marketplace_ids=(FRANCE, GERMANY))
    other = SellingPartner(name="acme", selling_partner_id="A3ACME", account="seller", marketplace_ids=(USA,))
    assert read == ConfiguredReport(
        index=0,
        report_type=ORDERS,
        selling_partners=(acme, other),
        timing=ScheduleTiming(schedule="rate(12 hours)", time_zone="Asia/Tokyo", flexible_minutes=15),
        marketplace_ids=(GERMANY, USA),
        report_options={"a": "b"},
        period="previous-day",
        delay_days=2,
        lookback_days=3,
        deadline_hours=1.5,
        utf8_copy=True,
        enabled=False,
    )
    # What the schema, and so an editor, offers is what is read here; all of it differs from its default.
    offered = json.loads(SCHEMA.read_text())["$defs"]["report"]["properties"]
    written = {line.split(" = ")[0] for line in every.splitlines() if " = " in line}
    assert written == set(offered)
    defaults = ConfiguredReport(index=1, report_type="", selling_partners=(), timing=ScheduleTiming(schedule=""))
    assert all(getattr(read, key) != getattr(defaults, key) for key in vars(defaults))


def test_the_page_on_the_file_has_all_its_keys() -> None:
    tables = (SCHEMA.parent / "docs" / "configuration.md").read_text().split("## `[[")[1:]
    kinds = json.loads(SCHEMA.read_text())["$defs"]
    for table, kind in zip(tables, ("sellingPartner", "report"), strict=True):
        keys = {key for row in re.findall(r"^\| (.*?) \|", table, re.MULTILINE) for key in re.findall(r"`(\w+)`", row)}
        assert keys == set(kinds[kind]["properties"])


def test_a_report_is_for_all_whose_account_it_fits_and_for_nobody_who_is_disabled(tmp_path: Path) -> None:
    text = PARTNERS + "enabled = false\n" + report() + report(reportType='"GET_COUPON_PERFORMANCE_REPORT"')
    assert [
        [partner.selling_partner_id for partner in one.selling_partners]
        for one in report_config_of(text, tmp_path).reports
    ] == [["A2ACME", "A3ACME"]] * 2


def test_a_table_of_the_wrong_shape_is_told_with_every_line_that_is_wrong(tmp_path: Path) -> None:
    text = """\
[[sellingPartners]]
nam = "acme"
account = "shop"

[[reports]]
reportType = "GET_X"
schedule = "daily"
period = "yesterday"
[reports.reportOptions]
a = 1

[other]
"""
    assert refused(text, tmp_path) == [
        "reports.toml:1: sellingPartners[0] lacks marketplaceIds",
        "reports.toml:1: sellingPartners[0] lacks name",
        "reports.toml:1: sellingPartners[0] lacks sellingPartnerId",
        f"reports.toml:2: sellingPartners[0].nam is not known; allowed are {PARTNER_KEYS}",
        'reports.toml:3: sellingPartners[0].account is \'shop\'; allowed is "seller" or "vendor"',
        f"reports.toml:7: reports[0].schedule is 'daily'; allowed is {EXPRESSIONS}",
        f"reports.toml:8: reports[0].period is 'yesterday'; allowed is {PERIODS}",
        'reports.toml:10: reports[0].reportOptions.a is 1; allowed is a string, such as "true"',
        "reports.toml:12: other is not known; allowed are sellingPartners, reports",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a = \n", "1: it is not TOML: Invalid value (at line 1, column 5)"),
        (PARTNERS * 2, "19: sellingPartners[3].name is 'acme', which an earlier selling partner in EU has"),
        (
            PARTNERS.replace('["US"]', '["US", "DE"]'),
            "11: sellingPartners[1].marketplaceIds is of several regions: ",
        ),
        (
            PARTNERS.replace('["US"]', '["DD"]'),
            "11: sellingPartners[1].marketplaceIds has 'DD', which is no mark",
        ),
        (report(sellingPartners='["x"]'), "5: reports[0].sellingPartners has 'x', which is no selling partner; there"),
        (
            PARTNERS + report(sellingPartners='["Vendor and Sons"]'),
            f"22: reports[0].sellingPartners has 'Vendor and Sons', a vendor, and {ORDERS} is for sellers",
        ),
        (report(marketplaceIds='["XX"]'), "5: reports[0].marketplaceIds has 'XX', which is no marketplace; allowed"),
        (report(timeZone='"Mars/One"'), "5: reports[0].timeZone is 'Mars/One', which is no time zone; allowed is a"),
        (report(schedule='"cron(0 6 * * *)"'), "4: reports[0].schedule is 'cron(0 6 * * *)', which EventBridge does"),
        (report(schedule='"cron(0 6 * * ? 2020)"'), "4: reports[0].schedule is 'cron(0 6 * * ? 2020)', which is never"),
        (
            report(reportType='"GET_MERCHANT_LISTINGS_ALL_DATA"', delayDays="1"),
            "5: reports[0].delayDays is 1, and there is no period to count back",
        ),
        (
            report(lookbackDays="1", period='"last-2-days"'),
            "5: reports[0].lookbackDays is 1; it needs period = 'previous-day'",
        ),
        # How Amazon reads the window of a type.
        (
            report(reportType=f'"{ORDERS}"'),
            f"2: reports[0] lacks period, and {ORDERS} is of a window: give 'previous-day'",
        ),
        (
            report(reportType='"GET_LEDGER_DETAIL_VIEW_DATA"'),
            "2: reports[0] lacks period, and GET_LEDGER_DETAIL_VIEW_DATA is of a window: give 'previous-day'",
        ),
        (
            report(reportType='"GET_MERCHANT_LISTINGS_ALL_DATA"', period='"previous-day"'),
            "5: reports[0].period is 'previous-day', and GET_MERCHANT_LISTINGS_ALL_DATA is of the moment it is made: ",
        ),
        (
            report(reportType=f'"{TRAFFIC}"', period='"previous-hour"'),
            f"5: reports[0].period is 'previous-hour', and {TRAFFIC} is of whole days: give 'previous-day'",
        ),
        (
            report(reportType=f'"{TRAFFIC}"', period='"previous-day"', reportOptions='{dateGranularity = "WEEK"}'),
            "5: reports[0].period is 'previous-day', and reportOptions.dateGranularity is 'WEEK': give 'previous-week'",
        ),
        (
            report(reportType='"END_USER_DATA_REPORT"', period='"previous-day"'),
            (
                "5: reports[0].period is 'previous-day', and reportOptions.reportPeriod is 'MONTH' where it is not "
                "given: give 'previous-month'"
            ),
        ),
        (
            PARTNERS
            + report(reportType=f'"{TRAFFIC}"', period='"last-7-days"', reportOptions='{dateGranularity = "WEEK"}'),
            (
                f"22: reports[0].period cannot be had: {TRAFFIC} by WEEK needs dataStartTime and dataEndTime on a "
                "Sunday and a Saturday, and 2026-11-18 and 2026-11-24 were found: give 2026-11-15 and 2026-11-21"
            ),
        ),
        (
            PARTNERS
            + report(
                reportType=f'"{TRAFFIC}"',
                period='"last-7-days"',
                delayDays="7",
                reportOptions='{dateGranularity = "WEEK"}',
            ),
            (
                "22: reports[0].period cannot be had: of dataStartTime and dataEndTime on 2026-11-11 and 2026-11-17 "
                "Amazon makes 2026-11-08 and 2026-11-21"
            ),
        ),
        # Once a year a day in Berlin has 25 hours.
        (
            PARTNERS
            + report(
                reportType='"GET_VENDOR_REAL_TIME_INVENTORY_REPORT"',
                period='"previous-day"',
                timeZone='"Europe/Berlin"',
            ),
            (
                "22: reports[0].period cannot be had: GET_VENDOR_REAL_TIME_INVENTORY_REPORT spans 24 hours at most, "
                "and dataStartTime to dataEndTime are 25"
            ),
        ),
        # What Amazon would not take is told by the rules that hold for every execution.
        (
            PARTNERS + report(period='"last-40-days"'),
            f"22: reports[0].period cannot be had: {ORDERS} spans 30 days at most, and dataStartTime to dataEndTime",
        ),
        (
            PARTNERS + report(reportType='"GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"', period='"previous-day"'),
            "22: reports[0].period is given, and Amazon makes GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2 by itself: ",
        ),
        (
            PARTNERS + report(reportType=f'"{SEARCH_TERMS}"', reportOptions="{}", period='"previous-week"'),
            "22: reports[0].reportOptions cannot be had: reportOptions lacks reportPeriod",
        ),
        (
            report(**{**WEEKLY, "period": '"previous-day"'}),
            "6: reports[0].period is 'previous-day', and reportOptions.reportPeriod is 'WEEK': give 'previous-week'",
        ),
        # The week's last second is on Saturday; 72 hours later it is Wednesday.
        (
            report(**WEEKLY, schedule='"cron(0 6 ? * MON *)"'),
            f"4: reports[0].schedule is 'cron(0 6 ? * MON *)', too early: {TOO_EARLY}",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_the_mend(text: str, sentence: str, tmp_path: Path) -> None:
    lines = refused(text, tmp_path)
    assert lines[0].startswith(f"reports.toml:{sentence}"), lines


@pytest.mark.parametrize("mend", [{"schedule": '"cron(0 0 ? * WED *)"'}, {"delayDays": "2"}])
def test_the_mend_of_a_schedule_that_is_too_early_is_one(mend: dict[str, str], tmp_path: Path) -> None:
    weekly = {**WEEKLY, "schedule": '"cron(0 6 ? * MON *)"', **mend}
    assert report_config_of(PARTNERS + report(**weekly), tmp_path).reports


def test_so_many_schedules_that_no_stack_holds_them_are_refused(tmp_path: Path) -> None:
    times = [f'"cron({minute} {hour} * * ? *)"' for hour in range(6) for minute in range(60)]
    text = PARTNERS + "".join(report(schedule=time) for time in times)
    assert refused(text, tmp_path) == [
        "reports.toml:19: reports have 360 different schedules; allowed are 300: let some share"
    ]


def test_more_executions_at_one_time_than_can_be_started_are_refused_with_their_report(tmp_path: Path) -> None:
    partner = '[[sellingPartners]]\nname = "p{0}"\nsellingPartnerId = "A{0}"\naccount = "seller"\n'
    partners = "".join(partner.format(number) + 'marketplaceIds = ["DE"]\n' for number in range(600))
    daily = report(period='"previous-day"', lookbackDays="90")
    by_date = '"GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL"'
    other = report(reportType=by_date, period='"previous-day"', lookbackDays="90")
    (line,) = refused(partners + daily + other, tmp_path)
    number = (partners + daily).count("\n") + other[: other.index("schedule")].count("\n") + 1
    assert line == (
        f"reports.toml:{number}: reports[1].schedule is 'cron(0 6 * * ? *)', at which 109,200 executions would be due "
        "with this report; allowed are 100,000 at a time: give it another time, or fewer lookbackDays"
    )
