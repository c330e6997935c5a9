"""What `make run` shows: one execution per way that a report can go, with how it must end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from local.simulator import Document, Fault, Script

GERMANY, JAPAN, USA = "A1PA6795UKMFR9", "A1VC38T7YXB528", "ATVPDKIKX0DER"
WINDOW = {"dataStartTime": "2026-11-01T00:00:00Z", "dataEndTime": "2026-11-07T23:59:59Z"}
NOT_YET = "The report data for the requested date range is not yet available"


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """An execution: its input, how Amazon behaves, and the outcome or the error that it must end with."""

    name: str
    input: Mapping[str, Any]
    script: Script | None
    ends: str | None
    weeks_before: int = 0
    """So many reports of the weeks before have landed when it starts: what is unlike them becomes a finding."""

    @property
    def earlier(self) -> list[Mapping[str, Any]]:
        """The inputs for those, of which each report is `USUAL`."""
        weeks = [timedelta(weeks=number + 1) for number in range(self.weeks_before)]
        return [{**self.input, **{bound: _earlier(self.input[bound], week) for bound in WINDOW}} for week in weeks]


def _earlier(instant: str, by: timedelta) -> str:
    return f"{(datetime.fromisoformat(instant) - by).replace(tzinfo=None).isoformat()}Z"


def scenario(
    name: str,
    report_type: str,
    marketplace_id: str,
    *,
    ends: str,
    script: Script | None,
    weeks_before: int = 0,
    **more: Any,
) -> Scenario:
    """Return a scenario for a selling partner of its own."""
    request = {
        "sellingPartnerId": "A2" + "".join(filter(str.isalnum, name)).upper(),
        "reportType": report_type,
        "marketplaceIds": [marketplace_id],
        **WINDOW,
        **more,
    }
    return Scenario(name=name, input=request, script=script, ends=ends, weeks_before=weeks_before)


def orders(count: int) -> Sequence[Sequence[str]]:
    """Rows of an orders report with the characters that European sellers' products have."""
    names = ("Müller Kaffee „Röstfrisch“", "Crème brûlée – 6×", "Jalapeño-Soße 250 ml €")
    rows = [(f"303-{index:07}-0000000", names[index % 3], str(index % 5 + 1), "EUR") for index in range(count)]
    return [("amazon-order-id", "product-name", "quantity", "currency"), *rows]


JAPANESE = [("sku", "商品名", "在庫数"), ("JP-1", "抹茶①髙島屋", "12"), ("JP-2", "醤油 ～濃口～", "3")]
USUAL = Script(statuses=("DONE",), document=Document.tsv(orders(40)))
# A row, where there are usually forty, under columns of which one has another name and one is new.
UNLIKE = [("amazon-order-id", "title", "quantity", "currency", "tax"), ("303-1", "Müller Kaffee", "2", "EUR", "0.19")]
# A row that is broken in two, under a label that the bytes contradict.
BROKEN = "order-id\tproduct-name\tquantity\r\n303-1\tMüller Kaffee\t2\r\n303-2\tCrème für\r\nKüche\t1\r\n"
# What Amazon does not call restricted, with buyers' names in it; and a week that nobody has asked for.
BUYERS = [
    ("amazon-order-id", "buyer-name", "buyer-email", "ship-address-1", "sku", "sku"),
    ("303-1", "Jane Doe", "jane@marketplace.example", "1 Example Street", "A-1", "A-1"),
]
ANOTHER_WEEK = {
    "reportSpecification": {
        "reportType": "GET_VENDOR_TRAFFIC_REPORT",
        "reportOptions": {"reportPeriod": "WEEK"},
        "dataStartTime": "2026-10-25",
        "dataEndTime": "2026-10-31",
        "marketplaceIds": [USA],
    },
    "trafficAggregate": [],
    "trafficByAsin": [],
}
SALES = {
    "reportSpecification": {"reportType": "GET_SALES_AND_TRAFFIC_REPORT"},
    "salesAndTrafficByDate": [{"date": "2026-11-01"}],
}
# 18 MB, made of the rows of 1 MB: each start of the command line would take a third of a second to make so many.
ORDERS = Document.tsv(orders(20_000), gzip=False)
MANY_ORDERS = replace(ORDERS, body=ORDERS.body + ORDERS.body.partition(b"\n")[2] * 15)

