"""The names of a window's objects: readable, the same for each report of the window, and no other window's."""

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.landing.naming import path_of
from lambdas.request.parsing import parse_request
from tests.testing.samples import NOW, raw_input

if TYPE_CHECKING:
    from lambdas.payloads.state_data import StateData

FRANCE, ITALY, GERMANY, SPAIN, POLAND = (
    "A13V1IB3VIYZZH",
    "APJ6JRA9NG5V4",
    "A1PA6795UKMFR9",
    "A1RKKUPIHCS9HS",
    "A1C3SOZRARQ6R3",
)
DAY = {"dataStartTime": "2026-11-01T00:00:00Z", "dataEndTime": "2026-11-01T23:59:59Z"}
WEEK = {**DAY, "dataEndTime": "2026-11-07T23:59:59Z"}


def path(report_id: str = "R1", **given: Any) -> str:
    data: Any = {"request": parse_request(raw_input(**given), now=NOW), "poll": {"reportId": report_id}}
    data["report"] = {"createdTime": "2026-11-10T12:00:00Z"}
    state_data: StateData = data
    return path_of(state_data)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (DAY, "date=2026-11-01/2026-11-01_DE"),
        (WEEK, "date=2026-11-01/2026-11-01_2026-11-07_DE"),
        ({**DAY, "marketplaceIds": [ITALY, FRANCE]}, "date=2026-11-01/2026-11-01_FR-IT"),
        (
            {**DAY, "marketplaceIds": [ITALY, FRANCE, GERMANY, SPAIN, POLAND]},
            "date=2026-11-01/2026-11-01_5-marketplaces",
        ),
        ({}, "date=2026-11-10/2026-11-10_DE"),
    ],
)
def test_days_and_marketplaces_show(given: dict[str, Any], named: str) -> None:
    folder, _, rest = path(**given).partition("/date=")
    assert folder.startswith("sellingPartnerId=")
    assert f"date={rest}".rpartition("_")[0] == named


def test_each_report_of_a_window_has_the_same_name_and_each_window_another() -> None:
    assert path("R1", **DAY) == path("R2", **DAY, refresh=True)
    windows = [
        path(**DAY),
        path(**WEEK),
        path(**{**DAY, "dataStartTime": "2026-11-01T12:00:00Z"}),
        path(**DAY, marketplaceIds=[FRANCE]),
        path(**DAY, sellingPartnerId="A2OTHER"),
        # What is asked for without a window is another snapshot each time.
        path(scheduledTime="2026-11-01T06:00:00Z"),
        path(scheduledTime="2026-11-01T07:00:00Z"),
    ]
    assert len(set(windows)) == len({window.rpartition("_")[2] for window in windows}) == len(windows)


@given(st.text(min_size=1))
def test_the_id_of_a_report_that_amazon_made_is_its_name_whatever_it_is_made_of(report_id: str) -> None:
    named = path(report_id, reportId="R1").rpartition("/")[2]
    assert named.isascii()
    assert named.isprintable()
    assert path("R1", reportId="R1").endswith("/R1")
