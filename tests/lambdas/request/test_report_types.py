"""The catalogue: valid by its schema, and what it says of types that are known and of those that are not."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from lambdas.request import report_types
from lambdas.request.report_types import ReportOption, ReportType, TableLayout, TypeQuota, WindowReading
from local.simulator.report_types import NOT_REQUESTABLE, RESTRICTED

FILE = Path(report_types.__file__).with_suffix(".json")
TRAFFIC_SCHEMA = "amzn/selling-partner-api-models schemas/reports/sellerSalesAndTrafficReport.json"
ENTRIES: dict[str, dict[str, Any]] = json.loads(FILE.read_text())["reportTypes"]


def valid(document: Any) -> bool:
    schema = json.loads(FILE.with_suffix(".schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(schema, format_checker=checker).is_valid(document)


def test_the_file_is_valid_by_its_schema() -> None:
    assert valid(json.loads(FILE.read_text()))


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"source": ""},
        {"source": "x", "cooldown": 1},
        {"source": "x", "mode": "request"},
        {"source": "x", "restricted": False},
        {"source": "x", "quotas": [{"count": 1}]},
        {"source": "x", "cooldownSeconds": "1800"},
        {"source": "x", "maxSpanDays": 0},
        {"source": "x", "deprecatedOn": "2026-13-01", "instead": "y"},
        {"source": "x", "deprecatedOn": "2026-11-11"},
        {"source": "x", "maxSpanPeriods": {"FORTNIGHT": 1}},
        {"source": "x", "window": {}},
        {"source": "x", "window": {"source": "y", "reads": "days", "confidence": "stated"}},
        {"source": "x", "window": {"source": "y", "reads": "dates"}},
        {"source": "x", "window": {"source": "y", "confidence": "stated"}},
        {"source": "x", "window": {"source": "y", "periodOption": "reportPeriod"}},
        {"source": "x", "window": {"source": "y", "reads": "dates", "confidence": "stated", "defaultPeriod": "DAY"}},
        {"source": "x", "window": {"source": "y", "required": False}},
        {"source": "x", "marketplaces": ["Germany"]},
        {"source": "x", "options": {"asin": ["B00EXAMPLE"]}},
        {"source": "x", "options": {"asin": {"source": "y"}}},
        {"source": "x", "options": {"asin": {"format": "asin"}}},
    ],
)
def test_the_schema_refuses(entry: dict[str, Any]) -> None:
    assert not valid({"reportTypes": {"GET_X": {"window": {"source": "y"}, **entry}}})


def test_the_schema_takes_an_entry_that_says_nothing_but_where_it_is_from() -> None:
    assert valid({"reportTypes": {"GET_X": {"window": {"source": "y"}, "source": "x"}}})


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_says_only_what_differs_and_is_in_line_with_itself(name: str) -> None:
    entry = ENTRIES[name]
    kind = report_types.get(name)
    known = ReportType()
    said = {report_types._snake_case(key) for key in entry}
    assert {key for key in vars(known) if getattr(kind, key) != getattr(known, key)} == said
    reading = kind.window
    if reading.period_option:
        option = kind.options[reading.period_option]
        assert bool(reading.default_period) != option.required
        default = [reading.default_period] if reading.default_period else []
        assert {*kind.max_span_periods, *kind.max_lookback_periods, *default} <= set(option.values)
        assert reading.reads == "dates"
    else:
        assert not kind.max_span_periods
        assert not kind.max_lookback_periods


def test_no_key_stands_twice_where_the_last_one_would_win() -> None:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    json.loads(FILE.read_text(), object_pairs_hook=once)


def test_a_type_nobody_knows_has_the_defaults() -> None:
    assert report_types.get("GET_TYPE_OF_TOMORROW") == ReportType()


def test_an_entry_becomes_what_it_says() -> None:
    assert report_types.get("GET_SALES_AND_TRAFFIC_REPORT") == ReportType(
        format="JSON",
        records=("salesAndTrafficByDate", "salesAndTrafficByAsin"),
        accounts=("seller",),
        window=WindowReading(
            reads="dates",
            required=True,
            period_option="dateGranularity",
            default_period="DAY",
            unaligned="expanded",
            confidence="stated",
            source="amzn/selling-partner-api-models schemas/reports/sellerSalesAndTrafficReport.json: 'the time "
            "component is ignored', 'report start date will be expanded to include the first day of the reporting "
            "period'",
        ),
        one_marketplace=True,
        options={
            "dateGranularity": ReportOption(values=("DAY", "WEEK", "MONTH"), source=TRAFFIC_SCHEMA),
            "asinGranularity": ReportOption(values=("PARENT", "CHILD", "SKU"), source=TRAFFIC_SCHEMA),
        },
        options_known=True,
        max_lookback_days=731,
        quotas=(TypeQuota(count=1, seconds=900), TypeQuota(count=96, seconds=86400)),
        table=TableLayout(
            unit_of_parts={"salesAndTrafficByDate": ("rf_marketplaces", "rf_options", "date")}, source=TRAFFIC_SCHEMA
        ),
        source="amzn/selling-partner-api-models schemas/reports/sellerSalesAndTrafficReport.json; "
        "amzn/selling-partner-api-models#5210",
    )
    assert report_types.get("GET_FBA_SNS_FORECAST_DATA").deprecated_on == date(2025, 12, 11)


@pytest.mark.parametrize(
    ("report_type", "quotas"),
    [
        ("GET_AFN_INVENTORY_DATA", [(2, 1500)]),
        ("GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL", [(12, 28800)]),
        ("GET_FBA_ESTIMATED_FBA_FEES_TXT_DATA", [(1, 86400)]),
        ("GET_REFERRAL_FEE_PREVIEW_REPORT", [(1, 86400)]),
        ("FEE_DISCOUNTS_REPORT", [(1, 86400)]),
        ("GET_MERCHANT_LISTINGS_ALL_DATA", []),
    ],
)
def test_quotas_of_a_type(report_type: str, quotas: list[tuple[int, int]]) -> None:
    assert [(quota.count, quota.seconds) for quota in report_types.get(report_type).quotas] == quotas


@pytest.mark.parametrize(
    ("report_type", "seconds"),
    [("GET_RESERVED_INVENTORY_DATA", 1800), ("GET_FBA_REIMBURSEMENTS_DATA", 14400), ("GET_TYPE_OF_TOMORROW", None)],
)
def test_the_cooldown_of_a_type(report_type: str, seconds: int | None) -> None:
    assert report_types.get(report_type).cooldown_seconds == seconds


def test_the_types_with_personal_data_are_those_of_amazons_list() -> None:
    assert {name for name in ENTRIES if report_types.get(name).restricted} == RESTRICTED


def test_the_types_that_amazon_takes_no_request_for_are_listed() -> None:
    assert {name for name in ENTRIES if report_types.get(name).mode == "list"} >= NOT_REQUESTABLE
