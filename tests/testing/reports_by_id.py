"""Reports that Amazon has made by itself, and the inputs that get them."""

from typing import Any

from local.simulator import Document, Script
from local.simulator.report import Report
from tests.testing.harness import Harness
from tests.testing.scenario_steps import ORDERS

SETTLEMENT = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
PARTNER = {key: ORDERS.input[key] for key in ("sellingPartnerId", "marketplaceIds")}
DONE = Script(statuses=("DONE",), document=Document.tsv([("settlement-id", "amount"), ("1", "2,50")]))


def made(stage: Harness, script: Script = DONE, *, report_type: str = SETTLEMENT, age: float = 86_400) -> Report:
    """Return a report that Amazon made by itself, some seconds ago."""
    return stage.simulator.add_report(
        report_type,
        script,
        selling_partner_id=PARTNER["sellingPartnerId"],
        marketplace_ids=PARTNER["marketplaceIds"],
        age=age,
    )


def input_of(report: Report, **changes: Any) -> dict[str, Any]:
    return {**PARTNER, "reportType": report.report_type, "reportId": report.report_id, **changes}
