"""A report becomes rows: in whatever order reports are delivered, the newest of each window is what is there."""

import itertools
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.tables.catalog import Catalog
from lambdas.tables.landed_report import LandedReport
from lambdas.tables.rows import NotTabular
from lambdas.tables.table_files import Superseded, TableFiles
from lambdas.tables.tabulate import Tabulator
from tests.testing.landed_samples import CSV, JSON, XML, manifest, zipped
from tests.testing.tables_in_memory import ORDERS_TABLE as ORDERS
from tests.testing.tables_in_memory import Tables

SALES = "GET_SALES_AND_TRAFFIC_REPORT"


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(tmp_path)


def test_a_row_says_which_report_it_is_of(tables: Tables) -> None:
    done = tables.land("sku\tquantity\r\n007\t1,50\r\n")
    assert done[0] | {"columnsAdded": []} == {
        "table": ORDERS,
        "rows": 1,
        "columns": 2,
        "shortRows": 0,
        "longRows": 0,
        "changed": True,
        "columnsAdded": [],
    }
    row = tables.rows()[0]
    assert row.pop("rf_landed_at").isoformat() == "2026-11-02T06:00:00"
    assert row == {
        "sku": "007",
        "quantity": "1,50",
        "rf_extra": None,
        "rf_report_id": "R1",
        "rf_window_start": "2026-10-31T23:00:00Z",
        "rf_window_end": "2026-11-01T22:59:59Z",
        "rf_marketplaces": "A1PA6795UKMFR9",
        "rf_options": "{}",
        "rf_source": "s3://reports/reports/R1",
        "rf_row": 1,
    }
    assert [key for key in tables.s3.bodies if key.startswith("tables/")] == [
        f"tables/{ORDERS}/rf_seller=A2EXAMPLE/rf_month=2026-11/50e721e49c013f00c62cf59f2163542a.parquet"
    ]


def test_the_same_report_again_changes_nothing(tables: Tables) -> None:
    tables.land("sku\n1\n")
    puts = tables.s3.puts
    assert tables.land("sku\n1\n")[0]["changed"] is False
    assert tables.s3.puts == puts


def test_a_report_of_a_table_that_is_known_takes_few_calls(tables: Tables) -> None:
    tables.land("sku\n1\n", window="one")
    puts, calls = tables.s3.puts, len(tables.glue.calls)
    tables.land("sku\n1\n", report_id="R2", window="two")
    # docs/tables.md reckons with them: HeadObject and GetObject of the document come on top.
    assert tables.s3.puts == puts + 1
    assert tables.glue.calls[calls:] == ["GetTable", "GetPartition"]


def test_a_newer_report_replaces_and_an_older_one_that_comes_late_does_not(tables: Tables) -> None:
    tables.land("sku\ta\n1\tx\n2\ty\n")
    tables.land("b\tsku\n\t3\n", report_id="R2", landed_at="2026-11-03T06:00:00+00:00")
    assert tables.cells() == [{"sku": "3", "b": ""}]
    with pytest.raises(Superseded, match="R2"):
        tables.land("sku\ta\n1\tx\n2\ty\n")
    assert tables.cells() == [{"sku": "3", "b": ""}]
    assert tables.glue.columns(ORDERS)[-3:] == ["sku", "a", "b"]


def test_columns_are_found_by_name_in_every_charset_and_language(tables: Tables) -> None:
    aliases = {"商品名": "item_name", "価格": "price", "Artikelbezeichnung": "item_name", "Preis": "price"}
    tables.alias(aliases)
    tables.land("商品名\t価格\n抹茶\t100\n", charset="cp932", window="jp", report_id="JP")
    tables.land("Preis\tArtikelbezeichnung\n1,50\tÖl €\n", charset="cp1252", window="de", report_id="DE")
    assert [(row["item_name"], row["price"]) for row in tables.rows()] == [("Öl €", "1,50"), ("抹茶", "100")]


def test_another_alias_makes_the_rows_of_the_same_report_again(tables: Tables) -> None:
    tables.land("商品名\n抹茶\n")
    tables.alias({"商品名": "item_name"})
    assert tables.land("商品名\n抹茶\n")[0]["changed"] is True
    assert tables.cells() == [{"item_name": "抹茶"}]


def test_a_column_that_the_report_does_not_have_is_null_and_an_empty_cell_is_not(tables: Tables) -> None:
    tables.land("a\tb\n1\t\n", window="one", report_id="R1")
    tables.land("a\n2\n", window="two", report_id="R2")
    assert tables.cells() == [{"a": "1", "b": ""}, {"a": "2", "b": None}]


def test_a_json_document_has_a_table_for_each_array(tables: Tables) -> None:
    dated = {"date": "2026-11-01", "salesByDate": {"orderedProductSales": {"amount": 1.5}}}
    first = {"salesAndTrafficByDate": [dated], "salesAndTrafficByAsin": [{"parentAsin": "B1"}, {"parentAsin": "B2"}]}
    given: dict[str, Any] = {"report_type": SALES, "media": JSON}
    tables.land(json.dumps(first), **given)
    by_date, by_asin = (f"{SALES.lower()}__sales_and_traffic_by_{what}" for what in ("date", "asin"))
    assert tables.cells(by_date) == [{"date": "2026-11-01", "sales_by_date_ordered_product_sales_amount": "1.5"}]
    assert [row["parent_asin"] for row in tables.rows(by_asin)] == ["B1", "B2"]
    # An array that a refresh does not have any more leaves no rows behind.
    tables.land(json.dumps({"salesAndTrafficByDate": []}), report_id="R2", landed_at="2026-11-04T06:00:00Z", **given)
    assert tables.rows(by_date) == tables.rows(by_asin) == []


