"""Tabulate dies at any of its calls: when its message comes again, tables, files and events are as if it had not."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from lambdas import clock, dependencies
from lambdas.handlers import tabulate
from lambdas.schedules import report_config
from lambdas.tables.catalog import Catalog
from lambdas.tables.table_files import TableFiles
from lambdas.tables.tabulate import Tabulator
from tests.testing.crash_injection import Outside, Point
from tests.testing.harness import Killed
from tests.testing.landed_samples import JSON, manifest, zipped
from tests.testing.tables_in_memory import Tables

SALES = "GET_SALES_AND_TRAFFIC_REPORT"
LATER = "2026-11-02T06:00:30+00:00"


class Delivery(NamedTuple):
    """A report's manifest and text."""

    manifest: dict[str, Any]
    text: str


def sales(by_asin: bool, **more: Any) -> Delivery:
    document = {"byDate": [{"date": "2026-11-01"}]} | ({"byAsin": [{"asin": "B1"}]} if by_asin else {})
    return Delivery(manifest(report_type=SALES, media=JSON, **more), json.dumps(document))


# What has been delivered before, and the delivery in which the function dies.
STORIES: dict[str, tuple[list[Delivery], Delivery]] = {
    "the first report of a table": ([], Delivery(manifest(), "a\tb\n1\t2\n3\n")),
    "a refresh with another column": (
        [Delivery(manifest(), "a\n1\n"), Delivery(manifest(report_id="R2", window="other"), "a\n2\n")],
        Delivery(manifest(report_id="R3", landed_at=LATER), "b\ta\n\t3\n"),
    ),
    "a refresh without one of its arrays": ([sales(True)], sales(False, report_id="R2", landed_at=LATER)),
}


class WatchedClient:
    """A client of AWS whose calls go through `outside`."""

    def __init__(self, client: Any, outside: Outside) -> None:
        self._client, self._outside = client, outside

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._client, name)
        if name == "exceptions":
            return attribute
        if name == "get_paginator":
            return lambda operation: WatchedClient(attribute(operation), self._outside)
        return lambda **arguments: self._outside.call(name, lambda: attribute(**arguments))


class Bus:
    """Takes events."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []

    def put_events(self, *, Entries: list[Any]) -> dict[str, Any]:  # noqa: N803 - AWS's name
        self.events += [(entry["DetailType"], json.loads(entry["Detail"])) for entry in Entries]
        return {"FailedEntryCount": 0}


class World:
    """Tables, events, and a function that works on them."""

    def __init__(self, folder: Path) -> None:
        self.tables, self.bus = Tables(folder), Bus()

    def deliver(self, delivery: Delivery, outside: Outside) -> None:
        landed = delivery.manifest
        self.tables.s3.bodies |= {
            "manifests/one": json.dumps(landed).encode(),
            landed["result"]["key"]: zipped(delivery.text),
        }
        s3, glue, bus = (WatchedClient(client, outside) for client in (self.tables.s3, self.tables.glue, self.bus))
        files = TableFiles(s3=s3, prefix="tables", headers={})  # type: ignore[arg-type]  # it stands for one
        catalog = Catalog(glue=glue, database="d", location="s3://reports/tables")  # type: ignore[arg-type]  # so does it
        dependencies.dependencies.cache_clear()
        vars(dependencies.dependencies()).update(
            table_files=files,
            tabulator=Tabulator(files=files, catalog=catalog, aliases={}),
            put_events=bus.put_events,
            report_config=report_config.parse(""),
        )
        outside.begin("Tabulate")
        tabulate.handler({"Records": [{"body": json.dumps({"detail": {"manifestKey": "manifests/one"}})}]}, None)

    def state(self) -> Any:
        """Return all that queries and readers of files see."""
        glue = self.tables.glue
        partitions = {
            place: [column["Name"] for column in partition["StorageDescriptor"]["Columns"]]
            for place, partition in glue.partitions.items()
        }
        tables = {name: (glue.columns(name), self.tables.rows(name)) for name in glue.tables}
        return tables, partitions, {key for key in self.tables.s3.bodies if key.startswith("tables/")}


@pytest.fixture
def story(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], World]]:
    """Return a function that makes a world in which all has happened that comes before the last delivery."""
    monkeypatch.setenv("REPORT_BUCKET", "reports")
    monkeypatch.setenv("REPORT_ZONE", "")
    monkeypatch.setenv("TABLES_DATABASE", "d")
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 2, 6, 1, tzinfo=UTC))

    def made() -> World:
        world = World(tmp_path)
        for delivery in STORIES[request.param][0]:
            world.deliver(delivery, Outside())
        world.bus.events.clear()
        return world

    yield made
    dependencies.dependencies.cache_clear()


@pytest.mark.exhaustive
@pytest.mark.parametrize("story", STORIES, indirect=True)
def test_wherever_the_function_dies_the_next_delivery_ends_as_one_that_went_well(
    story: Callable[[], World], request: pytest.FixtureRequest
) -> None:
    last = STORIES[request.node.callspec.params["story"]][1]
    whole, watched = story(), Outside()
    whole.deliver(last, watched)
    points = [
        Point(when, call, number + 1, function, run)
        for function, run, calls in watched.numbered()
        for call, count in calls.items()
        for number in range(count)
        for when in ("before", "after")
    ]
    assert {point.call for point in points} >= {"get_object", "head_object", "get_table", "put_object", "put_events"}
    for point in points:
        world, dying = story(), Outside(point)
        with pytest.raises(Killed):
            world.deliver(last, dying)
        assert dying.reached, point
        world.deliver(last, Outside())
        assert world.state() == whole.state(), point
        # An event may come twice, and the second one says that nothing has changed.
        assert [rows_told(event) for event in tabulated(world)][-1] == rows_told(tabulated(whole)[0]), point


def tabulated(world: World) -> list[dict[str, Any]]:
    return [detail for detail_type, detail in world.bus.events if detail_type == tabulate.TABULATED]


def rows_told(detail: dict[str, Any]) -> dict[str, int]:
    return {table["table"]: table["rows"] for table in detail["tables"]}
