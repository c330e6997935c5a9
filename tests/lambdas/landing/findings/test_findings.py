"""Findings: what is odd about a document, by its content, its type and the reports before it."""

import gzip
import json
from typing import Any

import pytest

from lambdas.landing.contents.media_type import TSV, media_of
from lambdas.landing.findings.assessment import Assessment, assess
from lambdas.landing.inspector import Inspector, not_inspected
from lambdas.landing.texts.charset import decide
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
    media = media_of(content.head)
    decided = decide(content_type=f"text/plain{label}", evidence=content.text, marketplace_ids=[GERMANY])
    charset = decided if media.text else None
    return assess(content, media, charset, report_type=report_type, restricted=restricted, earlier=earlier)


def told(found: Assessment) -> list[tuple[str, str]]:
    return [(finding["code"], finding["severity"]) for finding in found.findings]


def only(found: Assessment, code: str) -> Finding:
    (finding,) = found.findings
    assert finding["code"] == code
    return finding


@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b"\xef\xbb\xbf",
            b"\r\n \r\n",
            b"sku\ttitle\r\n",
            b"sku\ttitle\r\n\r\n",
            b"No data available",
            b"\xff\xfe",
        ),
        *(b"\xef\xbb\xbf\r\n", b"\0\0\0", b"\x1a", b"\t\t\n\t\t\n", b'"",""\n', b"\r\n" * 50_000, b"\0" * 70_000),
        *(text.encode() for text in ("\u00a0\n\u2003", "\u2028\u3000\u200b", "sku\ttitle\n\u00a0\n\u3000")),
        *(text.encode("utf-16") for text in ("\r\n", "sku\ttitle\r\n", "No data found")),
        *(b"sku\ttitle\r", b"sku\ttitle\nNo data found\t\n", b'"sku"\t"title"\n"No records were found"\n'),
    ],
)
def test_nothing_is_suspect_where_there_is_usually_something(body: bytes) -> None:
    found, unknown = assessed(body, earlier=USUAL), assessed(body)
    assert (found.rows, told(found), found.suspect_empty) == (0, [("EMPTY", "warning")], True)
    assert (unknown.rows, told(unknown), unknown.suspect_empty) == (0, [("EMPTY", "info")], False)


def test_a_sentence_of_something_else_is_suspect_anyway() -> None:
    found = assessed(b"Date range exceeded. Report can be requested only upto 30 days")
    assert only(found, "EMPTY")["severity"] == "warning"
    assert "Date range exceeded" in only(found, "EMPTY")["sentence"]


@pytest.mark.parametrize(
    "sentence",
    [
        *("There are no orders for this period.", "No matching records found, please try another date.", "n/a", "null"),
        *("Keine Daten verfügbar", "Es liegen keine Bestellungen vor.", "Aucun résultat trouvé", "Aucune donnée"),
        *(
            "No hay datos, pruebe otra fecha.",
            "Nessun dato disponibile",
            "Não há dados disponíveis",
            "Nenhum resultado",
        ),
        *("Geen gegevens beschikbaar", "Brak danych", "Inga data tillgängliga", "Veri bulunamadı", "لا توجد بيانات"),
        *("データがありません", "該当する注文は見つかりません。", "没有数据", "没有找到符合条件的订单"),
    ],
)
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig"])
def test_that_there_is_no_data_is_said_in_the_languages_of_the_marketplaces(sentence: str, codec: str) -> None:
    found = only(assessed(f"{sentence}\r\n".encode(codec)), "EMPTY")
    assert (found["severity"], found["details"]["kind"]) == ("info", "sentence")
    assert repr(sentence) in found["sentence"]


@pytest.mark.parametrize(
    "sentence",
    [
        "We encountered an internal error, please retry later.",
        "No data could be read: Access Denied",
        "Request has expired",
        "Der Bericht wird später erstellt",
        "sku",
    ],
)
def test_what_else_a_sentence_tells_of_is_suspect(sentence: str) -> None:
    found = only(assessed(sentence.encode()), "EMPTY")
    assert (found["severity"], found["details"]["kind"]) == ("warning", "sentence")


