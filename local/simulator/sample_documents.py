"""What a report that nothing was scripted for has in it: the columns or keys of its type, in its marketplace's charset.

Columns are those of Amazon's flat files, keys those of its published JSON schemas; a type that is not here gets a
document that only says which window it holds (window_document.py). The rows are invented, and the same each time.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lambdas.request import report_types
from lambdas.spapi.regions import MARKETPLACES
from local.simulator.document import Document
from local.simulator.window_document import document_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.simulator.specification import Specification
    from local.simulator.window_reading import Reading

COLUMNS: dict[str, list[str]] = json.loads(Path(__file__).with_name("sample_columns.json").read_text("utf-8"))
LATIN = ("DE", "FR", "IT", "ES", "UK", "NL", "SE", "BE", "IE", "US", "CA", "MX", "BR", "AU")
CHARSETS = {"JP": "windows-31j", **dict.fromkeys(LATIN, "Cp1252")}
CURRENCIES = {"UK": "GBP", "JP": "JPY", "US": "USD", "CA": "CAD", "MX": "MXN", "BR": "BRL", "AU": "AUD", "SE": "SEK"}
PRODUCTS = {
    "JP": ("抹茶 宇治 100g", "醤油 濃口 1L", "煎餅 海苔"),
    "FR": ("Crème brûlée, 6 pièces", "Café moulu – forêt", "Thé à la menthe"),
    "DE": ("Kaffee „Röstfrisch“ 500 g", "Früchtetee für Kinder", "Dinkelbrot, süß"),
}
ENGLISH = ("Coffee, whole beans", "Fruit tea for children", "Spelt bread, 6 pieces")
# Two products a date, or a moment.
EACH = 2


def sample_document(specification: Specification, reading: Reading) -> Document:
    """Return the document of a report that holds this."""
    country = MARKETPLACES.get(specification.marketplace_ids[0], ("US", ""))[0]
    kind = report_types.get(specification.report_type)
    if specification.report_type in COLUMNS and reading.rows:
        columns = COLUMNS[specification.report_type]
        rows = [[_cell(column, moment, number, country) for column in columns] for moment, number in _lines(reading)]
        if kind.quoted:
            columns, rows = _quoted(columns), [_quoted(row) for row in rows]
        return Document.tsv([columns, *rows], charset=CHARSETS.get(country, "UTF-8"))
    keys = JSON_KEYS.get(specification.report_type)
    if keys is None or not reading.rows:
        return document_of(specification, reading)
    head = {
        "reportType": specification.report_type,
        "reportOptions": specification.received.get("reportOptions", {}),
        "dataStartTime": reading.start,
        "dataEndTime": reading.end,
        "marketplaceIds": specification.marketplace_ids,
    }
    return Document.json({"reportSpecification": head, **keys(reading, CURRENCIES.get(country, "EUR"))})


def _lines(reading: Reading) -> Iterator[tuple[str, int]]:
    count = 0
    for moment in reading.rows:
        for _ in range(EACH):
            yield moment, count
            count += 1


def _quoted(cells: list[str]) -> list[str]:
    return [f'"{cell}"' for cell in cells]


def _cell(column: str, moment: str, number: int, country: str) -> str:
    """Return a cell by what its column's name says of it; most of Amazon's columns are empty in most rows."""
    name = column.lower()
    product = number % len(ENGLISH)
    cells = {
        r"(amazon-)?order-id|reference id|reimbursement-id|settlement-id": f"303-{number + 1:07}-{7 * number + 5:07}",
        r".*date and time|.*-date-time": f"{moment[:10]}T08:30:00+00:00",
        r"(purchase|last-updated|return|approval|posted|open)-date": f"{moment[:10]}T08:30:00+00:00",
        r"date|.*-date": moment[:10],
        r"(item|product)-name|title": PRODUCTS.get(country, ENGLISH)[product],
        r"fnsku|fulfillment-channel-sku": f"X00{product:07}",
        r"(seller-)?sku|msku": f"SKU-{product + 1}",
        r"asin1?|product-id": f"B00000000{product}",
        r"currency(-unit)?": CURRENCIES.get(country, "EUR"),
        r".*(price|tax|amount|amount-total|amount-per-unit)": f"{(product + 1) * 4.95:.2f}",
        r".*(quantity.*|balance|receipts|shipments)": str(number % 5 + 1),
        r"order-status|item-status": "Shipped",
        r"status": "Active",
        r"ship-country|country|location": country,
        r"(detailed-)?disposition": "SELLABLE",
        r"fulfillment-channel": "Amazon",
        r"is-business-order": "false",
    }
    return next((cell for pattern, cell in cells.items() if re.fullmatch(pattern, name)), "")


def _money(amount: float, currency: str) -> dict[str, Any]:
    return {"amount": amount, "currencyCode": currency}


def _sales_and_traffic(reading: Reading, currency: str) -> dict[str, Any]:
    def sales(number: int) -> dict[str, Any]:
        ordered = number % 5 + 1
        revenue = _money(ordered * 19.9, currency)
        return {"orderedProductSales": revenue, "unitsOrdered": ordered, "totalOrderItems": ordered}

    traffic = {"browserSessions": 90, "mobileAppSessions": 10, "sessions": 100, "pageViews": 165}
    return {
        "salesAndTrafficByDate": [
            {"date": day, "salesByDate": sales(number), "trafficByDate": traffic}
            for number, day in enumerate(reading.rows)
        ],
        "salesAndTrafficByAsin": [
            {"parentAsin": f"B00000000{number}", "salesByAsin": sales(number), "trafficByAsin": traffic}
            for number in range(EACH)
        ],
    }


def _vendor_sales(reading: Reading, currency: str) -> dict[str, Any]:
    def of(number: int) -> dict[str, Any]:
        money = {key: _money(number * 24.5, currency) for key in ("orderedRevenue", "shippedCogs", "shippedRevenue")}
        return {"customerReturns": 0, **money, "orderedUnits": number, "shippedUnits": number}

    return _of_vendor("sales", reading, of)


def _vendor_traffic(reading: Reading, _currency: str) -> dict[str, Any]:
    return _of_vendor("traffic", reading, lambda number: {"glanceViews": 100 * number})


def _of_vendor(what: str, reading: Reading, of: Any) -> dict[str, Any]:
    """Return the sums of the window, and those of each product in it."""
    window = {"startDate": reading.start, "endDate": reading.end}
    each = [{**window, "asin": f"B00000000{number}", **of(number)} for number in range(1, EACH + 1)]
    return {f"{what}Aggregate": [{**window, **of(sum(range(EACH + 1)))}], f"{what}ByAsin": each}


def _search_terms(_reading: Reading, _currency: str) -> dict[str, Any]:
    terms = (("coffee", 1), ("fruit tea", 2))
    return {
        "dataByDepartmentAndSearchTerm": [
            {
                "departmentName": "Amazon.com",
                "searchTerm": term,
                "searchFrequencyRank": rank,
                "clickedAsin": f"B00000000{share}",
                "clickShareRank": share,
                "clickShare": 0.08 / share,
                "conversionShare": 0.04 / share,
            }
            for term, rank in terms
            for share in (1, 2, 3)
        ]
    }


JSON_KEYS = {
    "GET_SALES_AND_TRAFFIC_REPORT": _sales_and_traffic,
    "GET_VENDOR_SALES_REPORT": _vendor_sales,
    "GET_VENDOR_TRAFFIC_REPORT": _vendor_traffic,
    "GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT": _search_terms,
}
