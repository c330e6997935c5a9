"""The lines that gaps are told in: the days of their own calendar, and alike ones together."""

from typing import Any

from cli.gaps import lines
from tests.testing.samples import FRANCE, GERMANY


def gap(start: str, end: str, *, kind: str = "missing", reason: str | None = None, **given: Any) -> dict[str, Any]:
    """Return a gap as Find gaps has it, of a window of these days in Berlin."""
    window = {"dataStartTime": f"{start}T00:00:00+01:00", "dataEndTime": f"{end}T23:59:59+01:00"} if start else {}
    whose = {"sellingPartnerId": "A2", "reportType": "GET_X", "marketplaceIds": [GERMANY, FRANCE]}
    return {
        "kind": kind,
        "reason": reason,
        "input": {**whose, "scheduledTime": "2026-11-24T05:00:00Z", **window, **given},
    }


def test_windows_that_are_alike_are_one_line_with_their_local_days() -> None:
    days = [gap(f"2026-11-{day}", f"2026-11-{day}") for day in (21, 22, 23)]
    assert list(lines(days)) == ["missing: GET_X of A2 in DE,FR, 2026-11-21 to 2026-11-23 (3 windows)"]
    assert list(lines(days[:1])) == ["missing: GET_X of A2 in DE,FR, 2026-11-21"]


def test_what_differs_is_told_apart() -> None:
    told = lines(
        [
            gap("2026-11-15", "2026-11-21", marketplaceIds=[GERMANY]),
            gap("2026-11-21", "2026-11-21", kind="failed", reason="NOT_YET_AVAILABLE"),
            gap("", ""),
            gap("", "", dataStartTime="2026-11-21T05:00:00+01:00", dataEndTime="2026-11-21T05:59:59+01:00"),
        ]
    )
    assert list(told) == [
        "missing: GET_X of A2 in DE, 2026-11-15 to 2026-11-21",
        "failed: GET_X of A2 in DE,FR, 2026-11-21: NOT_YET_AVAILABLE",
        "missing: GET_X of A2 in DE,FR, 2026-11-21T05:00:00+01:00 to 2026-11-24T05:00:00Z (2 windows)",
    ]
