"""Names of columns: the same words are the same column, and no two columns of a report have the same name."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.tables import names

HEADERS = st.lists(st.text(max_size=8) | st.sampled_from(["a", "A", "a_2", "a-2", "rf_row", "", "Straße"]), max_size=8)


@pytest.mark.parametrize(
    ("cell", "column"),
    [
        ("amazon-order-id", "amazon_order_id"),
        (" Purchase Date ", "purchase_date"),
        ("quantity (units)", "quantity_units"),
        ("orderedProductSales", "ordered_product_sales"),
        ("AmazonOrderID", "amazon_order_id"),
        ("商品名", "商品名"),
        ("\uff30rice", "price"),
        ("30-day-units", "_30_day_units"),
        ("x" * 300, "x" * 60),
    ],
)
def test_a_column_is_called_by_its_words(cell: str, column: str) -> None:
    assert names.columns([cell], {}) == [column]


def test_an_alias_is_found_whatever_the_case_and_blanks_of_its_cell() -> None:
    assert names.columns(["商品名 ", "ARTIKELNUMMER", "sku"], {"商品名": "item_name", "Artikelnummer": "item_id"}) == [
        "item_name",
        "item_id",
        "sku",
    ]


def test_columns_without_a_name_and_with_one_of_ours_get_others() -> None:
    assert names.columns(["", "rf_row", "a", "a", "a_2"], {}) == ["column_1", "amazon_rf_row", "a", "a_2", "a_2_2"]


@given(HEADERS)
def test_names_are_unique_and_every_engine_takes_them_unquoted(header: list[str]) -> None:
    found = names.columns(header, {})
    assert len(found) == len(set(found)) == len(header)
    assert all(re.fullmatch(r"[^\W\d]\w*", name) and name == name.lower() for name in found)
    assert not any(name.startswith("rf_") for name in found)
    # Glue's limit.
    assert all(len(name.encode()) <= 255 for name in found)


def test_tables_are_called_as_their_report_type() -> None:
    assert names.table_of("GET_X_DATA_") == "get_x_data_"
    assert (
        names.table_of("GET_SALES_AND_TRAFFIC_REPORT", "salesByAsin") == "get_sales_and_traffic_report__sales_by_asin"
    )
