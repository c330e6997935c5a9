"""How the simulator behaves when it runs by itself: one report type for each way in which a report ends."""

from local.simulator.document import Document
from local.simulator.script import Script

SELLER = "A2SELLER"
LISTINGS = Document.tsv([["seller-sku", "item-name", "price"], ["A-1", "Blaue Tür", "19.90"]], charset="Cp1252")
TRAFFIC = Document.json({"salesAndTrafficByDate": [{"date": "2026-01-01", "trafficByDate": {"sessions": 12}}]})
TOO_EARLY = Document.error_details("The report data for the requested date range is not yet available")
QUEUE = ("IN_QUEUE", "IN_PROGRESS")
BEGINS = (0, 6, 14)
SCRIPTS = {
    "GET_MERCHANT_LISTINGS_ALL_DATA": Script(begins=BEGINS, document=LISTINGS),
    "GET_SALES_AND_TRAFFIC_REPORT": Script(begins=BEGINS, document=TRAFFIC),
    "GET_SELLER_FEEDBACK_DATA": Script(statuses=(*QUEUE, "CANCELLED"), begins=BEGINS),
    "GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT": Script(statuses=(*QUEUE, "FATAL"), begins=BEGINS, document=TOO_EARLY),
    "GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA": Script(statuses=(*QUEUE, "FATAL"), begins=BEGINS),
}
