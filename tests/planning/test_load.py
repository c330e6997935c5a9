"""reports.toml: what it comes down to, and the line and the sentence of all that is wrong with it."""

import json
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lambdas.schedules.report_config import ConfiguredReport, ReportConfig, ScheduleTiming, SellingPartner, from_toml
from planning.load import SCHEMA, InvalidReports, notes
from tests.testing.reports_files import NOW, ORDERS, PARTNERS, SEARCH_TERMS, report, report_config_of
from tests.testing.samples import FRANCE, GERMANY, USA

SHIPPED = (SCHEMA.resolve().parent / "reports.toml").read_text()
PROMOTIONS = {
    "reportType": '"GET_PROMOTION_PERFORMANCE_REPORT"',
    "reportOptions": '{promotionStartDateFrom = "2026-01-01T00:00:00Z", promotionStartDateTo = "2026-02-01T00:00:00Z"}',
}
LISTINGS = '"GET_MERCHANT_LISTINGS_ALL_DATA"'
WEEKLY = {"reportType": f'"{SEARCH_TERMS}"', "reportOptions": '{reportPeriod = "WEEK"}', "period": '"previous-week"'}

TRAFFIC = "GET_SALES_AND_TRAFFIC_REPORT"
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


def test_every_key_is_read() -> None:
    every = report(
        sellingPartners='["acme"]',
        marketplaceIds='["DE", "US"]',
        reportOptions='{a = "b"}',
        unknownOptions='"allow"',
        amazonSchedule='"P1D"',
        allMarketplaces="true",
        period='"previous-day"',
        schedule='"rate(12 hours)"',
        timeZone='"Asia/Tokyo"',
        flexibleMinutes="15",
        delayDays="2",
        lookbackDays="3",
        deadlineHours="1.5",
        utf8Copy="true",
        table="false",
        enabled="false",
    )
    read = from_toml(tomllib.loads(PARTNERS + every)).reports[0]
    acme = SellingPartner(name="acme", selling_partner_id="A2ACME", account="seller", marketplace_ids=(FRANCE, GERMANY))
    other = SellingPartner(name="acme", selling_partner_id="A3ACME", account="seller", marketplace_ids=(USA,))
    assert read == ConfiguredReport(
        index=0,
        report_type=ORDERS,
        selling_partners=(acme, other),
        timing=ScheduleTiming(schedule="rate(12 hours)", time_zone="Asia/Tokyo", flexible_minutes=15),
        marketplace_ids=(GERMANY, USA),
        names=("acme",),
        report_options={"a": "b"},
        unknown_options="allow",
        amazon_schedule="P1D",
        all_marketplaces=True,
        period="previous-day",
        delay_days=2,
        lookback_days=3,
        deadline_hours=1.5,
        utf8_copy=True,
        table=False,
        enabled=False,
    )
    # What the schema, and so an editor, offers is what is read here; all of it differs from its default.
    offered = json.loads(SCHEMA.read_text())["$defs"]["report"]["properties"]
    written = {line.split(" = ")[0] for line in every.splitlines() if " = " in line}
    assert written == set(offered)
    defaults = ConfiguredReport(index=1, report_type="", selling_partners=(), timing=ScheduleTiming(schedule=""))
    assert all(getattr(read, key) != getattr(defaults, key) for key in vars(defaults))


def test_the_page_on_the_file_has_all_its_keys() -> None:
    tables = (SCHEMA.resolve().parent / "docs" / "configuration.md").read_text().split("## `[[")[1:]
    kinds = json.loads(SCHEMA.read_text())["$defs"]
    for table, kind in zip(tables, ("sellingPartner", "report"), strict=True):
        keys = {key for row in re.findall(r"^\| (.*?) \|", table, re.MULTILINE) for key in re.findall(r"`(\w+)`", row)}
        assert keys == set(kinds[kind]["properties"])


