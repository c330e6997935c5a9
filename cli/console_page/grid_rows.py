"""The rows of the grid: who has which report type, by the configuration and by the ledger."""

from __future__ import annotations

from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, TypedDict

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.ledger.report_statistics import ALL_PARTNERS
from lambdas.spapi.regions import country_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cli.stack import DeployedStack
    from lambdas.schedules.report_config import ReportConfig

STATISTICS = "statistics#"
# Above every other text: where a scan goes on after a partition.
LAST = "\U0010ffff"


class GridRow(TypedDict):
    """A row. `scheduled` says whether the configuration asks for it."""

    sellingPartnerId: str
    name: str | None
    reportType: str
    marketplaces: list[str]
    scheduled: bool


class GridRows:
    """The configuration's rows at once; those that only the ledger knows when it has been searched."""

    def __init__(self, deployed: DeployedStack, report_config: ReportConfig) -> None:
        """Search nothing yet."""
        self._deployed = deployed
        self._names = {each.selling_partner_id: each.name for each in report_config.selling_partners}
        self._rows: dict[tuple[str, str], GridRow] = {}
        self._lock = Lock()
        self._search: Thread | None = None
        self.trouble: str | None = None
        for report in (each for reports in report_config.timings.values() for each in reports):
            for partner in report.selling_partners:
                wanted = [key for keys in report.marketplaces_of(partner) for key in keys]
                self._add(partner.selling_partner_id, report.report_type, wanted, scheduled=True)

    def known(self) -> list[GridRow]:
        """Return the rows so far, by name and type; the first call begins to search the ledger."""
        if self._search is None:
            self._search = Thread(target=self._search_ledger, daemon=True)
            self._search.start()
        with self._lock:
            rows = list(self._rows.values())
        return sorted(rows, key=lambda row: ((row["name"] or row["sellingPartnerId"]).lower(), row["reportType"]))

    @property
    def is_complete(self) -> bool:
        """Whether the ledger has been searched."""
        return self._search is not None and not self._search.is_alive()

    def add(self, partner: str, report_type: str) -> None:
        """Add what an execution was started for, which the ledger may not have yet."""
        self._add(partner, report_type, [], scheduled=False)

    def _add(self, partner: str, report_type: str, marketplaces: Iterable[str], *, scheduled: bool) -> None:
        countries = {country_of(key) for key in marketplaces}
        with self._lock:
            before = self._rows.get((partner, report_type))
            self._rows[partner, report_type] = {
                "sellingPartnerId": partner,
                "name": self._names.get(partner),
                "reportType": report_type,
                "marketplaces": sorted(countries.union(before["marketplaces"] if before else ())),
                "scheduled": scheduled or (before is not None and before["scheduled"]),
            }

    def _search_ledger(self) -> None:
        try:
            for partner in _partitions(self._deployed):
                if partner != ALL_PARTNERS:
                    for report_type in _types(self._deployed, partner):
                        self.add(partner, report_type)
        except (BotoCoreError, ClientError) as error:
            self.trouble = f"the ledger's selling partners could not be listed: {error}"


def _partitions(deployed: DeployedStack) -> Iterator[str]:
    """Yield the partition keys, with one read each: the next scan begins behind the partition's last possible item."""
    start: dict[str, Any] = {}
    while True:
        found = deployed.dynamodb.scan(
            TableName=deployed.ledger, Limit=1, ProjectionExpression="sellingPartnerId", **start
        )["Items"]
        if not found:
            return
        yield found[0]["sellingPartnerId"]["S"]
        start = {"ExclusiveStartKey": {**found[0], "entry": {"S": LAST}}}


def _types(deployed: DeployedStack, partner: str) -> Iterator[str]:
    """Yield the types of which a report has ended: each has an item with its statistics."""
    pages: Any = deployed.dynamodb.get_paginator("query").paginate(
        TableName=deployed.ledger,
        KeyConditionExpression="sellingPartnerId = :partner AND begins_with(entry, :beginning)",
        ExpressionAttributeValues={":partner": {"S": partner}, ":beginning": {"S": STATISTICS}},
        ProjectionExpression="entry",
    )
    for page in pages:
        yield from (item["entry"]["S"].removeprefix(STATISTICS) for item in page["Items"])
