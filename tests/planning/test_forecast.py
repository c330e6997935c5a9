"""What a plan says of tables: which reports become rows, and what that costs more."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from planning.forecast import forecast
from planning.load import read
from tests.testing.reports_files import report

NOW = datetime(2026, 11, 2, tzinfo=UTC)
PARTNER = '[[sellingPartners]]\nname = "a"\nsellingPartnerId = "A2"\naccount = "seller"\nmarketplaceIds = ["DE"]\n'
RESTRICTED = '"GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING"'
DAILY = {"schedule": '"cron(0 6 * * ? *)"', "period": '"previous-day"'}


@pytest.mark.parametrize(
    ("more", "tabulated"),
    [(report(**DAILY), 30), (report(**DAILY, table="false"), 0), (report(reportType=RESTRICTED, **DAILY), 0)],
)
def test_open_reports_that_may_have_a_table_become_rows(more: str, tabulated: int, tmp_path: Path) -> None:
    path = tmp_path / "reports.toml"
    path.write_text(PARTNER + more)
    config = read(path, now=NOW)
    without, with_ = (forecast(config, now=NOW, tables=tables) for tables in (False, True))
    assert without["tabulated"] == 0
    assert "SQS" not in without["dollars"]["reports"]
    assert with_["tabulated"] == tabulated
    assert ("Glue" in with_["dollars"]["reports"]) == (tabulated > 0)
    assert with_["dollars"]["standing"]["queue that a function polls"] == 0.26