SCENARIOS = (
    scenario(
        "done, gzip TSV in Cp1252",
        "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
        GERMANY,
        script=Script(document=Document.tsv(orders(500), charset="Cp1252")),
        ends="LANDED",
    ),
    scenario(
        "done, JSON in UTF-8",
        "GET_SALES_AND_TRAFFIC_REPORT",
        USA,
        script=Script(document=Document.json(SALES, gzip=False)),
        ends="LANDED",
        reportOptions={"dateGranularity": "DAY", "asinGranularity": "CHILD"},
    ),
    scenario(
        "done, TSV in windows-31j",
        "GET_MERCHANT_LISTINGS_ALL_DATA",
        JAPAN,
        script=Script(document=Document.tsv(JAPANESE, charset="windows-31j", gzip=False)),
        ends="LANDED",
    ),
    scenario(
        "done, in several parts",
        "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL",
        GERMANY,
        script=Script(document=MANY_ORDERS),
        ends="LANDED",
    ),
    scenario(
        "done, with findings",
        "GET_FBA_REIMBURSEMENTS_DATA",
        GERMANY,
        script=Script(document=Document.of(BROKEN.encode("cp1252"), content_type="text/plain; charset=UTF-8")),
        ends="LANDED",
    ),
    scenario(
        "done, a page of HTML",
        "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA",
        GERMANY,
        script=Script(document=Document.of(b"<html><body>Try again later</body></html>", content_type="text/plain")),
        ends="LANDED",
    ),
    scenario(
        "done, of another week",
        "GET_VENDOR_TRAFFIC_REPORT",
        USA,
        script=Script(document=Document.json(ANOTHER_WEEK)),
        ends="LANDED",
        reportOptions={"reportPeriod": "WEEK"},
    ),
    scenario(
        "done, unlike the weeks before",
        "GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_SALES_DATA",
        GERMANY,
        script=Script(document=Document.tsv(UNLIKE)),
        ends="LANDED",
        weeks_before=5,
    ),
    scenario(
        "done, with buyers' data",
        "GET_FLAT_FILE_ARCHIVED_ORDERS_DATA_BY_ORDER_DATE",
        GERMANY,
        script=Script(document=Document.tsv(BUYERS)),
        ends="LANDED",
    ),
    scenario(
        "done, with personal data",
        "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_INVOICING",
        GERMANY,
        script=Script(document=Document.tsv(orders(50))),
        ends="LANDED",
    ),
    scenario(
        "cancelled, no data",
        "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE",
        GERMANY,
        script=Script(statuses=("IN_QUEUE", "IN_PROGRESS", "CANCELLED")),
        ends="NO_DATA",
    ),
    scenario(
        "cancelled, unlike before",
        "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE",
        GERMANY,
        script=Script(statuses=("IN_QUEUE", "IN_PROGRESS", "CANCELLED")),
        ends="NO_DATA",
        weeks_before=3,
    ),
    scenario(
        "fatal, with a document",
        "GET_VENDOR_SALES_REPORT",
        USA,
        script=Script(statuses=("IN_QUEUE", "FATAL"), document=Document.error_details(NOT_YET)),
        ends="ReportFatal",
        reportOptions={"reportPeriod": "WEEK", "distributorView": "SOURCING", "sellingProgram": "RETAIL"},
    ),
    scenario(
        "fatal, without a document",
        "GET_AFN_INVENTORY_DATA",
        GERMANY,
        script=Script(statuses=("IN_QUEUE", "IN_PROGRESS", "FATAL")),
        ends="ReportFatal",
    ),
    scenario(
        "stuck in the queue",
        "GET_LEDGER_SUMMARY_VIEW_DATA",
        USA,
        script=Script(statuses=("IN_QUEUE",)),
        ends="ReportOverdue",
    ),
    scenario(
        "throttled again and again",
        "GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA",
        USA,
        script=Script(
            faults={
                "createReport": [Fault(status=429)] * 3,
                "getReport": [Fault(status=429)] * 3,
                "getReportDocument": [Fault(status=429)] * 2,
            }
        ),
        ends="LANDED",
    ),
    scenario(
        "wrapped in payload",
        "FEE_DISCOUNTS_REPORT",
        GERMANY,
        script=Script(wrapped=True, report_id="ID323", report_document_id="DOC-b8b0-4226-b4b9-0ee058ea5760"),
        ends="LANDED",
    ),
    scenario(
        "input with a misspelt key",
        "GET_MERCHANT_LISTINGS_ALL_DATA",
        GERMANY,
        script=None,
        ends="InvalidRequest",
        marketPlaceIds=[GERMANY],
    ),
)