def test_a_report_is_for_all_whose_account_it_fits_and_for_nobody_who_is_disabled(tmp_path: Path) -> None:
    text = PARTNERS + "enabled = false\n" + report() + report(**PROMOTIONS)
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
        "reports.toml:2: sellingPartners[0].nam is not known: did you mean name?",
        'reports.toml:3: sellingPartners[0].account is \'shop\'; allowed is "seller" or "vendor"',
        f"reports.toml:7: reports[0].schedule is 'daily'; allowed is {EXPRESSIONS}",
        f"reports.toml:8: reports[0].period is 'yesterday'; allowed is {PERIODS}",
        'reports.toml:10: reports[0].reportOptions.a is 1; allowed is a string, such as "true"',
        "reports.toml:12: other is not known; allowed are sellingPartners, reports, tables",
    ]


def test_aliases_of_headers_are_columns(tmp_path: Path) -> None:
    aliases = '[tables.aliases]\n"商品名" = "item_name"\nPreis = "price"\n'
    assert report_config_of(PARTNERS + aliases, tmp_path).table_aliases == {"商品名": "item_name", "Preis": "price"}
    column = "allowed is a column: a to z, digits and _, 60 at most, not a digit and not rf_ at the start"
    wrong = '[tables]\n\n[tables.aliases]\nPreis = "Price"\n"商品名" = "rf_row"\n[tables.other]\n'
    assert refused(wrong, tmp_path) == [
        f"reports.toml:4: tables.aliases.Preis is 'Price'; {column}",
        f"reports.toml:5: tables.aliases.商品名 is 'rf_row'; {column}",
        "reports.toml:6: tables.other is not known; allowed are aliases",
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
        (
            PARTNERS + report(sellingPartners='["x"]'),
            "23: reports[0].sellingPartners has 'x', which is no selling partner; there",
        ),
        (
            PARTNERS + report(sellingPartners='["Vendor and Sons"]'),
            f"23: reports[0].sellingPartners has 'Vendor and Sons', a vendor, and {ORDERS} is for sellers",
        ),
        (
            PARTNERS + report(marketplaceIds='["XX"]'),
            "23: reports[0].marketplaceIds has 'XX', which is no marketplace; allowed",
        ),
        (
            PARTNERS + report(timeZone='"Mars/One"'),
            "23: reports[0].timeZone is 'Mars/One', which is no time zone; allowed is a",
        ),
        (
            PARTNERS + report(schedule='"cron(0 6 * * *)"'),
            "21: reports[0].schedule is 'cron(0 6 * * *)', which EventBridge does",
        ),
        (
            PARTNERS + report(schedule='"cron(0 6 * * ? 2020)"'),
            "21: reports[0].schedule is 'cron(0 6 * * ? 2020)', which is never",
        ),
        (
            PARTNERS + report(reportType=LISTINGS, delayDays="1"),
            "22: reports[0].delayDays is 1, and there is no period to count back",
        ),
        (
            PARTNERS + report(lookbackDays="1", period='"last-2-days"'),
            "22: reports[0].lookbackDays is 1; it needs period = 'previous-day'",
        ),
        # How Amazon reads the window of a type.
        (
            PARTNERS + report(reportType=f'"{ORDERS}"'),
            f"19: reports[0] lacks period, and {ORDERS} is of a window: give 'previous-day'",
        ),
        (
            PARTNERS + report(reportType='"GET_LEDGER_DETAIL_VIEW_DATA"'),
            "19: reports[0] lacks period, and GET_LEDGER_DETAIL_VIEW_DATA is of a window: give 'previous-day'",
        ),
        (
            PARTNERS + report(reportType='"GET_MERCHANT_LISTINGS_ALL_DATA"', period='"previous-day"'),
            "22: reports[0].period is 'previous-day', and GET_MERCHANT_LISTINGS_ALL_DATA is of the moment it is made: ",
        ),
        (
            PARTNERS + report(reportType=f'"{TRAFFIC}"', period='"previous-hour"'),
            f"22: reports[0].period is 'previous-hour', and {TRAFFIC} is of whole days: give 'previous-day'",
        ),
        (
            PARTNERS
            + report(reportType=f'"{TRAFFIC}"', period='"previous-day"', reportOptions='{dateGranularity = "WEEK"}'),
            (
                "22: reports[0].period is 'previous-day', and reportOptions.dateGranularity is 'WEEK': "
                "give 'previous-week'"
            ),
        ),
        (
            PARTNERS + report(reportType='"END_USER_DATA_REPORT"', period='"previous-day"', marketplaceIds='["DE"]'),
            (
                "22: reports[0].period is 'previous-day', and reportOptions.reportPeriod is 'MONTH' where it is not "
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
            PARTNERS + report(**{**WEEKLY, "reportOptions": "{}"}),
            "22: reports[0].reportOptions lacks reportPeriod, which ",
        ),
        (
            PARTNERS + report(**{**WEEKLY, "period": '"previous-day"'}),
            "23: reports[0].period is 'previous-day', and reportOptions.reportPeriod is 'WEEK': give 'previous-week'",
        ),
        # The week's last second is on Saturday; 72 hours later it is Wednesday.
        (
            PARTNERS + report(**WEEKLY, schedule='"cron(0 6 ? * MON *)"'),
            f"21: reports[0].schedule is 'cron(0 6 ? * MON *)', too early: {TOO_EARLY}",
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


SETTLEMENT = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE"
LEDGER, RESERVED = "GET_LEDGER_DETAIL_VIEW_DATA", '"GET_RESERVED_INVENTORY_DATA"'
PENDING, TAX = "GET_FLAT_FILE_PENDING_ORDERS_DATA", '"SC_VAT_TAX_REPORT"'


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            report(reportType=f'"{LEDGER}"', reportOptions='{asin = "B00EXAMPLE", eventType = "Receipt"}'),
            [
                f"19: reports[0] lacks period, and {LEDGER} is of a window: give 'previous-day'",
                f"22: reports[0].reportOptions.asin is not an option of {LEDGER}: did you mean ASIN? ",
                f"22: reports[0].reportOptions.eventType is 'Receipt'; {LEDGER} allows Adjustments, ",
            ],
        ),
        # The same, in a table of its own: each option has a line.
        (
            report(reportType=f'"{LEDGER}"', period='"previous-day"')
            + '[reports.reportOptions]\nasin = "B00EXAMPLE"\n',
            [f"24: reports[0].reportOptions.asin is not an option of {LEDGER}: did you mean ASIN? "],
        ),
        (report(period=None), [f"19: reports[0] lacks period, and {ORDERS} is of a window: give 'previous-day'"]),
        (
            report(reportType=f'"{PENDING}"', period='"previous-day"'),
            [f"20: reports[0].reportType cannot be had: {PENDING} is made for JP, and nobody sells there: acme in "],
        ),
        (
            report(reportType=f'"{PENDING}"', marketplaceIds='["JP", "DE"]'),
            [f"22: reports[0].marketplaceIds has DE, and {PENDING} is made for JP"],
        ),
        (report(marketplaceIds='["IT"]'), ["23: reports[0].marketplaceIds is IT, where nobody sells whose report "]),
        (
            report(reportType=f'"{SETTLEMENT}"'),
            [
                (
                    f"20: reports[0].reportType cannot be had: Amazon has not made {SETTLEMENT} since 2026-11-11: "
                    f"discover {SETTLEMENT}_V2"
                ),
            ],
        ),
        (report(allMarketplaces="true"), ["23: reports[0].allMarketplaces is true, and "]),
        (report(amazonSchedule='"P1D"'), ["23: reports[0].amazonSchedule is given, and Amazon makes "]),
        (report(unknownOptions="true"), ["23: reports[0].unknownOptions is True; allowed is "]),
        (
            report(reportType='"GET_RESERVED_INVENTORY_DTA"') + report(marketplaceIds='["IT"]'),
            [
                (
                    "20: reports[0].reportType is taken as it is: GET_RESERVED_INVENTORY_DTA is not in the catalogue: "
                    "did you mean GET_RESERVED_INVENTORY_DATA?"
                ),
                "27: reports[1].marketplaceIds is IT, where nobody sells whose report it is: acme in ",
            ],
        ),
    ],
)
def test_a_report_that_cannot_be_had_is_told_with_its_lines(table: str, said: list[str], tmp_path: Path) -> None:
    lines = refused(PARTNERS + table, tmp_path)
    assert len(lines) == len(said), lines
    assert all(line.startswith(f"reports.toml:{start}") for line, start in zip(lines, said, strict=True)), lines


