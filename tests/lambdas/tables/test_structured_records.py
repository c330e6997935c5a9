"""The records of JSON and XML: all values, by the names of what is around them, however the document is cut."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.tables.json_document import json_records
from lambdas.tables.rows import NotTabular
from lambdas.tables.structured_records import NESTED, parts_of, rows_of
from lambdas.tables.xml_document import xml_records

SALES = {
    "reportSpecification": {"reportType": "GET_SALES_AND_TRAFFIC_REPORT"},
    "salesAndTrafficByDate": [
        {"date": "2026-11-01", "sales": {"ordered": {"amount": 1.10, "currencyCode": "EUR"}, "units": None}},
        {"date": "2026-11-02", "extra": [1, {"x": "]"}], "quoted": 'a"],[é', "yes": True},
    ],
    "salesAndTrafficByAsin": [],
}
ORDERS = """<?xml version="1.0" encoding="UTF-8"?>
<a:AmazonEnvelope xmlns:a="urn:a"><Header><DocumentVersion>1.00</DocumentVersion></Header>
<Message><a:Order><AmazonOrderID>1</AmazonOrderID><Address><City>Köln &amp; Bonn</City></Address>
  <OrderItem><SKU>A</SKU><Amount currency="EUR">1.10</Amount></OrderItem></a:Order></Message>
<Message><Order><AmazonOrderID>2</AmazonOrderID><Address/><OrderItem><SKU>B</SKU></OrderItem>
  <OrderItem><SKU>C</SKU></OrderItem></Order></Message></a:AmazonEnvelope>"""
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def cut(text: str, size: int) -> Iterator[bytes]:
    return (text[start : start + size].encode() for start in range(0, len(text), size))


def of_json(document: Any, size: int = 1000) -> list[Any]:
    return [*json_records(cut(json.dumps(document, ensure_ascii=False, indent=1), size))]


def of_xml(text: str, size: int = 1000, **how: Any) -> list[Any]:
    return [*xml_records(cut(text, size), **{"names": (), "lists": (), **how})]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 10**6])
def test_a_json_document_has_its_arrays_records_however_it_is_cut(size: int) -> None:
    first = {
        "date": "2026-11-01",
        f"sales{NESTED}ordered{NESTED}amount": "1.1",
        f"sales{NESTED}ordered{NESTED}currencyCode": "EUR",
        f"sales{NESTED}units": "",
    }
    second = {"date": "2026-11-02", "extra": '["1", {"x": "]"}]', "quoted": 'a"],[é', "yes": "true"}
    assert of_json(SALES, size) == [
        ("salesAndTrafficByDate", None),
        ("salesAndTrafficByDate", first),
        ("salesAndTrafficByDate", second),
        ("salesAndTrafficByAsin", None),
    ]


def test_numbers_keep_their_characters() -> None:
    assert [*json_records([b'[{"a": 1.10, "b": 12345678901234567890.123, "c": 1E5, "d": NaN}]'])][1][1] == {
        "a": "1.10",
        "b": "12345678901234567890.123",
        "c": "1E5",
        "d": "NaN",
    }


def test_values_that_are_no_objects_and_documents_without_arrays_are_records_too() -> None:
    assert of_json([1, "x"]) == [("", None), ("", {"value": "1"}), ("", {"value": "x"})]
    assert of_json({"a": {"b": 1}}) == [("", {f"a{NESTED}b": "1"})]
    assert of_json([]) == [("", None)]


@given(st.lists(st.dictionaries(st.text(max_size=3), VALUES, max_size=3)), st.integers(1, 30))
def test_every_json_document_can_be_read(records: list[Any], size: int) -> None:
    found = of_json({"rows": records}, size)
    assert len(found) == 1 + len(records)
    # What a record has at the top is there under its name.
    for (_, row), record in zip(found[1:], records, strict=True):
        assert all(row[key] == value for key, value in record.items() if isinstance(value, str))


@pytest.mark.parametrize("text", ["", "{", '{"a" 1}', '[{"a": 1]', "[1] x", '{"a": [', "nonsense", "[" * 100_000])
def test_what_is_no_json_has_no_rows(text: str) -> None:
    with pytest.raises(NotTabular, match="no JSON"):
        [*json_records(cut(text, 1000))]


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_an_xml_document_has_its_records_however_it_is_cut(size: int) -> None:
    first = {
        "AmazonOrderID": "1",
        f"Address{NESTED}City": "Köln & Bonn",
        "OrderItem": '[{"SKU": "A", "Amount": {"currency": "EUR", "value": "1.10"}}]',
    }
    second = {"AmazonOrderID": "2", "Address": "", "OrderItem": '[{"SKU": "B"}, {"SKU": "C"}]'}
    assert of_xml(ORDERS, size, names=("Order", "Refund"), lists=("OrderItem",)) == [
        ("Order", None),
        ("Refund", None),
        ("Order", first),
        ("Order", second),
    ]


def test_without_names_the_records_are_the_children_of_the_outermost_element() -> None:
    found = of_xml("<a><b c='1'>x</b><b/><d><e>2</e></d></a>")
    assert found == [("b", {"c": "1", "value": "x"}), ("b", {}), ("d", {"e": "2"})]


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a><x>&c;</x></a>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a><x>&b;</x></a>',
        "<a><x></a>",
        "<a>" * 60 + "</a>" * 60,
        "",
    ],
)
def test_an_xml_document_that_is_broken_or_dangerous_has_no_rows(text: str) -> None:
    with pytest.raises(NotTabular):
        of_xml(text)


def test_a_column_is_there_for_every_record_of_its_part_and_no_other() -> None:
    records = [("a", None), ("a", {"x": "1"}), ("b", {"z": "3"}), ("a", {"y": "2"}), ("c", None)]
    parts = parts_of(iter(records))
    assert [(part.name, part.header) for part in parts] == [("a", ["x", "y"]), ("b", ["z"]), ("c", [])]
    blocks = [*rows_of(parts[0], iter(records))]
    assert [[cells.to_pylist() for cells in block.cells] for block in blocks] == [[["1", ""], ["", "2"]]]
    assert [*rows_of(parts[2], iter(records))] == []
