"""A program of its own: takes reports through their lives with Amazon's SDK, and prints what that made of them.

It gets the simulator's address and credentials as JSON on standard input. A process of its own, because the SDK
configures logging when it is imported.
"""

import json
import sys
import time
from typing import Any
from urllib.request import urlopen

from spapi import (  # type: ignore[import-untyped]  # Amazon's SDK has no types
    ApiException,
    ReportsApi,
    SPAPIClient,
    SPAPIConfig,
    TokensApi,
)

LISTINGS, TAX = "GET_MERCHANT_LISTINGS_ALL_DATA", "GET_VAT_TRANSACTION_DATA"
GERMANY = "A1PA6795UKMFR9"


class Journey:
    """One seller's calls."""

    def __init__(self, *, url: str, lwa_url: str, credentials: dict[str, str]) -> None:
        self.client = SPAPIClient(SPAPIConfig(**credentials, region="EU"), endpoint=url, oauth_endpoint=lwa_url)
        self.reports = ReportsApi(self.client.api_client)
        self.tokens = TokensApi(self.client.api_client)

    def created(self, report_type: str) -> str:
        """Create a report."""
        options = {"custom": "true"}
        body = {"reportType": report_type, "marketplaceIds": [GERMANY], "reportOptions": options}
        return str(self.reports.create_report(body).report_id)

    def followed(self, report_type: str) -> list[Any]:
        """Create a report and get it until it is done."""
        report_id = self.created(report_type)
        seen = [self.reports.get_report(report_id)]
        while seen[-1].processing_status in ("IN_QUEUE", "IN_PROGRESS"):
            seen.append(self.reports.get_report(report_id))
        return seen

    def landed(self) -> dict[str, Any]:
        """Create, get until done, download."""
        seen = self.followed(LISTINGS)
        document = self.reports.get_report_document(seen[-1].report_document_id)
        with urlopen(document.url) as download:
            body = download.read().hex()
        statuses = [report.processing_status for report in seen]
        return {"statuses": statuses, "compression": document.compression_algorithm, "body": body}

    def listed(self) -> list[list[str]]:
        """List all reports of a type, two by two."""
        page = self.reports.get_reports(report_types=[LISTINGS], processing_statuses=["IN_QUEUE", "DONE"], page_size=2)
        pages = [page]
        while page.next_token:
            page = self.reports.get_reports(next_token=page.next_token)
            pages.append(page)
        return [[report.report_id for report in page.reports] for page in pages]

    def cancelled(self) -> str:
        """Cancel a report."""
        report_id = self.created(LISTINGS)
        self.reports.cancel_report(report_id)
        return str(self.reports.get_report(report_id).processing_status)

    def restricted(self) -> dict[str, Any]:
        """Get a restricted document without and with a Restricted Data Token."""
        document_id = self.followed(TAX)[-1].report_document_id
        refused = self.refused(self.reports.get_report_document, document_id)
        path = f"/reports/2021-06-30/documents/{document_id}"
        token = self.tokens.create_restricted_data_token({"restrictedResources": [{"method": "GET", "path": path}]})
        expires = time.time() + token.expires_in
        cache = self.client.access_token_cache
        usual, cache.token_info = (
            cache.token_info,
            {"access_token": token.restricted_data_token, "expires_at": expires},
        )
        fetched = self.reports.get_report_document(document_id).report_document_id == document_id
        cache.token_info = usual
        return {"without": refused, "with": fetched}

    def refused(self, call: Any, argument: object) -> list[object]:
        """Return the status and the body of a refusal."""
        try:
            call(argument)
        except ApiException as error:
            return [error.status, json.loads(error.body)]
        return []


def main() -> None:
    """Go through it all."""
    journey = Journey(**json.load(sys.stdin))
    told = {
        "landed": journey.landed(),
        "created": [journey.created(LISTINGS) for _ in range(4)],
        "listed": journey.listed(),
        "cancelled": journey.cancelled(),
        "restricted": journey.restricted(),
        "refused": journey.refused(journey.reports.create_report, {"reportType": LISTINGS}),
    }
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
