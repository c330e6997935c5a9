"""`reports.toml` as it is meant: selling partners, and what is to be had for whom and when.

Here the file is taken to be right: what is deployed has been through planning.load.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from lambdas.request import availability, report_types
from lambdas.spapi.regions import Region, marketplace_id, region_of

UTC_ZONE = "Etc/UTC"


@dataclass(frozen=True, kw_only=True)
class SellingPartner:
    """A selling partner in one region."""

    name: str
    selling_partner_id: str
    account: str
    """"seller" or "vendor"."""
    marketplace_ids: tuple[str, ...]
    secret_name: str | None = None
    """The last part of its secret's name. None: its id."""
    enabled: bool = True

    @cached_property
    def region(self) -> Region:
        """Where it sells."""
        return region_of(self.marketplace_ids)


@dataclass(frozen=True, kw_only=True)
class ScheduleTiming:
    """When something is due. One EventBridge schedule stands for all reports that have the same."""

    schedule: str
    """EventBridge's expression: cron(…) or rate(…)."""
    time_zone: str = UTC_ZONE
    flexible_minutes: int = 0
    """0 is no flexible window."""


@dataclass(frozen=True, kw_only=True)
class ConfiguredReport:
    """A `[[reports]]` table, with the selling partners that it comes down to."""

    index: int
    report_type: str
    selling_partners: tuple[SellingPartner, ...]
    """Those of them that are enabled."""
    timing: ScheduleTiming
    names: tuple[str, ...] | None = None
    """The selling partners that it names. None: all with an account that the type is for."""
    marketplace_ids: tuple[str, ...] = ()
    """Empty: all of the selling partner's."""
    report_options: Mapping[str, str] = field(default_factory=dict)
    unknown_options: str | None = None
    """"allow" passes options on that the catalogue does not know."""
    amazon_schedule: str | None = None
    """How often Amazon makes it, of a type that it makes on its own schedule only; an ISO 8601 duration."""
    all_marketplaces: bool = False
    """Of a discovery: whether it takes the account's reports of every marketplace, Amazon's or not."""
    period: str | None = None
    """None: a snapshot."""
    delay_days: int = 0
    lookback_days: int = 0
    deadline_hours: float | None = None
    utf8_copy: bool | None = None
    table: bool = True
    """Whether what lands becomes rows of a table, where the deployment has tables."""
    enabled: bool = True

    @property
    def discovered(self) -> bool:
        """Whether Amazon takes no request for it: what it makes by itself is found and got."""
        return report_types.get(self.report_type).mode != "request"

    def marketplaces_of(self, partner: SellingPartner) -> list[tuple[str, ...]]:
        """Return the marketplaces of each request: all in one, or one each where the type takes only one.

        Those in which the type is not made are left out.
        """
        kind = report_types.get(self.report_type)
        wanted = [key for key in partner.marketplace_ids if not self.marketplace_ids or key in self.marketplace_ids]
        wanted = [key for key in wanted if not availability.without(kind, [key])]
        if not wanted:
            return []
        return [(key,) for key in wanted] if kind.one_marketplace else [tuple(wanted)]


@dataclass(frozen=True, kw_only=True)
class ReportConfig:
    """The whole file."""

    selling_partners: tuple[SellingPartner, ...]
    reports: tuple[ConfiguredReport, ...]
    table_aliases: Mapping[str, str] = field(default_factory=dict)
    """Names of columns by the cells of headers."""

    def has_table(self, report_type: str, selling_partner_id: str) -> bool:
        """Say whether a selling partner's reports of a type become rows; those that are not configured do."""
        asked = [
            report.table
            for report in self.reports
            if report.report_type == report_type
            and any(partner.selling_partner_id == selling_partner_id for partner in report.selling_partners)
        ]
        return any(asked) or not asked

    @property
    def secret_names(self) -> dict[str, str]:
        """The last parts of secrets' names that are not ids, by `<sellingPartnerId>/<region>`."""
        named = ((f"{one.selling_partner_id}/{one.region}", one.secret_name) for one in self.selling_partners)
        return {whose: name for whose, name in named if name}

    @cached_property
    def timings(self) -> dict[ScheduleTiming, list[ConfiguredReport]]:
        """The reports that are enabled, by when they are due."""
        timings: dict[ScheduleTiming, list[ConfiguredReport]] = {}
        for report in self.reports:
            if report.enabled and report.selling_partners:
                timings.setdefault(report.timing, []).append(report)
        return timings


def parse(text: str) -> ReportConfig:
    """Return what the text of reports.toml says; it is taken to be right, as the whole module does."""
    return from_toml(tomllib.loads(text))


def from_toml(raw: Mapping[str, Any]) -> ReportConfig:
    """Return what the file's tables say, as tomllib returns them."""
    partners = tuple(_partner(table) for table in raw.get("sellingPartners", []))
    reports = (_report(table, index, partners) for index, table in enumerate(raw.get("reports", [])))
    aliases = raw.get("tables", {}).get("aliases", {})
    return ReportConfig(selling_partners=partners, reports=tuple(reports), table_aliases=aliases)


def _partner(table: Mapping[str, Any]) -> SellingPartner:
    return SellingPartner(
        name=table["name"],
        selling_partner_id=table["sellingPartnerId"],
        account=table["account"],
        marketplace_ids=_marketplaces(table["marketplaceIds"]),
        secret_name=table.get("secretName"),
        enabled=table.get("enabled", True),
    )


def _report(table: Mapping[str, Any], index: int, partners: tuple[SellingPartner, ...]) -> ConfiguredReport:
    names, accounts = table.get("sellingPartners"), report_types.get(table["reportType"]).accounts
    return ConfiguredReport(
        index=index,
        report_type=table["reportType"],
        selling_partners=tuple(
            partner
            for partner in partners
            if partner.enabled and (partner.account in accounts if names is None else partner.name in names)
        ),
        timing=ScheduleTiming(
            schedule=table["schedule"],
            time_zone=table.get("timeZone", UTC_ZONE),
            flexible_minutes=table.get("flexibleMinutes", 0),
        ),
        names=None if names is None else tuple(names),
        marketplace_ids=_marketplaces(table.get("marketplaceIds", [])),
        report_options=table.get("reportOptions", {}),
        unknown_options=table.get("unknownOptions"),
        amazon_schedule=table.get("amazonSchedule"),
        all_marketplaces=table.get("allMarketplaces", False),
        period=table.get("period"),
        delay_days=table.get("delayDays", 0),
        lookback_days=table.get("lookbackDays", 0),
        deadline_hours=table.get("deadlineHours"),
        utf8_copy=table.get("utf8Copy"),
        table=table.get("table", True),
        enabled=table.get("enabled", True),
    )


def _marketplaces(given: list[str]) -> tuple[str, ...]:
    return tuple(sorted(marketplace_id(one) for one in given))
