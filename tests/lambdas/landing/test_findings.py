"""Findings: what is odd about a document, by its content, its type and the reports before it."""

import gzip
import json
from typing import Any

import pytest

from lambdas.landing.charset import decide
from lambdas.landing.findings import Assessment, assess
from lambdas.landing.inspector import Inspector, not_inspected
from lambdas.landing.media_type import TSV, media_of
from lambdas.payloads.findings import EarlierReports, Finding
from tests.testing.samples import GERMANY

ORDERS = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
SALES = "GET_SALES_AND_TRAFFIC_REPORT"
XML_ORDERS = "GET_XML_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
NOTHING = EarlierReports()
USUAL = EarlierReports(usually_has_rows=True, rows=[8_000] * 5, columns=["sku", "title"])


def assessed(
    body: bytes,
    *,
    report_type: str = ORDERS,
    earlier: EarlierReports = NOTHING,
    label: str = "",
    restricted: bool = False,
) -> Assessment:
    with Inspector(body[:2], whole_text=True) as inspector:
        inspector.feed(body)
        content = inspector.finish()
    decided = decide(content_type=f"text/plain{label}", evidence=content.text, marketplace_ids=[GERMANY])
    return assess(
        content, media_of(content.head), decided, report_type=report_type, restricted=restricted, earlier=earlier
    )


def told(found: Assessment) -> list[tuple[str, str]]:
    return [(finding["code"], finding["severity"]) for finding in found.findings]


def only(found: Assessment, code: str) -> Finding:
    (finding,) = found.findings
    assert finding["code"] == code
    return finding


@pytest.mark.parametrize(
    "body",
    [b"", b"\xef\xbb\xbf", b"\r\n \r\n", b"sku\ttitle\r\n", b"sku\ttitle\r\n\r\n", b"No data available", b"\xff\xfe"],
)
def test_nothing_is_suspect_where_there_is_usually_something(body: bytes) -> None:
    found, unknown = assessed(body, earlier=USUAL), assessed(body)
    assert (found.rows, told(found), found.suspect_empty) == (0, [("EMPTY", "warning")], True)
    assert (unknown.rows, told(unknown), unknown.suspect_empty) == (0, [("EMPTY", "info")], False)


def test_a_sentence_of_something_else_is_suspect_anyway() -> None:
    found = assessed(b"Date range exceeded. Report can be requested only upto 30 days")
    assert only(found, "EMPTY")["severity"] == "warning"
    assert "Date range exceeded" in only(found, "EMPTY")["sentence"]


def test_the_words_of_a_restricted_document_are_kept_out() -> None:
    assert "Jane" not in str(assessed(b"Jane Doe lives here", restricted=True).findings)


def test_lists_without_elements_are_nothing() -> None:
    body = json.dumps({"reportSpecification": {}, "salesAndTrafficByDate": [], "salesAndTrafficByAsin": []}).encode()
    assert told(assessed(body, report_type=SALES)) == [("EMPTY", "info")]
    assert told(assessed(b"<AmazonEnvelope/>", report_type=XML_ORDERS)) == [("EMPTY", "info")]


@pytest.mark.parametrize(
    ("body", "report_type", "rows"),
    [
        (b'{"salesAndTrafficByDate": [1, 2], "salesAndTrafficByAsin": [3]}', SALES, 3),
        (b"<AmazonEnvelope><Message><Order/></Message><Message><Order/></Message></AmazonEnvelope>", XML_ORDERS, 2),
        (b'{"unheard": [1]}', "GET_VENDOR_DEMAND_FORECAST_REPORT", None),
    ],
)
def test_records_are_those_of_the_type(body: bytes, report_type: str, rows: int | None) -> None:
    found = assessed(body, report_type=report_type)
    assert (found.rows, found.findings) == (rows, [])


