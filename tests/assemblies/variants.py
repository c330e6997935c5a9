"""What is synthesized for tests: the context on top of cdk.json's, and the file of reports."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.checked_options import EVERY_OPTION, KEPT
from tests.testing.reports_files import report

SETTLEMENT = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
PARTNER = '[[sellingPartners]]\nname = "{}"\nsellingPartnerId = "{}"\naccount = "seller"\nmarketplaceIds = ["{}"]\n'
# One selling partner is authorized in two regions under one id, with a secret of its own for the one.
ACME, AMERICA, BROKEN = "A2ACME", "acme-america", "A3GLOBEX"
TWO_REGIONS = (
    PARTNER.format("acme", ACME, "DE")
    + PARTNER.format("acme", ACME, "US")
    + f'secretName = "{AMERICA}"\n'
    + PARTNER.format("globex", BROKEN, "JP")
    + report(period='"previous-day"', schedule='"cron(0 10 * * ? *)"')
    + report(reportType=f'"{SETTLEMENT}"', schedule='"cron(0 11 * * ? *)"')
)
# 500 selling partners with 20 reports each, in 20 timings and one more that is disabled.
MANY = (
    "".join(PARTNER.format(f"p{number}", f"A{number}", "DE") for number in range(500))
    + "".join(report(reportType=f'"GET_TYPE_{number}"', schedule=f'"cron({number} 6 * * ? *)"') for number in range(19))
    + report(schedule='"rate(1 day)"', timeZone='"Asia/Tokyo"', flexibleMinutes="30")
    + report(schedule='"rate(2 days)"', enabled="false")
)


@dataclass(frozen=True)
class Variant:
    """One assembly."""

    context: Mapping[str, object] = field(default_factory=dict)
    reports: str = ""


# By its directory's name.
VARIANTS = {
    "default": Variant(),
    "every-option": Variant(EVERY_OPTION),
    "kept": Variant(KEPT),
    "notifications": Variant({"notifications": True, "restrictedRetentionDays": 17}),
    "two-regions": Variant(reports=TWO_REGIONS),
    "many-partners": Variant({"restrictedRetentionDays": 5, "tables": True, "restrictedTables": True}, MANY),
    "another-context": Variant(
        {
            "spApiEndpoint": "https://sp-api.example",
            "lwaEndpoint": "http://127.0.0.1:9/token",
            "deadlineHours": 48,
            "pollingFactor": 3.5,
            "ledgerRetentionDays": 90,
            "restrictedRetentionDays": 4,
            "utf8Copy": "true",
            "encryptionKey": "customer",
        }
    ),
}
