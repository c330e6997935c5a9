"""Every rule of an execution's input: the sentence that refuses it, and what a valid one becomes."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lambdas.request import periods, report_types
from lambdas.request.identity import fingerprint
from lambdas.request.parsing import KEYS, InvalidRequest, parse_request
from lambdas.spapi.regions import BY_COUNTRY, MARKETPLACES
from tests.testing.samples import FRANCE, GERMANY, JAPAN, NOW, OFFSETS, REPORT_TYPE, SELLER, USA, WINDOW, raw_input

ALLOWED_KEYS = (
    "sellingPartnerId, reportType, marketplaceIds, dataStartTime, dataEndTime, period, scheduledTime, timeZone, "
    "reportOptions, unknownOptions, refresh, reportId, background, deadlineHours, utf8Copy"
)
KNOWN_MARKETPLACES = ", ".join(BY_COUNTRY) + " and their ids"
INSTANT = "allowed is an ISO 8601 date and time with an offset, such as 2026-11-01T00:00:00Z"
PERIODS = (
    "allowed are previous-hour, previous-day, previous-week, previous-month, previous-quarter "
    "and last-<1 to 999>-days such as last-30-days"
)
DUE = {"scheduledTime": "2026-11-10T06:00:00Z"}
TWO_REGIONS = f"DE ({GERMANY}) is in EU, US ({USA}) is in NA"
TOO_MANY = [f"MARKETPLACE{number}" for number in range(26)]


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in raw_input().items() if name != key}


NO_OBJECT = f"the input must be a JSON object with the keys {ALLOWED_KEYS}, and "
REFUSED: list[tuple[Any, str]] = [
    (None, NO_OBJECT + "null was found"),
    (True, NO_OBJECT + "a boolean was found"),
    (1, NO_OBJECT + "a number was found"),
    (1.5, NO_OBJECT + "a number was found"),
    ("GET_VENDOR_SALES_REPORT", NO_OBJECT + "a string was found"),
    ([raw_input()], NO_OBJECT + "a list was found"),
    ({}, "the input lacks the key sellingPartnerId"),
    (without("sellingPartnerId"), "the input lacks the key sellingPartnerId"),
    (without("reportType"), "the input lacks the key reportType"),
    (without("marketplaceIds"), "the input lacks the key marketplaceIds"),
    (raw_input(comment="x"), f"the input has the key 'comment', which is not known; allowed are {ALLOWED_KEYS}"),
    (
        raw_input(marketPlaceIds=[GERMANY]),
        "the input has the key 'marketPlaceIds', which is not known: did you mean marketplaceIds?",
    ),
    (
        raw_input(**{"dataEndTime ": "2026-11-01T00:00:00Z"}),
        "the input has the key 'dataEndTime ', which is not known: did you mean dataEndTime?",
    ),
    (
        raw_input(spApiEndpoint="https://example.com"),
        f"the input has the key 'spApiEndpoint', which is not known; allowed are {ALLOWED_KEYS}",
    ),
    (raw_input(sellingPartnerId=""), "sellingPartnerId is ''; allowed is letters, digits, '.', '_' and '-'"),
    (raw_input(sellingPartnerId="A/2"), "sellingPartnerId is 'A/2'; allowed is letters, digits, '.', '_' and '-'"),
    (raw_input(sellingPartnerId="A2\n"), "sellingPartnerId is 'A2\\n'; allowed is letters, digits, '.', '_' and '-'"),
    (raw_input(sellingPartnerId=17), "sellingPartnerId is 17; allowed is letters, digits, '.', '_' and '-'"),
    (
        raw_input(sellingPartnerId="A" * 101),
        f"sellingPartnerId is '{'A' * 96}...; allowed is letters, digits, '.', '_' and '-'",
    ),
    (
        raw_input(reportType="get_vendor_sales_report"),
        "reportType is 'get_vendor_sales_report'; allowed is a type such as GET_MERCHANT_LISTINGS_ALL_DATA",
    ),
    (
        raw_input(reportType=[REPORT_TYPE]),
        f"reportType is ['{REPORT_TYPE}']; allowed is a type such as GET_MERCHANT_LISTINGS_ALL_DATA",
    ),
    (raw_input(marketplaceIds=[]), "marketplaceIds is []; allowed is a list of 1 to 25 strings"),
    (
        raw_input(marketplaceIds=TOO_MANY),
        f"marketplaceIds is {str(TOO_MANY)[:97]}...; allowed is a list of 1 to 25 strings",
    ),
    (raw_input(marketplaceIds=GERMANY), f"marketplaceIds is '{GERMANY}'; allowed is a list of 1 to 25 strings"),
    (
        raw_input(marketplaceIds=[GERMANY, 4]),
        f"marketplaceIds is ['{GERMANY}', 4]; allowed is a list of 1 to 25 strings",
    ),
    (
        raw_input(marketplaceIds=[GERMANY, GERMANY]),
        f"marketplaceIds is ['{GERMANY}', '{GERMANY}'], which names a marketplace twice",
    ),
    (
        raw_input(marketplaceIds=["A1UNKNOWN"]),
        f"marketplaceIds has 'A1UNKNOWN', which is no marketplace; known are {KNOWN_MARKETPLACES}",
    ),
    (
        raw_input(marketplaceIds=["DE", GERMANY]),
        f"marketplaceIds is ['DE', '{GERMANY}'], which names a marketplace twice",
    ),
    (
        raw_input(marketplaceIds=[GERMANY, USA]),
        f"marketplaceIds must all be of one region, and {TWO_REGIONS}: start one execution per region",
    ),
    (
        raw_input(dataStartTime="2026-11-01T00:00:00"),
        f"dataStartTime is '2026-11-01T00:00:00', which has no offset from UTC; {INSTANT}",
    ),
    (raw_input(dataStartTime="2026-11-01"), f"dataStartTime is '2026-11-01'; {INSTANT}"),
    (raw_input(dataEndTime="yesterday, at Ten"), f"dataEndTime is 'yesterday, at Ten'; {INSTANT}"),
    (raw_input(dataEndTime="2026-02-29T00:00:00Z"), f"dataEndTime is '2026-02-29T00:00:00Z'; {INSTANT}"),
    (raw_input(dataEndTime=1_790_000_000), f"dataEndTime is 1790000000; {INSTANT}"),
    (raw_input(dataEndTime=["T"]), f"dataEndTime is ['T']; {INSTANT}"),
    (raw_input(scheduledTime=None), f"scheduledTime is None; {INSTANT}"),
    (
        raw_input(dataStartTime="0001-01-01T00:00:00+01:00"),
        f"dataStartTime is '0001-01-01T00:00:00+01:00', which is outside the years 1 to 9999; {INSTANT}",
    ),
    (
        raw_input(dataEndTime="2026-11-10T12:00:01Z"),
        "dataEndTime is 2026-11-10T12:00:01Z, which lies in the future; it is 2026-11-10T12:00:00Z now",
    ),
    (
        raw_input(dataStartTime="2026-11-10T11:00:00-02:00"),
        "dataStartTime is 2026-11-10T13:00:00Z, which lies in the future; it is 2026-11-10T12:00:00Z now",
    ),
    (
        raw_input(dataStartTime="2026-11-02T00:00:00Z", dataEndTime="2026-11-02T00:30:00+01:00"),
        "dataStartTime 2026-11-02T00:00:00Z lies after dataEndTime 2026-11-01T23:30:00Z",
    ),
    (
        raw_input(dataEndTime=WINDOW["dataEndTime"]),
        "the input has dataEndTime without dataStartTime, which Amazon takes to be now: give both",
    ),
    (raw_input(reportOptions=None), "reportOptions is None; allowed is an object of strings"),
    (raw_input(reportOptions=["x"]), "reportOptions is ['x']; allowed is an object of strings"),
    (
        raw_input(reportOptions={"custom": True}),
        'reportOptions.custom is True, a boolean; only strings are allowed, such as "true"',
    ),
    (
        raw_input(reportOptions={"weeks": 2}),
        'reportOptions.weeks is 2, a number; only strings are allowed, such as "true"',
    ),
    (
        raw_input(reportOptions={"asin": {}}),
        'reportOptions.asin is {}, an object; only strings are allowed, such as "true"',
    ),
    (raw_input(unknownOptions=True), 'unknownOptions is True; allowed is "allow"'),
    (raw_input(refresh="true"), "refresh is 'true'; allowed are true and false"),
    (raw_input(refresh=1), "refresh is 1; allowed are true and false"),
    (raw_input(refresh=None), "refresh is None; allowed are true and false"),
    (raw_input(deadlineHours=True), "deadlineHours is True; allowed is a number from 0.1 to 48"),
    (raw_input(deadlineHours="4"), "deadlineHours is '4'; allowed is a number from 0.1 to 48"),
    (raw_input(deadlineHours=49), "deadlineHours is 49; allowed is a number from 0.1 to 48"),
    (raw_input(utf8Copy="parquet"), "utf8Copy is 'parquet'; allowed are true and false"),
    (raw_input(utf8Copy=["raw"]), "utf8Copy is ['raw']; allowed are true and false"),
    (
        raw_input(period="previous-day", **DUE, dataStartTime="2026-11-01T00:00:00Z"),
        "the input has both period and dataStartTime: give one or the other",
    ),
    (
        raw_input(period="previous-day", **DUE, dataEndTime="2026-11-01T00:00:00Z"),
        "the input has both period and dataEndTime: give one or the other",
    ),
    (
        raw_input(period="previous-day"),
        "period needs scheduledTime beside it, the time that the period is counted back from",
    ),
    (raw_input(period="last-0-days", **DUE), f"period is 'last-0-days'; {PERIODS}"),
    (raw_input(period="last-1000-days", **DUE), f"period is 'last-1000-days'; {PERIODS}"),
    (raw_input(period="Previous-Day", **DUE), f"period is 'Previous-Day'; {PERIODS}"),
    (raw_input(period=7, **DUE), f"period is 7; {PERIODS}"),
    (
        raw_input(period="previous-day", scheduledTime="2026-11-10"),
        f"scheduledTime is '2026-11-10'; {INSTANT}",
    ),
]


@pytest.mark.parametrize(("raw", "sentence"), REFUSED, ids=[sentence[:60] for _, sentence in REFUSED])
def test_refused_with_a_sentence_that_says_why(raw: Any, sentence: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_request(raw, now=NOW)
    assert str(refused.value) == sentence


def test_a_period_that_begins_before_the_year_1_is_refused() -> None:
    with pytest.raises(
        InvalidRequest, match=r"^period is 'last-9-days', which reaches back before the year 1 from 0001-"
    ):
        parse_request(raw_input(period="last-9-days", scheduledTime="0001-01-09T00:00:00Z"), now=NOW)


def test_the_smallest_input_is_told_apart_by_when_it_was_asked() -> None:
    assert parse_request(raw_input(), now=NOW) == {
        "sellingPartnerId": SELLER,
        "reportType": REPORT_TYPE,
        "marketplaceIds": [GERMANY],
        "reportOptions": {},
        "restricted": False,
        "refresh": False,
        "background": False,
        "asOf": "2026-11-10T12:00:00Z",
        "firstDay": "2026-11-10",
        "lastDay": "2026-11-10",
        "timeZone": "UTC",
    }


def test_an_execution_s_own_deadline_and_way_of_landing_are_kept_and_do_not_make_it_another_request() -> None:
    plain, own = (
        parse_request(raw_input(**wishes), now=NOW) for wishes in ({}, {"deadlineHours": 0.5, "utf8Copy": True})
    )
    assert own == {**plain, "deadlineHours": 0.5, "utf8Copy": True}
    assert fingerprint(own) == fingerprint(plain)


def test_a_period_s_days_are_utc_s_whatever_the_offset_of_the_scheduled_time() -> None:
    given = raw_input(period="previous-day", scheduledTime="2026-11-10T08:00:00+09:00")
    window = parse_request(given, now=NOW)
    assert (window["dataStartTime"], window["dataEndTime"]) == ("2026-11-08T00:00:00Z", "2026-11-08T23:59:59Z")


@pytest.mark.parametrize("refresh", [True, False])
def test_refresh_is_kept(refresh: bool) -> None:
    assert parse_request(raw_input(refresh=refresh), now=NOW)["refresh"] is refresh


def test_marketplaces_and_options_are_sorted() -> None:
    raw = raw_input(marketplaceIds=[GERMANY, FRANCE], reportOptions={"b": "1", "a": "true", "A": ""})
    request = parse_request(raw, now=NOW)
    assert request["marketplaceIds"] == [FRANCE, GERMANY]
    assert list(request["reportOptions"].items()) == [("A", ""), ("a", "true"), ("b", "1")]


@pytest.mark.parametrize(
    ("given_time", "utc"),
    [
        ("2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z"),
        ("2026-11-01T00:00:00+00:00", "2026-11-01T00:00:00Z"),
        ("2026-11-01T00:00:00+01:00", "2026-10-31T23:00:00Z"),
        ("2026-11-01T00:00:00-08:00", "2026-11-01T08:00:00Z"),
        ("2026-11-01T00:00:00.250+05:30", "2026-10-31T18:30:00.250Z"),
        ("2026-11-01T09:00+0900", "2026-11-01T00:00:00Z"),
    ],
)
def test_times_become_utc(given_time: str, utc: str) -> None:
    assert parse_request(raw_input(dataStartTime=given_time), now=NOW)["dataStartTime"] == utc


@pytest.mark.parametrize(
    ("window", "kept"),
    [
        (WINDOW, WINDOW),
        (
            {"dataStartTime": WINDOW["dataStartTime"]},
            {"dataStartTime": WINDOW["dataStartTime"], "asOf": "2026-11-10T12:00:00Z"},
        ),
        (DUE, {"asOf": "2026-11-10T06:00:00Z"}),
        (
            {"period": "previous-day", **DUE},
            {"dataStartTime": "2026-11-09T00:00:00Z", "dataEndTime": "2026-11-09T23:59:59Z"},
        ),
    ],
)
def test_as_of_stands_in_only_where_no_end_is_given(window: dict[str, str], kept: dict[str, str]) -> None:
    request = parse_request(raw_input(**window), now=NOW)
    times = ("dataStartTime", "dataEndTime", "asOf", "period", "scheduledTime")
    assert {key: value for key, value in request.items() if key in times} == kept


def test_a_window_may_be_an_instant_and_end_now() -> None:
    request = parse_request(raw_input(dataStartTime=NOW.isoformat(), dataEndTime=NOW.isoformat()), now=NOW)
    assert request["dataStartTime"] == request["dataEndTime"] == "2026-11-10T12:00:00Z"


def test_a_late_or_repeated_start_of_a_schedule_asks_for_the_same() -> None:
    raw = raw_input(period="previous-week", **DUE)
    assert parse_request(raw, now=NOW) == parse_request(raw, now=NOW + timedelta(days=9))


@pytest.mark.parametrize("marketplace_id", MARKETPLACES)
def test_each_marketplace_is_accepted(marketplace_id: str) -> None:
    assert parse_request(raw_input(marketplaceIds=[marketplace_id]), now=NOW)["marketplaceIds"] == [marketplace_id]


def test_a_type_whose_documents_hold_personal_data_is_marked() -> None:
    assert (
        parse_request(raw_input(reportType="GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING"), now=NOW)["restricted"] is True
    )


def test_vendor_groups_and_unheard_of_types_are_accepted() -> None:
    raw = raw_input(sellingPartnerId="amzn1.vg.1234567", reportType="FEE_DISCOUNTS_REPORT2", marketplaceIds=[JAPAN])
    assert parse_request(raw, now=NOW)["sellingPartnerId"] == "amzn1.vg.1234567"


@pytest.mark.parametrize("more", [{}, {"period": "previous-day"}])
def test_a_schedule_was_not_due_in_the_future(more: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_request(raw_input(scheduledTime="2062-11-10T12:00:00Z", **more), now=NOW)
    assert str(refused.value) == (
        "scheduledTime is 2062-11-10T12:00:00Z, which lies in the future; it is 2026-11-10T12:00:00Z now"
    )


SHORT = st.text(max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | SHORT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SHORT, inner, max_size=3),
    max_leaves=6,
)
TIMES = st.datetimes(timezones=OFFSETS).map(datetime.isoformat)
AROUND_NOW = st.builds(
    lambda delta, offset: (NOW + delta).astimezone(offset).isoformat(),
    st.timedeltas(timedelta(days=-2), timedelta(days=2)),
    OFFSETS,
)
KNOWN_TYPES = sorted(json.loads((Path(report_types.__file__).with_suffix(".json")).read_text())["reportTypes"])
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "reportPeriod": st.sampled_from(["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"]),
        "distributorView": st.just("SOURCING"),
        "sellingProgram": st.just("RETAIL"),
    },
)
NEARLY_VALID = st.fixed_dictionaries(
    {
        "sellingPartnerId": st.just(SELLER) | JSON,
        "reportType": st.sampled_from(KNOWN_TYPES) | JSON,
        "marketplaceIds": st.lists(st.sampled_from(sorted(MARKETPLACES)), max_size=3) | JSON,
    },
    optional={
        "dataStartTime": TIMES | JSON,
        "dataEndTime": TIMES | JSON,
        "scheduledTime": TIMES | JSON,
        "period": st.sampled_from([*periods.NAMED, "last-30-days", "last-999-days"]) | JSON,
        "reportOptions": st.dictionaries(st.text(), SHORT | JSON, max_size=3) | OPTIONS | JSON,
        "refresh": st.booleans() | JSON,
        "deadlineHours": st.floats(0.1, 48) | JSON,
        "utf8Copy": st.booleans() | JSON,
    },
)


def parses_or_refuses_in_one_line(raw: Any) -> None:
    try:
        request = parse_request(raw, now=NOW)
    except InvalidRequest as refused:
        (line,) = str(refused).splitlines()
        assert 10 < len(line) < 2000
    else:
        assert set(request) <= {*KEYS, "asOf", "restricted", "firstDay", "lastDay", "notes"}


@given(JSON)
def test_any_json_parses_or_is_refused_in_one_line(raw: Any) -> None:
    parses_or_refuses_in_one_line(raw)


@given(NEARLY_VALID)
@example(raw_input(period="previous-day", scheduledTime="0001-01-01T00:00:00Z"))
@example(raw_input(period="last-999-days", scheduledTime="0002-01-01T00:00:00Z"))
@example(raw_input(reportOptions={"a\nb": 1}))
@example(raw_input(reportOptions={"a" * 9000: 1}))
@example(raw_input(marketplaceIds=["A" * 9000]))
@example(raw_input(period="p" * 9000, scheduledTime="2026-11-10T06:00:00Z"))
@example(raw_input(**{"k" * 9000: 1}))
def test_nearly_valid_input_parses_or_is_refused_in_one_line(raw: Any) -> None:
    parses_or_refuses_in_one_line(raw)


@given(AROUND_NOW, AROUND_NOW)
def test_a_window_is_accepted_just_when_it_is_in_order_and_over(start: str, end: str) -> None:
    raw = raw_input(dataStartTime=start, dataEndTime=end)
    if datetime.fromisoformat(start) <= datetime.fromisoformat(end) <= NOW:
        request = parse_request(raw, now=NOW)
        assert datetime.fromisoformat(request["dataStartTime"]) <= datetime.fromisoformat(request["dataEndTime"])
    else:
        with pytest.raises(InvalidRequest):
            parse_request(raw, now=NOW)