def test_an_xml_document_has_a_table_for_each_kind_of_record(tables: Tables) -> None:
    text = (
        "<E><Message><Order><AmazonOrderID>1</AmazonOrderID><OrderItem><SKU>A</SKU></OrderItem></Order></Message></E>"
    )
    kind = "GET_XML_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL"
    tables.land(text, report_type=kind, media=XML)
    assert tables.cells(f"{kind.lower()}__order") == [{"amazon_order_id": "1", "order_item": '[{"SKU": "A"}]'}]


@pytest.mark.parametrize(("kind", "severity"), [("zero bytes", "warning"), ("blank", "info"), ("sentence", "info")])
def test_a_document_that_says_nothing_takes_the_rows_of_its_window_away(
    tables: Tables, kind: str, severity: str
) -> None:
    tables.land("sku\n1\n")
    empty = {"code": "EMPTY", "severity": severity, "sentence": "…", "details": {"kind": kind}}
    newer = {"report_id": "R2", "landed_at": "2026-11-04T06:00:00+00:00", "media": "text/plain"}
    tables.land("No data", findings=[empty], charset="utf-8", **newer)
    assert tables.rows() == []


def test_an_odd_sentence_takes_nothing_away(tables: Tables) -> None:
    tables.land("sku\n1\n")
    odd = {"code": "EMPTY", "severity": "warning", "sentence": "…", "details": {"kind": "sentence"}}
    with pytest.raises(NotTabular):
        tables.land("Try again", findings=[odd], media="text/html", report_id="R2")
    assert len(tables.rows()) == 1


@pytest.mark.parametrize(
    ("media", "charset"), [("application/pdf", None), ("text/html", "utf-8"), ("text/csv", None), (CSV, "ascii")]
)
def test_what_has_no_rows_or_no_charset_makes_no_table(tables: Tables, media: str, charset: str | None) -> None:
    landed = manifest(media=media, charset=charset)
    tables.s3.bodies["reports/R1"] = zipped("sku,é\n1,2\n")
    with pytest.raises(NotTabular):
        tables.tabulator.tabulate(LandedReport.from_manifest(landed))
    assert tables.glue.tables == {}


class History(NamedTuple):
    """Reports of a few windows, in the order in which they land."""

    manifests: list[dict[str, Any]]
    bodies: dict[str, bytes]
    newest: list[dict[str, Any]]
    """The rows that have to be there in the end."""


def history(chance: random.Random) -> History:
    manifests, bodies, of_window = [], {}, {}
    for number in range(chance.randrange(1, 9)):
        window, columns = str(chance.randrange(3)), chance.sample(["a-b", "c", "d", "e"], chance.randrange(1, 5))
        rows = [[f"{number}.{row}.{column}" for column in columns] for row in range(chance.randrange(4))]
        landed = manifest(report_id=f"R{number}", window=window, landed_at=f"2026-11-{number + 1:02}T06:00:00+00:00")
        text = "".join("\t".join(row) + "\n" for row in [columns, *rows])
        manifests.append(landed)
        bodies[landed["result"]["key"]] = zipped(text)
        named = [name.replace("-", "_") for name in columns]
        of_window[window] = [{"rf_report_id": f"R{number}", **dict(zip(named, row, strict=True))} for row in rows]
    return History(manifests, bodies, [*itertools.chain.from_iterable(of_window.values())])


class Died(BaseException):
    """The process is gone."""


class Mortal:
    """A client of AWS at one of whose calls the process dies, before or after what it does."""

    def __init__(self, client: Any, dies: Iterable[bool], *, after: bool) -> None:
        self._client, self._dies, self._after = client, iter(dies), after

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._client, name)
        if not callable(attribute) or name in ("exceptions", "get_paginator"):
            return attribute

        def call(**arguments: Any) -> Any:
            dies = next(self._dies, False)
            if dies and not self._after:
                raise Died
            answer = attribute(**arguments)
            if dies:
                raise Died
            return answer

        return call


def content(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    kept = [
        {k: v for k, v in row.items() if v is not None and (k == "rf_report_id" or not k.startswith("rf_"))}
        for row in rows
    ]
    return sorted(kept, key=lambda row: sorted(row.items()))


@given(st.integers(0, 2**32), st.booleans())
def test_any_order_of_landings_redeliveries_and_crashes_ends_as_the_newest_of_each_window(
    tmp_path_factory: pytest.TempPathFactory, seed: int, after: bool
) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    tables = Tables(tmp_path_factory.mktemp("model"))
    past = history(chance)
    tables.s3.bodies.update(past.bodies)
    deliveries = past.manifests + chance.choices(past.manifests, k=4)
    chance.shuffle(deliveries)
    while deliveries:
        landed = deliveries.pop(0)
        dies = (chance.random() < 0.1 for _ in itertools.count())
        files = TableFiles(s3=Mortal(tables.s3, dies, after=after), prefix="tables", headers={})  # type: ignore[arg-type]  # it passes all on
        catalog = Catalog(glue=Mortal(tables.glue, dies, after=after), database="d", location="s3://b/tables")  # type: ignore[arg-type]  # it passes all on
        try:
            Tabulator(files=files, catalog=catalog, aliases={}).tabulate(LandedReport.from_manifest(landed))
        except Superseded:
            pass
        except Died:
            # Its message is delivered again, whenever that is.
            deliveries.insert(chance.randrange(len(deliveries) + 1), landed)
    assert content(tables.rows()) == content(past.newest)
    table, partitions = set(tables.glue.columns(ORDERS)), tables.glue.partitions.values()
    assert all({c["Name"] for c in one["StorageDescriptor"]["Columns"]} == table for one in partitions)
