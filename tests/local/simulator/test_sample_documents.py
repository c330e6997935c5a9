"""Reports that nothing was scripted for have what their types have, and nothing that a landing finds odd."""

import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from local.simulator.document import CODECS
from local.simulator.sample_documents import COLUMNS, JSON_KEYS, sample_document
from local.simulator.specification import Specification
from local.simulator.window_reading import read_window
from tests.testing.samples import GERMANY

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
JAPAN = "A1VC38T7YXB528"


def document(report_type: str, marketplace_id: str = GERMANY, **options: str) -> Any:
    begin, end = datetime(2026, 11, 8, tzinfo=UTC), datetime(2026, 11, 14, 23, 59, 59, tzinfo=UTC)
    specification = Specification(
        report_type=report_type,
        marketplace_ids=[marketplace_id],
        data_start=begin,
        data_end=end,
        received={"dataStartTime": str(begin), "dataEndTime": str(end), "reportOptions": options},
    )
    return sample_document(specification, read_window(specification, now=NOW))


@pytest.mark.parametrize("report_type", sorted(COLUMNS))
@pytest.mark.parametrize("marketplace_id", [GERMANY, JAPAN])
def test_a_flat_file_has_its_types_columns_in_its_marketplaces_charset(report_type: str, marketplace_id: str) -> None:
    served = document(report_type, marketplace_id)
    charset = served.content_type.partition("charset=")[2]
    assert charset == ("windows-31j" if marketplace_id == JAPAN else "Cp1252")
    lines = gzip.decompress(served.body).decode(CODECS.get(charset, charset)).splitlines()
    cells = [[cell.strip('"') for cell in line.split("\t")] for line in lines]
    assert cells[0] == COLUMNS[report_type]
    assert {len(row) for row in cells} == {len(cells[0])}
    assert len(cells) > 2
    if not {"product-name", "item-name", "Title"} & set(cells[0]):
        return
    with pytest.raises(UnicodeDecodeError):
        gzip.decompress(served.body).decode("utf-8")


@pytest.mark.parametrize("report_type", sorted(JSON_KEYS))
def test_a_json_report_has_its_types_keys(report_type: str) -> None:
    held = json.loads(gzip.decompress(document(report_type, reportPeriod="WEEK").body))
    assert held["reportSpecification"]["reportType"] == report_type
    lists = {key: value for key, value in held.items() if key != "reportSpecification"}
    assert lists
    assert all(isinstance(value, list) and value for value in lists.values())


def test_sales_and_traffic_has_each_day_of_the_window() -> None:
    held = json.loads(gzip.decompress(document("GET_SALES_AND_TRAFFIC_REPORT").body))
    assert [row["date"] for row in held["salesAndTrafficByDate"]] == [f"2026-11-{day:02}" for day in range(8, 15)]


def test_another_type_says_which_window_it_holds() -> None:
    lines = gzip.decompress(document("GET_SELLER_FEEDBACK_DATA").body).decode().splitlines()
    assert [line.split("\t")[-1] for line in lines] == ["instant", "2026-11-08T00:00:00Z", "2026-11-14T23:59:59Z"]