@pytest.mark.parametrize(
    ("body", "rows"),
    [
        (b"sku\ttitle\nA\tNo data cable\n", 1),
        (b"sku\ttitle\tnote\n\tNo data cable\t\n", 1),
        (b"Art.-Nr.\tBez.\nA\tB.\n", 1),
        (b"Report of today\n\nsku\ttitle\nA\t1\n", None),
        (b"sku; title\nA; 1\n", None),
        (b"\x28\xb5\x2f\xfd no data", None),
    ],
)
def test_rows_are_no_sentence(body: bytes, rows: int | None) -> None:
    found = assessed(body)
    assert (found.rows, "EMPTY" in dict(told(found))) == (rows, False)


def test_the_words_of_a_restricted_document_are_kept_out() -> None:
    assert "Jane" not in str(assessed(b"Jane Doe lives here", restricted=True).findings)


def test_lists_without_elements_are_nothing() -> None:
    body = json.dumps({"reportSpecification": {}, "salesAndTrafficByDate": [], "salesAndTrafficByAsin": []}).encode()
    assert told(assessed(body, report_type=SALES)) == [("EMPTY", "info")]
    for xml in (
        b"<AmazonEnvelope/>",
        b"<A><Header><DocumentVersion>1</DocumentVersion></Header><MessageType>Orders</MessageType></A>",
        b"<!-- > --><A> <![CDATA[]]> </A>",
    ):
        assert told(assessed(xml, report_type=XML_ORDERS)) == [("EMPTY", "info")]
    for lists in (
        b"[]",
        b"{}",
        b'{"reportSpecification": {"a": [1]}, "salesAndTrafficByDate": null}',
        b'{"a": {"b": [[]]}}',
    ):
        assert told(assessed(lists, report_type=SALES)) == [("EMPTY", "info")]


@pytest.mark.parametrize(
    ("body", "report_type", "rows"),
    [
        (b'{"salesAndTrafficByDate": [1, 2], "salesAndTrafficByAsin": [3]}', SALES, 3),
        (b"<AmazonEnvelope><Message><Order/></Message><Message><Order/></Message></AmazonEnvelope>", XML_ORDERS, 2),
        (b'{"unheard": [1]}', "GET_VENDOR_DEMAND_FORECAST_REPORT", None),
        (b'{"forecast": {"week": 1}, "next": null}', "GET_VENDOR_DEMAND_FORECAST_REPORT", None),
        (b'{"salesAndTrafficByDate": {"date": 1}}', SALES, None),
        (b"<AmazonEnvelope><Ordr>1</Ordr></AmazonEnvelope>", XML_ORDERS, None),
        (b"<Order/>", XML_ORDERS, 1),
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
        (b"<!-- busy --><HTML><p>Try again<br></HTML>", SALES, "error"),
        (b'<?xml version="1.0"?><html xmlns="a"><body/></html>', XML_ORDERS, "error"),
        (b"<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>", XML_ORDERS, "error"),
        (b'{"reportSpecification": {}, "errorDetails": "why", "salesAndTrafficByDate": []}', SALES, "error"),
        (b'{"errors": [{"code": "InternalFailure"}]}', SALES, "error"),
        (b'{"a": 1}\n{"a": 2}\n', SALES, "error"),
        (b'"sku","ti\ttle"\r\n"A-1","x"\r\n', ORDERS, "warning"),
        (gzip.compress(gzip.compress(b"sku\ttitle\n", mtime=0), mtime=0), ORDERS, "warning"),
        (b"a;b;c\n1;2;3\n", ORDERS, "warning"),
    ],
)
def test_what_is_not_of_its_types_format_is_told(body: bytes, report_type: str, severity: str) -> None:
    assert only(assessed(body, report_type=report_type), "FORMAT")["severity"] == severity


def test_a_type_whose_format_is_not_known_may_be_anything() -> None:
    for body in (b"sku,asin\n1,2\n", b'{"a": 1}\n{"a": 2}\n', b"%PDF-1.7"):
        assert assessed(body, report_type="GET_UNHEARD_OF").findings == []


def test_ragged_rows_are_counted() -> None:
    details = only(assessed(b"a\tb\n1\t2\n1\n1\t2\t3\n"), "RAGGED")["details"]
    assert details == {"rows": 2, "firstLine": 3, "cells": 1, "columns": 2, "sampled": False}


def test_columns_of_the_same_name_are_told() -> None:
    assert only(assessed(b"a\tb\ta\n1\t2\t3\n"), "DUPLICATE_COLUMNS")["details"] == {"columns": ["a"]}
    alike = only(assessed("SKU\tb  c\tsku \tb\u00a0C\n1\t2\t3\t4\n".encode()), "DUPLICATE_COLUMNS")
    assert alike["details"] == {"columns": ["SKU", "b  c", "sku", "b\u00a0C"]}
    assert assessed(b"order-id\torder_id\t\n1\t2\t3\n").findings == []


