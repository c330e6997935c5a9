"""Options: which names and values are refused, with which hint, and what is passed on."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.request import report_types
from lambdas.request.parsing import InvalidRequest, parse_request
from lambdas.request.report_types import ReportOption
from lambdas.spapi.regions import BY_COUNTRY
from tests.testing.option_values import value_of
from tests.testing.samples import NOW, raw_input

SUMMARY, DETAIL = "GET_LEDGER_SUMMARY_VIEW_DATA", "GET_LEDGER_DETAIL_VIEW_DATA"
LISTINGS, RETURNS = "GET_MERCHANT_LISTINGS_ALL_DATA", "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE"
SALES, DIAGNOSTIC = "GET_VENDOR_SALES_REPORT", "GET_VENDOR_SALES_DIAGNOSTIC_REPORT"
CATALOG = "GET_BRAND_ANALYTICS_SEARCH_CATALOG_PERFORMANCE_REPORT"
COUPONS, PROMOTIONS = "GET_COUPON_PERFORMANCE_REPORT", "GET_PROMOTION_PERFORMANCE_REPORT"
B2B = "GET_B2B_PRODUCT_OPPORTUNITIES_NOT_YET_ON_AMAZON"
MARGIN_OF_A_WEEK = {"reportPeriod": "WEEK"}
PASSED_ON = '(unknownOptions "allow" passes it on)'
WEEK = {"dataStartTime": "2026-11-01T00:00:00Z", "dataEndTime": "2026-11-07T23:59:59Z"}
VENDOR = "amzn1.vg.7"
SELLERS, VENDORS = (
    {"couponStartDateFrom": "2026-10-01T00:00:00Z", "couponStartDateTo": "2026-10-31T00:00:00Z"},
    {"campaignStartDateFrom": "2026-10-01T00:00:00Z", "campaignStartDateTo": "2026-10-31T00:00:00Z"},
)
PROMOTED = {"promotionStartDateFrom": "2026-10-01T00:00:00Z", "promotionStartDateTo": "2026-10-31T00:00:00Z"}


def asked(report_type: str, options: dict[str, str], **more: Any) -> dict[str, Any]:
    return raw_input(reportType=report_type, reportOptions=options, **WEEK, **more)


def between(first: str, last: str) -> dict[str, str]:
    return {"promotionStartDateFrom": first, "promotionStartDateTo": last}


REFUSED = [
    (
        asked(SUMMARY, {"aggregateByTimePeriod": "DAILY"}),
        f".aggregateByTimePeriod is not an option of {SUMMARY}: did you mean aggregatedByTimePeriod? {PASSED_ON}",
    ),
    (asked(DETAIL, {"fnsku": "X001"}), f".fnsku is not an option of {DETAIL}: did you mean FNSKU? {PASSED_ON}"),
    (
        asked(LISTINGS, {"reportPeriod": "DAY"}),
        f".reportPeriod is not an option of {LISTINGS}, which has preferredReportDocumentLocale, custom {PASSED_ON}",
    ),
    (
        asked("GET_VENDOR_REAL_TIME_TRAFFIC_REPORT", {"asin": "B00EXAMPLE"}),
        f".asin is not an option of GET_VENDOR_REAL_TIME_TRAFFIC_REPORT, which has none {PASSED_ON}",
    ),
    # Of this one not all options are known.
    (
        asked(DIAGNOSTIC, {"distributerView": "SOURCING"}),
        f".distributerView is not an option of {DIAGNOSTIC}: did you mean distributorView? {PASSED_ON}",
    ),
    (
        asked(SUMMARY, {"aggregateByLocation": "Country"}),
        f".aggregateByLocation is 'Country'; {SUMMARY} allows COUNTRY, FC: did you mean COUNTRY?",
    ),
    (asked(LISTINGS, {"custom": "True"}), f".custom is 'True'; {LISTINGS} allows true, false: did you mean true?"),
    (
        asked(DETAIL, {"eventType": ""}),
        (
            f".eventType is ''; {DETAIL} allows Adjustments, CustomerReturns, Receipts, Shipments, VendorReturns, "
            "WhseTransfers"
        ),
    ),
    (asked(DETAIL, {"MSKU": ""}), f".MSKU is ''; {DETAIL} takes a text that is not empty"),
    (asked(DETAIL, {"ASIN": "B00"}), f".ASIN is 'B00'; {DETAIL} takes an ASIN, such as B00EXAMPLE"),
    (
        asked(CATALOG, {**MARGIN_OF_A_WEEK, "asins": "B00EXAMPL1,B00EXAMPL2"}),
        f".asins is 'B00EXAMPL1,B00EXAMPL2'; {CATALOG} takes ASINs, such as B00EXAMPLE, separated by ' '",
    ),
    (
        asked(CATALOG, {**MARGIN_OF_A_WEEK, "asins": ""}),
        f".asins is ''; {CATALOG} takes ASINs, such as B00EXAMPLE, separated by ' '",
    ),
    (
        asked(CATALOG, {**MARGIN_OF_A_WEEK, "asins": " ".join(["B00EXAMPLE"] * 19)}),
        (
            f".asins is '{' '.join(['B00EXAMPLE'] * 5)} B00EX'; {CATALOG} takes 200 characters at most (18 ASINs), "
            "and these are 208"
        ),
    ),
    (
        asked(LISTINGS, {"preferredReportDocumentLocale": "de-DE"}),
        f".preferredReportDocumentLocale is 'de-DE'; {LISTINGS} takes a locale, such as en_US",
    ),
    (
        asked("FBA_BULK_INVOICE", {"invoiceTypes": "SELLER_COPY,CUSTOMERCOPY"}),
        (
            ".invoiceTypes is 'SELLER_COPY,CUSTOMERCOPY'; FBA_BULK_INVOICE allows CUSTOMER_COPY, SELLER_COPY, "
            "TRANSPORTER_COPY: did you mean CUSTOMER_COPY?"
        ),
    ),
    (
        asked("GET_XML_BROWSE_TREE_DATA", {"MarketplaceId": "DE"}),
        ".MarketplaceId is 'DE'; GET_XML_BROWSE_TREE_DATA takes a marketplace id, such as A1PA6795UKMFR9",
    ),
    (asked(COUPONS, {}), f" lacks couponStartDateFrom, which {COUPONS} needs"),
    (asked(COUPONS, {}, sellingPartnerId=VENDOR), f" lacks campaignStartDateFrom, which {COUPONS} needs"),
    (
        asked(COUPONS, SELLERS, sellingPartnerId=VENDOR),
        f".couponStartDateFrom is not an option of {COUPONS}: did you mean campaignStartDateFrom? {PASSED_ON}",
    ),
    *(
        (
            asked(PROMOTIONS, between(wrong, "2026-10-31T00:00:00Z")),
            f".promotionStartDateFrom is {wrong!r}; {PROMOTIONS} takes a time such as 2026-11-01T00:00:00Z",
        )
        for wrong in ("yesterday", "2026-10-01", "2026-10-01T00:00:00", "")
    ),
    (
        asked(PROMOTIONS, between("2026-10-01T00:00:00Z", "2026-11-10T12:00:01Z")),
        (
            f".promotionStartDateTo is '2026-11-10T12:00:01Z'; {PROMOTIONS} takes no time in the future, and it is "
            "2026-11-10T12:00Z"
        ),
    ),
    (
        asked(PROMOTIONS, between("2024-11-08T00:00:00Z", "2026-10-01T00:00:00Z")),
        f".promotionStartDateFrom is '2024-11-08T00:00:00Z'; {PROMOTIONS} reaches back 731 days, to 2024-11-09",
    ),
    (
        asked(PROMOTIONS, between("2026-10-02T00:00:00Z", "2026-10-01T00:00:00Z")),
        ".promotionStartDateFrom is 2026-10-02T00:00:00Z, which lies after promotionStartDateTo 2026-10-01T00:00:00Z",
    ),
]


@pytest.mark.parametrize(("raw", "sentence"), REFUSED, ids=[sentence[:60] for _, sentence in REFUSED])
def test_an_option_that_amazon_would_ignore_or_fail_at_is_refused(raw: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_request(raw, now=NOW)
    assert str(refused.value) == f"reportOptions{sentence}"


@pytest.mark.parametrize(
    "raw",
    [
        asked(SUMMARY, {"aggregatedByTimePeriod": "DAILY", "aggregateByLocation": "FC", "ASIN": "B00EXAMPLE"}),
        asked(SUMMARY, {"aggregateByTimePeriod": "DAILY"}, unknownOptions="allow"),
        asked(RETURNS, {"anything": ""}),
        asked(DIAGNOSTIC, {"brandNew": "x"}),
        asked(CATALOG, {**MARGIN_OF_A_WEEK, "asins": " ".join(["B00EXAMPLE"] * 18)}),
        asked(LISTINGS, {"preferredReportDocumentLocale": "de_DE", "custom": "true"}),
        asked("FBA_BULK_INVOICE", {"orderIds": "1,2", "invoiceTypes": "SELLER_COPY,CUSTOMER_COPY"}),
        asked(COUPONS, SELLERS),
        asked(COUPONS, VENDORS, sellingPartnerId=VENDOR),
        # Whether it is a vendor, not every id tells.
        asked(COUPONS, VENDORS, sellingPartnerId="ACME"),
        asked(PROMOTIONS, between("2024-11-09T00:00:00Z", "2026-11-10T13:00:00+01:00")),
        asked(B2B, {"filterMode": "exclude", "categories": "a;b"}),
    ],
)
def test_an_option_that_amazon_takes_is_passed_on_as_it_is(raw: dict[str, Any]) -> None:
    assert parse_request(raw, now=NOW)["reportOptions"] == raw["reportOptions"]


def test_unknown_options_allow_names_and_not_values() -> None:
    with pytest.raises(InvalidRequest, match="allows COUNTRY, FC"):
        parse_request(asked(SUMMARY, {"aggregateByLocation": "?", "x": "y"}, unknownOptions="allow"), now=NOW)


KNOWN = [
    (report_type, key, option)
    for report_type in report_types.names()
    for key, option in report_types.get(report_type).options.items()
    if not report_types.get(report_type).deprecated_on
]


@pytest.mark.parametrize(("report_type", "key", "option"), KNOWN, ids=[f"{name}-{key}" for name, key, _ in KNOWN])
def test_each_option_of_the_catalogue_takes_its_own_values_and_no_misspelt_name(
    report_type: str, key: str, option: ReportOption
) -> None:
    kind = report_types.get(report_type)
    vendors = option.accounts == ("vendor",)
    mine = {name: each for name, each in kind.options.items() if not {*each.accounts}.isdisjoint(option.accounts)}
    given = {name: value_of(each) for name, each in mine.items() if each.required} | {key: value_of(option)}
    place = BY_COUNTRY[kind.marketplaces[0] if kind.marketplaces else "DE"]
    raw = asked(report_type, given, marketplaceIds=[place], **({"sellingPartnerId": VENDOR} if vendors else {}))
    raw |= {} if kind.window.period_option else {"dataStartTime": "2026-11-04T00:00:00Z"}
    assert parse_request(raw, now=NOW)["reportOptions"][key] == given[key]
    misspelt = {**given, f"{key}s_": given[key]}
    with pytest.raises(InvalidRequest, match=rf"reportOptions\.{key}s_ is not an option of .*: did you mean {key}\?"):
        parse_request({**raw, "reportOptions": misspelt}, now=NOW)


@given(st.dictionaries(st.text(max_size=30), st.text(max_size=230), max_size=3), st.sampled_from(report_types.names()))
def test_any_options_are_passed_on_or_refused_in_one_line(options: dict[str, str], report_type: str) -> None:
    said = ""
    try:
        assert parse_request(asked(report_type, options), now=NOW)["reportOptions"] == options
    except InvalidRequest as refused:
        said = str(refused)
    assert "\n" not in said
