"""Tabulate: what a message becomes, what is told of it, and what is left out."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lambdas import clock, dependencies
from lambdas.handlers import tabulate
from lambdas.schedules import report_config
from tests.testing.documented_schemas import validator
from tests.testing.landed_samples import ORDERS, SELLER, manifest, zipped
from tests.testing.tables_in_memory import ORDERS_TABLE, Tables

PARTNER = (
    f'[[sellingPartners]]\nname = "a"\nsellingPartnerId = "{SELLER}"\naccount = "seller"\nmarketplaceIds = ["DE"]\n'
)
LAYOUT = {
    "code": "LAYOUT",
    "severity": "info",
    "sentence": "…",
    "details": {"appeared": ["b"], "vanished": [], "renamed": [], "moved": False},
}
Deliver = Callable[..., None]


class EventBus:
    """Takes events that are as their schema says."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []

    def put_events(self, *, Entries: list[Any]) -> Mapping[str, Any]:  # noqa: N803 - AWS's name
        self.events += [(entry["DetailType"], json.loads(entry["Detail"])) for entry in Entries]
        for _, detail in self.events:
            validator("event").validate(detail)
        return {"FailedEntryCount": 0}


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    return Tables(tmp_path)


@pytest.fixture
def bus() -> EventBus:
    return EventBus()


@pytest.fixture
def deliver(tables: Tables, bus: EventBus, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deliver]:
    """Return a function that delivers a message about a report that lies in the bucket."""
    monkeypatch.setenv("REPORT_BUCKET", "reports")
    monkeypatch.setenv("TABLES_DATABASE", "reportflow")
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 2, 6, 1, tzinfo=UTC))

    def of(text: str = "a\tb\n1\t2\n", *, reports: str = "", zone: str = "", **more: Any) -> None:
        monkeypatch.setenv("REPORT_ZONE", zone)
        dependencies.dependencies.cache_clear()
        reached = dependencies.dependencies()
        vars(reached).update(
            table_files=tables.files,
            tabulator=tables.tabulator,
            put_events=bus.put_events,
            report_config=report_config.parse(reports),
        )
        landed = manifest(**more)
        tables.s3.bodies |= {"manifests/one": json.dumps(landed).encode(), landed["result"]["key"]: zipped(text)}
        tabulate.handler({"Records": [{"body": json.dumps({"detail": {"manifestKey": "manifests/one"}})}]}, None)

    yield of
    dependencies.dependencies.cache_clear()


def outcome(caplog: pytest.LogCaptureFixture) -> Any:
    return vars(caplog.records[-1])["outcome"]


@pytest.fixture(autouse=True)
def _logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")


def test_a_report_becomes_rows_and_an_event(
    deliver: Deliver, tables: Tables, bus: EventBus, caplog: pytest.LogCaptureFixture
) -> None:
    deliver()
    assert tables.cells() == [{"a": "1", "b": "2"}]
    ((detail_type, detail),) = bus.events
    assert detail_type == "Report Tabulated"
    assert detail["tables"] == [
        {
            "table": ORDERS_TABLE,
            "rows": 1,
            "columns": 2,
            "shortRows": 0,
            "longRows": 0,
            "changed": True,
            "columnsAdded": [],
        }
    ]
    line = vars(caplog.records[-1])
    assert (line["outcome"], line["Tabulated"], line["TabulatedRows"], line["SecondsToTabulate"]) == (
        "TABULATED",
        1,
        1,
        60,
    )


def test_it_is_told_again_when_the_message_comes_again(deliver: Deliver, bus: EventBus, tables: Tables) -> None:
    deliver()
    puts = tables.s3.puts
    deliver()
    assert [detail["tables"][0]["changed"] for _, detail in bus.events] == [True, False]
    assert tables.s3.puts == puts


def test_other_columns_are_an_event_of_their_own(deliver: Deliver, bus: EventBus) -> None:
    deliver("a\n1\n")
    deliver(report_id="R2", landed_at="2026-11-02T06:00:30+00:00", findings=[LAYOUT])
    detail_type, detail = bus.events[-1]
    assert detail_type == "Report Columns Changed"
    assert {key: detail[key] for key in ("appeared", "vanished", "renamed", "added")} == {
        "appeared": ["b"],
        "vanished": [],
        "renamed": [],
        "added": {ORDERS_TABLE: ["b"]},
    }


def test_a_report_that_is_beaten_by_a_newer_one_is_no_error(
    deliver: Deliver, bus: EventBus, caplog: pytest.LogCaptureFixture
) -> None:
    deliver(report_id="R2", landed_at="2026-11-02T06:00:30+00:00")
    deliver()
    assert outcome(caplog) == "SUPERSEDED"
    assert len(bus.events) == 1


def test_a_document_without_rows_is_counted_and_done_with(deliver: Deliver, caplog: pytest.LogCaptureFixture) -> None:
    deliver(media="application/pdf", charset=None)
    assert outcome(caplog) == "NOT_TABULAR"
    assert vars(caplog.records[-1])["NotTabular"] == 1


@pytest.mark.parametrize(
    ("table", "expected"), [("", "TABULATED"), ("table = true\n", "TABULATED"), ("table = false\n", "NOT_WANTED")]
)
def test_a_report_is_left_out_where_the_configuration_says_so(
    deliver: Deliver, caplog: pytest.LogCaptureFixture, table: str, expected: str
) -> None:
    report = f'[[reports]]\nreportType = "{ORDERS}"\nschedule = "rate(1 day)"\nperiod = "previous-day"\n{table}'
    deliver(reports=PARTNER + report)
    assert outcome(caplog) == expected


@pytest.mark.parametrize(("hours", "expected"), [(23, "TABULATED"), (25, "TOO_LATE")])
def test_personal_data_is_tabulated_on_the_day_of_its_landing_only(
    deliver: Deliver, tables: Tables, caplog: pytest.LogCaptureFixture, hours: int, expected: str
) -> None:
    landed_at = clock.now() - timedelta(hours=hours)
    deliver(zone="restricted/", landed_at=landed_at.isoformat())
    assert outcome(caplog) == expected
    assert bool(tables.rows()) is (expected == "TABULATED")


def test_a_report_whose_charset_is_not_certain_is_no_error(deliver: Deliver, caplog: pytest.LogCaptureFixture) -> None:
    deliver("a\té\n", charset="ascii")
    assert outcome(caplog) == "NOT_TABULAR"