def test_a_vendors_report_is_nobody_s_among_sellers(tmp_path: Path) -> None:
    sellers = PARTNERS.split('[[sellingPartners]]\nname = "Vendor')[0]
    forecasts = report(reportType='"GET_VENDOR_FORECASTING_REPORT"', reportOptions='{sellingProgram = "RETAIL"}')
    assert refused(sellers + forecasts, tmp_path) == [
        (
            "reports.toml:15: reports[0].reportType is for vendors, and there is no vendor among the selling partners: "
            "nobody gets it"
        )
    ]


def test_a_key_that_is_not_known_does_not_hide_what_else_is_wrong(tmp_path: Path) -> None:
    lines = refused(PARTNERS + report(lookBackDays="3", marketplaceIds='["IT"]'), tmp_path)
    assert lines[0] == "reports.toml:23: reports[0].lookBackDays is not known: did you mean lookbackDays?"
    assert lines[1].startswith("reports.toml:24: reports[0].marketplaceIds is IT, where nobody sells")


def noted(text: str, folder: Path, *, now: datetime = NOW) -> list[str]:
    report_config = report_config_of(text, folder) if now == NOW else from_toml(tomllib.loads(text))
    (folder / "reports.toml").write_text(text)
    return notes(folder / "reports.toml", report_config, now=now)


