"""Configurations that these tests start from."""

from datetime import UTC, datetime
from pathlib import Path

from lambdas.schedules.report_config import ReportConfig
from planning.load import read

NOW = datetime(2026, 11, 24, 14, tzinfo=UTC)
ORDERS = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
SEARCH_TERMS = "GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT"
PARTNERS = """\
[[sellingPartners]]
name = "acme"
sellingPartnerId = "A2ACME"
account = "seller"
marketplaceIds = ["FR", "DE"]

[[sellingPartners]]
name = "acme"
sellingPartnerId = "A3ACME"
account = "seller"
marketplaceIds = ["US"]

[[sellingPartners]]
name = "Vendor & Sons"
sellingPartnerId = "amzn1.vg.7"
account = "vendor"
marketplaceIds = ["A1PA6795UKMFR9"]
""".replace("&", "and")


def report(**keys: str | None) -> str:
    """Return a `[[reports]]` table with these keys, whose values are TOML; None leaves a key out.

    It is yesterday's orders at six, or another type at six.
    """
    daily = {"reportType": f'"{ORDERS}"', "schedule": '"cron(0 6 * * ? *)"'}
    of_a_day = {} if {"reportType", "period"} & set(keys) else {"period": '"previous-day"'}
    told = {**daily, **of_a_day, **keys}
    written = [f"{key} = {value}" for key, value in told.items() if value is not None]
    return "\n".join(["\n[[reports]]", *written, ""])


def report_config_of(text: str, folder: Path) -> ReportConfig:
    """Return what a file with this text says."""
    path = folder / "reports.toml"
    path.write_text(text, encoding="utf-8")
    return read(path, now=NOW)
