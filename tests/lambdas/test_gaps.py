"""Find gaps in one pass: what it keeps is bounded, whatever the configuration's size."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lambdas.gaps import MOST, find_gaps
from tests.testing.empty_ledger import NothingThere, ledger
from tests.testing.own_process import measured
from tests.testing.reports_files import report, report_config_of
from tests.testing.samples import request_of
from tests.testing.template import Template

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PARTNER = '[[sellingPartners]]\nname = "p{0}"\nsellingPartnerId = "A{0}"\naccount = "seller"\nmarketplaceIds = ["DE"]\n'
# Of Lambda's memory, for the runtime and boto3's answers.
SHARE = 0.8
FIND_GAPS = """
import json, sys
from datetime import datetime
from pathlib import Path
from lambdas.gaps import find_gaps
from lambdas.schedules import report_config
from local.bench.process import peak_rss_mb
from tests.testing.empty_ledger import ledger
config = Path(sys.argv[1]).read_text()
now = datetime.fromisoformat(sys.argv[2])
gaps = find_gaps(report_config.parse(config), ledger=ledger(), now=now)
body = json.dumps(gaps.found, indent=2, ensure_ascii=False).encode()
print(json.dumps({"missing": sum(row["missing"] for row in gaps.found["reports"]), "peakMb": peak_rss_mb()}))
"""


def many(partners: int, reports: int) -> str:
    """Return a file with so many selling partners, and so many daily reports of each."""
    daily = (report(schedule=f'"cron({number} 6 * * ? *)"', delayDays=str(number)) for number in range(1, reports + 1))
    return "".join(PARTNER.format(number) for number in range(partners)) + "".join(daily)


@pytest.mark.exhaustive
def test_more_gaps_than_anybody_reads_are_counted(tmp_path: Path) -> None:
    # Reports of the same type at different delays are mostly for the same windows.
    dynamodb, config = NothingThere(), report_config_of(many(400, 1), tmp_path)
    gaps = find_gaps(config, ledger=ledger(dynamodb), now=NOW, lately=NOW - timedelta(days=2))
    assert sum(row["missing"] for row in gaps.found["reports"]) == sum(dynamodb.asked) == 400 * 30
    assert (len(gaps.found["gaps"]), gaps.found["moreGaps"], len(gaps.missing)) == (MOST, 400 * 30 - MOST, MOST)
    assert gaps.missing_lately == 400 * 2
    assert max(dynamodb.asked) == 100


@pytest.mark.exhaustive
def test_the_windows_of_a_large_configuration_fit_into_the_function_s_memory(
    tmp_path: Path, template: Template
) -> None:
    text = "".join(PARTNER.format(number) for number in range(500)) + "".join(
        report(schedule=f'"cron({number} 6 * * ? *)"', reportType=f'"GET_TYPE_{number}"', period='"previous-day"')
        for number in range(20)
    )
    file = tmp_path / "reports.toml"
    file.write_text(text)
    found = measured(FIND_GAPS, str(file), NOW.isoformat())
    (memory_mb,) = (properties["MemorySize"] for _, name, properties in template.functions() if name == "find_gaps")
    assert found["missing"] == 500 * 20 * 30
    assert found["peakMb"] < SHARE * memory_mb


class Busy(NothingThere):
    """The same client, which leaves all but one key of each call over."""

    def batch_get_item(self, *, RequestItems: Any) -> Any:  # noqa: N803  # boto3's name
        """Answer for one key."""
        super().batch_get_item(RequestItems=RequestItems)
        ((table, wanted),) = RequestItems.items()
        over = {table: {**wanted, "Keys": wanted["Keys"][1:]}} if wanted["Keys"][1:] else {}
        return {"Responses": {}, "UnprocessedKeys": over}


def test_what_dynamodb_leaves_over_is_asked_for_again_after_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    dynamodb, pauses = Busy(), list[float]()
    monkeypatch.setattr(time, "sleep", pauses.append)
    requests = [request_of(reportOptions={"number": str(number)}) for number in range(4)]
    assert list(ledger(dynamodb).entries(requests)) == [None] * 4
    assert dynamodb.asked == [4, 3, 2, 1]
    assert len(pauses) == 3
    assert all(0 <= pause <= 1 for pause in pauses)