def test_what_is_worth_knowing_is_told_with_its_line_and_asked_for_all_the_same(tmp_path: Path) -> None:
    often = report(reportType=RESERVED, schedule='"rate(40 minutes)"', marketplaceIds='["US"]')
    assert noted(PARTNERS + often + report(), tmp_path) == []
    turkey = PARTNERS.replace('["FR", "DE"]', '["FR", "TR"]')
    misspelt = report(reportType='"GET_FBA_INVENTORY_PLANING_DATA"')
    taxes = report(reportType=TAX, period='"previous-month"', marketplaceIds='["US"]')
    assert refused(turkey + taxes, tmp_path)
    taxes = report(reportType=TAX, period='"previous-month"')
    every_minute = report(reportType='"GET_FBA_INVENTORY_PLANNING_DATA"', schedule='"rate(1 minute)"')
    assert noted(turkey + misspelt + taxes + every_minute, tmp_path) == [
        (
            "reports.toml:20: reports[0].reportType is taken as it is: GET_FBA_INVENTORY_PLANING_DATA is not in the "
            "catalogue: did you mean GET_FBA_INVENTORY_PLANNING_DATA?"
        ),
        (
            "reports.toml:24: reports[1].reportType leaves out TR of acme: SC_VAT_TAX_REPORT is made for IE, ES, UK, "
            "FR, BE, NL, DE, IT, SE, PL"
        ),
        (
            "reports.toml:24: reports[1].reportType leaves out US of acme: SC_VAT_TAX_REPORT is made for IE, ES, UK, "
            "FR, BE, NL, DE, IT, SE, PL"
        ),
        (
            "reports.toml:30: reports[2].schedule is 'rate(1 minute)', 43,200 reports of acme in 30 days, 100% of its "
            "quota for createReport: is that meant?"
        ),
    ]


def test_the_end_of_a_type_is_told_before_its_day(tmp_path: Path) -> None:
    text = PARTNERS + report(reportType=f'"{SETTLEMENT}"')
    assert noted(text, tmp_path, now=datetime(2026, 11, 10, tzinfo=UTC)) == [
        (
            f"reports.toml:20: reports[0].reportType is taken as it is: Amazon does not make {SETTLEMENT} from "
            f"2026-11-11 on: discover {SETTLEMENT}_V2"
        )
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
