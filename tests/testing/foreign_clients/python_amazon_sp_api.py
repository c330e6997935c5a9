"""A program of its own: takes reports through their lives with python-amazon-sp-api, and prints what that made of them.

It gets the client's folder, the simulator's port, authority and credentials as JSON on standard input. The client is
unchanged: this process's connections to Amazon's hosts end at the simulator.
"""

import json
import socket
import sys
from typing import Any

LISTINGS, ORDERS = "GET_MERCHANT_LISTINGS_ALL_DATA", "GET_ORDER_REPORT_DATA_SHIPPING"
GERMANY = "A1PA6795UKMFR9"


def redirect(port: int) -> None:
    """Have whatever would be sent to Amazon sent to the simulator."""
    connect = socket.create_connection

    def redirected(address: tuple[str, int], *arguments: Any, **more: Any) -> socket.socket:
        there = ("127.0.0.1", port) if address[0].endswith(".amazon.com") else address
        return connect(there, *arguments, **more)

    socket.create_connection = redirected  # type: ignore[assignment]  # what is given is passed on


def journey(reports: Any) -> dict[str, Any]:
    """Create, poll, download, list and cancel; and the same of a schedule."""
    created = reports.create_report(reportType=LISTINGS, marketplaceIds=[GERMANY]).payload["reportId"]
    statuses = [reports.get_report(created).payload]
    while statuses[-1]["processingStatus"] in ("IN_QUEUE", "IN_PROGRESS"):
        statuses.append(reports.get_report(created).payload)
    document = reports.get_report_document(statuses[-1]["reportDocumentId"], download=True).payload["document"]
    queued = reports.create_report(reportType=LISTINGS, marketplaceIds=[GERMANY]).payload["reportId"]
    listed = reports.get_reports(reportTypes=[LISTINGS], processingStatuses=["IN_QUEUE", "DONE"], pageSize=10).payload
    reports.cancel_report(queued)
    schedule = reports.create_report_schedule(reportType=ORDERS, marketplaceIds=[GERMANY], period="P1D").payload
    schedules = reports.get_report_schedules(reportTypes=[ORDERS]).payload["reportSchedules"]
    reports.cancel_report_schedule(schedule["reportScheduleId"])
    return {
        "statuses": [status["processingStatus"] for status in statuses],
        "document": document,
        "listed": sorted(report["reportId"] for report in listed["reports"]) == sorted([created, queued]),
        "cancelled": reports.get_report(queued).payload["processingStatus"],
        "schedules": [each["period"] for each in schedules],
        "schedulesLeft": len(reports.get_report_schedules(reportTypes=[ORDERS]).payload["reportSchedules"]),
    }


def main() -> None:
    """Go through it all."""
    given = json.load(sys.stdin)
    sys.path.insert(0, given["folder"])
    redirect(given["port"])
    from sp_api.api import Reports  # type: ignore[import-not-found]  # it is in a folder of its own
    from sp_api.base import Marketplaces  # type: ignore[import-not-found]  # likewise

    credentials = {
        "refresh_token": given["refreshToken"],
        "lwa_app_id": given["clientId"],
        "lwa_client_secret": given["clientSecret"],
    }
    with Reports(credentials=credentials, marketplace=Marketplaces.DE, verify=given["authority"]) as reports:
        json.dump(journey(reports), sys.stdout)


if __name__ == "__main__":
    main()
