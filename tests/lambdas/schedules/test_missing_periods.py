"""Periods that follow each other: what lies between two that do not meet is missing."""

from typing import Any, cast

import pytest

from lambdas.payloads.results import Landed
from lambdas.schedules.missing_periods import missing_periods
from tests.testing.samples import FRANCE, GERMANY

NOVEMBER = "2026-11-{:02}T18:00:0{}Z"


def landed(first: int, last: int, *marketplace_ids: str, seconds: int = 0) -> Landed:
    start, end = NOVEMBER.format(first, seconds), NOVEMBER.format(last, 0)
    result: dict[str, Any] = {"marketplaceIds": [*marketplace_ids] or [GERMANY]}
    return cast("Landed", result | {"dataStartTime": start, "dataEndTime": end})


@pytest.mark.parametrize(
    ("reports", "missing"),
    [
        ([], []),
        ([landed(1, 15)], []),
        ([landed(15, 20), landed(1, 15)], []),
        ([landed(1, 15), landed(15, 20, seconds=1)], []),
        ([landed(1, 15), landed(15, 20, seconds=2)], [(15, 15)]),
        ([landed(1, 5), landed(9, 12), landed(12, 14), landed(16, 20)], [(5, 9), (14, 16)]),
        # One that spans others covers what is between them.
        ([landed(1, 20), landed(2, 5), landed(9, 12), landed(20, 21)], []),
        # Of each marketplace there are periods of its own.
        ([landed(1, 5), landed(5, 9, FRANCE), landed(9, 12)], [(5, 9)]),
        ([landed(1, 5), cast("Landed", {"marketplaceIds": [GERMANY]})], []),
    ],
)
def test_the_gaps_between_periods(reports: list[Landed], missing: list[tuple[int, int]]) -> None:
    assert [(gap.start.day, gap.end.day) for gap in missing_periods(reports)] == missing
