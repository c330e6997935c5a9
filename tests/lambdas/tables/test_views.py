"""The views of a table, executed by DuckDB over files as tables have them."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from lambdas.request import report_types
from lambdas.tables import names, views
from tests.testing.landed_samples import JSON
from tests.testing.tables_in_memory import ORDERS_TABLE as ORDERS
from tests.testing.tables_in_memory import Tables


class Views:
    """The views of a table that lies in files."""

    def __init__(self, tables: Tables, folder: Path, table: str) -> None:
        self._engine = duckdb.connect()
        self._engine.execute("SET TimeZone = 'UTC'")
        for key, body in tables.s3.bodies.items():
            if key.startswith(f"tables/{table}/"):
                path = folder / key
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(body)
        self.source = (
            f"read_parquet('{folder}/tables/{table}/**/*.parquet', union_by_name=true, hive_partitioning=true)"
        )
        self.queries = views.views_of(table, tables.glue.columns(table), source=self.source)

    def rows(self, view: str) -> list[dict[str, Any]]:
        found = self._engine.sql(self.queries[view]).order("rf_report_id, rf_row")
        return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(tmp_path)


def test_values_have_their_columns_types_and_those_that_do_not_are_told(tables: Tables, tmp_path: Path) -> None:
    header = "amazon-order-id\tquantity\titem-price\tpurchase-date\tis-business-order\tship-postal-code\n"
    tables.land(
        header
        + "1\t2\t1234.50\t2026-11-01T23:30:00+01:00\ttrue\t01067\n"
        + "2\t\t\t2026-11-01T06:00:00Z\tfalse\t\n"
        + "3\t2.0\t1,50\t01.11.2026\tmaybe\tx\n"
    )
    typed = Views(tables, tmp_path, ORDERS).rows(f"{ORDERS}_typed")
    assert [(row["quantity"], str(row["item_price"]), str(row["purchase_date"])) for row in typed] == [
        (2, "1234.500000000", "2026-11-01 22:30:00"),
        (None, "None", "2026-11-01 06:00:00"),
        (None, "None", "None"),
    ]
    assert [(row["is_business_order"], row["ship_postal_code"], row["rf_uncast"]) for row in typed] == [
        (True, "01067", ""),
        (False, "", ""),
        (None, "x", "quantity,item_price,purchase_date,is_business_order"),
    ]
    assert [(row["rf_seller"], row["rf_month"]) for row in typed] == [("A2EXAMPLE", "2026-11")] * 3


def test_the_latest_of_an_order_are_all_its_lines_in_the_newest_report_that_has_it(
    tables: Tables, tmp_path: Path
) -> None:
    header = "amazon-order-id\tsku\tquantity\n"
    tables.land(header + "1\ta\t5\n1\ta\t5\n1\tb\t1\n2\ta\t1\n", report_id="R1", window="one")
    tables.land(header + "1\ta\t4\n1\ta\t4\n3\tc\t1\n", report_id="R2", window="two", landed_at="2026-11-03T06:00:00Z")
    latest = Views(tables, tmp_path, ORDERS).rows(f"{ORDERS}_latest")
    assert [(row["rf_report_id"], row["amazon_order_id"], row["sku"], row["quantity"]) for row in latest] == [
        ("R1", "2", "a", 1),
        ("R2", "1", "a", 4),
        ("R2", "1", "a", 4),
        ("R2", "3", "c", 1),
    ]


def test_the_part_of_a_document_has_a_unit_of_its_own(tables: Tables, tmp_path: Path) -> None:
    kind = "GET_SALES_AND_TRAFFIC_REPORT"
    document = {"salesAndTrafficByDate": [{"date": "2026-11-01"}], "salesAndTrafficByAsin": [{"parentAsin": "B"}]}
    for number in (1, 2):
        tables.land(json.dumps(document), report_type=kind, media=JSON, report_id=f"R{number}", window=str(number))
    dated, by_asin = (f"{kind.lower()}__sales_and_traffic_by_{what}" for what in ("date", "asin"))
    assert [row["rf_report_id"] for row in Views(tables, tmp_path, dated).rows(f"{dated}_latest")] == ["R2"]
    assert [*Views(tables, tmp_path, by_asin).queries] == [f"{by_asin}_typed"]


def test_there_is_no_latest_where_a_column_of_its_unit_is_missing() -> None:
    assert [*views.views_of(ORDERS, [*names.OWN, "bestellnummer"], source="t")] == [f"{ORDERS}_typed"]


def test_units_and_aliases_of_the_catalogue_are_columns_as_tables_have_them() -> None:
    for name in report_types.names():
        layout = report_types.get(name).table
        for unit in (layout.unit or (), *layout.unit_of_parts.values()):
            columns = [column for column in unit if column not in names.OWN]
            assert names.columns(columns, {}) == columns
        assert [*map(names.column, layout.aliases.values())] == [*layout.aliases.values()]


def test_a_listing_in_chinese_has_the_columns_of_one_in_english() -> None:
    # jlevers/selling-partner-api#525. What is the listing's id and the product's has the same name there.
    chinese = (
        "商品名称 商品描述 商品编码 卖家_SKU 价格 数量 开售日期 是否为商城中的商品 商品编码类型 商品备注 商品状况 "
    )
    chinese += "ASIN1 国际配送 加急配送 添加-删除 等待购买数量 配送渠道 卖家配送组 状态"
    english = (
        "item-name item-description 商品编码 seller-sku price quantity open-date item-is-marketplace product-id-type "
    )
    english += (
        "item-note item-condition asin1 will-ship-internationally expedited-shipping add-delete pending-quantity "
    )
    english += "fulfillment-channel merchant-shipping-group status"
    aliases = report_types.get("GET_MERCHANT_LISTINGS_ALL_DATA").table.aliases
    cells = [cell.replace("_", " ") for cell in chinese.split()]
    assert names.columns(cells, aliases) == names.columns(english.split(), aliases)


def test_a_column_has_one_type_and_a_name_that_a_table_can_have() -> None:
    types = json.loads((Path(views.__file__).parent / "column_types.json").read_text())
    listed = [name for kind in views.CASTS for name in types[kind]]
    assert len(listed) == len(set(listed))
    assert names.columns(listed, {}) == listed