@pytest.mark.parametrize(
    ("header", "severity", "details"),
    [
        ("sku\ttitle\tprice", "info", {"appeared": ["price"]}),
        ("sku\tprice\tx", "warning", {"appeared": ["price", "x"], "vanished": ["title"]}),
        ("title\tsku", "info", {"moved": ["title"]}),
        ("sku\tname", "warning", {"renamed": [{"from": "title", "to": "name"}]}),
        ("price\tsku\tname", "warning", {"appeared": ["price"], "renamed": [{"from": "title", "to": "name"}]}),
        ("code\tname", "warning", {"appeared": ["code", "name"], "vanished": ["sku", "title"]}),
        ("sku\ttitle\t", "info", {"appeared": [""]}),
    ],
)
def test_another_layout_is_told(header: str, severity: str, details: dict[str, Any]) -> None:
    earlier = EarlierReports(columns=["sku", "title"])
    found = only(assessed(f"{header}\n{header}\n".encode(), earlier=earlier), "LAYOUT")
    nothing: dict[str, list[Any]] = {"appeared": [], "vanished": [], "renamed": [], "moved": []}
    assert (found["severity"], found["details"]) == (severity, {**nothing, **details})


@pytest.mark.parametrize(
    ("now", "details"),
    [
        ("bacd", {"moved": ["b"]}),
        ("dabc", {"moved": ["d"]}),
        ("baxd", {"moved": ["b"], "renamed": [{"from": "c", "to": "x"}]}),
        ("axbd", {"appeared": ["x"], "vanished": ["c"]}),
        ("xacd", {"appeared": ["x"], "vanished": ["b"]}),
        ("abcda", {"appeared": ["a"]}),
    ],
)
def test_what_moved_and_what_is_renamed_is_told_apart(now: str, details: dict[str, Any]) -> None:
    header = "\t".join(now)
    found = assessed(f"{header}\n{header}\n".encode(), earlier=EarlierReports(columns=[*"abcd"])).findings[-1]
    assert found["code"] == "LAYOUT"
    assert {name: value for name, value in found["details"].items() if value} == details


def test_a_layout_of_many_columns_is_told_in_a_line() -> None:
    header = "\t".join(f"column {number}" for number in range(500))
    found = only(assessed(f"{header}\n{header}\n".encode(), earlier=EarlierReports(columns=["sku"])), "LAYOUT")
    assert "and 490 more appeared" in found["sentence"]
    assert len(found["sentence"]) < 300


def test_no_sentence_is_a_layout() -> None:
    found = assessed(b"No data\tavailable\n", earlier=EarlierReports(columns=["sku", "title"]))
    assert (told(found), found.columns) == ([("EMPTY", "info")], None)


@pytest.mark.parametrize(("rows", "odd"), [(1_999, True), (2_500, False), (30_000, False), (40_000, True)])
def test_far_fewer_or_more_rows_are_told(rows: int, odd: bool) -> None:
    earlier = EarlierReports(rows=[7_000, 8_000, 9_000, 8_500, 7_500])
    found = assessed(b"a\tb\n" + b"1\t2\n" * rows, earlier=earlier)
    assert told(found) == ([("ROWS", "warning")] if odd else [])


@pytest.mark.parametrize(
    ("rows", "earlier", "odd"),
    [
        (400, [8_000, 9_500, 6_500, 12_000, 5_000, 7_800], True),
        (10_000, [100, 200, 400, 800, 1_600, 3_200], False),
        (5_000, [100, 1_000] * 20, False),
        (1, [20] * 9, True),
        (100, [0] * 9, True),
    ],
)
def test_what_grows_or_comes_and_goes_is_usual(rows: int, earlier: list[int], odd: bool) -> None:
    found = assessed(b"a\tb\n" + b"1\t2\n" * rows, earlier=EarlierReports(rows=earlier))
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
    assert (found.rows, told(found)) == (None, [("NOT_INSPECTED", "warning")])


def test_a_header_without_end_is_not_kept() -> None:
    found = assessed(gzip.compress(b"\t".join(b"column %d" % number for number in range(9_000)) + b"\n"))
    assert found.columns is None
    assert len(json.dumps(found.findings)) < 2_000
