"""Runs the simulator by itself until Ctrl-C: `python -m local.simulator --help`."""

import argparse
import json
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Event

from local.fast_clock import FastClock
from local.simulator.document import Document
from local.simulator.script import Script
from local.simulator.simulator import Simulator

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


def main() -> None:
    """Start, tell how to reach it, wait."""
    arguments = _arguments()
    with Simulator(
        port=arguments.port,
        reports_clock=FastClock(time.time(), arguments.speed),
        certificate=arguments.certificate,
        key=arguments.key,
    ) as simulator:
        for report_type, script in SCRIPTS.items():
            simulator.script(report_type, script)
        sys.stdout.write(json.dumps(_access(simulator), indent=2) + "\nCtrl-C stops it.\n")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            Event().wait()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m local.simulator", description="A Selling Partner API on 127.0.0.1."
    )
    parser.add_argument("--port", type=int, default=0, help="where to listen; by default a free port")
    parser.add_argument("--speed", type=float, default=1.0, help="quotas and reports go this many times faster")
    parser.add_argument("--certificate", type=Path, help="PEM file; https instead of http")
    parser.add_argument("--key", type=Path, help="PEM file with the certificate's key")
    return parser.parse_args()


def _access(simulator: Simulator) -> dict[str, object]:
    return {
        "endpoint": simulator.url,
        "lwaEndpoint": simulator.lwa_url,
        **simulator.application,
        "sellingPartnerId": SELLER,
        "refresh_token": simulator.refresh_token(SELLER),
        "reportTypes": {report_type: script.statuses[-1] for report_type, script in SCRIPTS.items()},
    }


if __name__ == "__main__":
    main()