@pytest.mark.parametrize(
    ("body", "report_type", "severity"),
    [
        (b"<!DOCTYPE html><html><body><h1>Try again later</h1></body></html>", ORDERS, "error"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", ORDERS, "error"),
        (b'{"errorDetails": "why"}', SALES, "error"),
        (b'{"salesAndTrafficByDate": [', SALES, "error"),
        (b"<AmazonEnvelope><Order></AmazonEnvelope>", XML_ORDERS, "error"),
        (b'"sku","asin","price"\r\n"A-1","B0","1,50"\r\n', ORDERS, "warning"),
        (b"sku\tasin\nA-1\tB0\n", XML_ORDERS, "warning"),
        (b"%PDF-1.7", ORDERS, "warning"),
    ],
)
def test_what_is_not_of_its_types_format_is_told(body: bytes, report_type: str, severity: str) -> None:
    assert only(assessed(body, report_type=report_type), "FORMAT")["severity"] == severity


def test_a_type_whose_format_is_not_known_may_be_anything() -> None:
    assert assessed(b"sku,asin\n1,2\n", report_type="GET_UNHEARD_OF").findings == []


def test_ragged_rows_are_counted() -> None:
    details = only(assessed(b"a\tb\n1\t2\n1\n1\t2\t3\n"), "RAGGED")["details"]
    assert details == {"rows": 2, "firstLine": 3, "cells": 1, "columns": 2, "sampled": False}


def test_columns_of_the_same_name_are_told() -> None:
    assert only(assessed(b"a\tb\ta\n1\t2\t3\n"), "DUPLICATE_COLUMNS")["details"] == {"columns": ["a"]}


@pytest.mark.parametrize(
    ("header", "severity", "details"),
    [
        ("sku\ttitle\tprice", "info", {"appeared": ["price"]}),
        ("sku\tprice\tx", "warning", {"appeared": ["price", "x"], "vanished": ["title"]}),
        ("title\tsku", "info", {"moved": True}),
        ("sku\tname", "warning", {"renamed": [{"from": "title", "to": "name"}]}),
    ],
)
def test_another_layout_is_told(header: str, severity: str, details: dict[str, Any]) -> None:
    earlier = EarlierReports(columns=["sku", "title"])
    found = only(assessed(f"{header}\n{header}\n".encode(), earlier=earlier), "LAYOUT")
    nothing = {"appeared": [], "vanished": [], "renamed": [], "moved": False}
    assert (found["severity"], found["details"]) == (severity, {**nothing, **details})


@pytest.mark.parametrize(("rows", "odd"), [(1_999, True), (2_500, False), (30_000, False), (40_000, True)])
def test_far_fewer_or_more_rows_are_told(rows: int, odd: bool) -> None:
    earlier = EarlierReports(rows=[7_000, 8_000, 9_000, 8_500, 7_500])
    found = assessed(b"a\tb\n" + b"1\t2\n" * rows, earlier=earlier)
    assert told(found) == ([("ROWS", "warning")] if odd else [])


@pytest.mark.parametrize("earlier", [[8_000] * 4, [1, 30_000, 4, 9_000, 200, 12_000], [3, 4, 5, 3, 4]])
def test_what_varies_or_is_little_or_new_says_nothing(earlier: list[int]) -> None:
    assert assessed(b"a\tb\n" + b"1\t2\n" * 19, earlier=EarlierReports(rows=earlier)).findings == []


def test_a_label_that_the_bytes_contradict_is_told() -> None:
    found = assessed("sku\ttitle\nA\tRöstfrisch\n".encode("cp1252"), label="; charset=UTF-8")
    assert "its label says utf-8" in only(found, "CHARSET")["sentence"]
    assert "cp1252" in only(found, "CHARSET")["sentence"]


@pytest.mark.parametrize("row", [b"303-1\tJane Doe\tJane Doe", b"Jane Doe\tjane@example.com\tJane Doe"])
def test_a_row_in_the_place_of_a_header_is_no_columns(row: bytes) -> None:
    found = assessed(row + b"\n" + row.replace(b"Jane", b"John") + b"\n")
    assert found.columns is None
    assert "Doe" not in json.dumps(found.findings)


def test_columns_are_read_in_the_charset_that_was_decided() -> None:
    assert assessed("sku\tGröße\n1\tgroß\n".encode("cp1252")).columns == ["sku", "Größe"]


def test_a_document_that_was_not_inspected_says_so() -> None:
    found = assess(not_inspected(9, gzip=True), TSV, None, report_type=ORDERS, restricted=False, earlier=USUAL)
    assert (found.rows, told(found)) == (None, [("NOT_INSPECTED", "info")])


def test_a_header_without_end_is_not_kept() -> None:
    found = assessed(gzip.compress(b"\t".join(b"column %d" % number for number in range(9_000)) + b"\n"))
    assert found.columns is None
    assert len(json.dumps(found.findings)) < 2_000
