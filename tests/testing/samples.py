"""What these tests start from: the input of an execution, StateData of a report, and errors that tell no secret."""

import traceback
import tracemalloc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
import urllib3
from hypothesis import strategies as st

from lambdas.ledger.table import Ledger
from lambdas.payloads.request import Request
from lambdas.payloads.state_data import StateData
from lambdas.polling import poll_schedule
from lambdas.request.parsing import parse_request
from local.simulator import Script, Simulator
from tests.testing import contract

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
DEADLINE = 48 * 3600
SELLER, REPORT_TYPE = "A2SELLER", "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE"
GERMANY, FRANCE, JAPAN, USA = "A1PA6795UKMFR9", "A13V1IB3VIYZZH", "A1VC38T7YXB528", "ATVPDKIKX0DER"
POLAND = "A1C3SOZRARQ6R3"
WINDOW = {"dataStartTime": "2026-11-01T00:00:00Z", "dataEndTime": "2026-11-07T23:59:59Z"}
DAYS = {"firstDay": "2026-11-01", "lastDay": "2026-11-07", "timeZone": "UTC"}
# What every result says of report R1.
OF_R1: dict[str, Any] = {
    "sellingPartnerId": SELLER,
    "reportType": REPORT_TYPE,
    "marketplaceIds": [GERMANY],
    "reportOptions": {},
    **WINDOW,
    **DAYS,
    "reportId": "R1",
}
EXECUTION = "arn:aws:states:eu-west-1:123456789012:execution:reports:one"
ANOTHER = "arn:aws:states:eu-west-1:123456789012:execution:reports:another"
# All that are in use on earth lie between these.
OFFSETS = st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))
# For what hangs: longer than any answer on loopback takes, even on a busy machine.
IMPATIENT = pytest.mark.parametrize("timeout", [0.4], indirect=True)


def raw_input(**changes: Any) -> dict[str, Any]:
    """Return an input that is valid but for the changes: no window."""
    return {"sellingPartnerId": SELLER, "reportType": REPORT_TYPE, "marketplaceIds": [GERMANY], **changes}


def request_of(**changes: Any) -> Request:
    """Return the request of an input that has a window."""
    return parse_request(raw_input(**{**WINDOW, **changes}), now=NOW)


def state_data_of(report: Mapping[str, Any], *, request: Request | None = None, **poll: Any) -> StateData:
    """Return the loop's data at a report, with these changes to a first poll."""
    first = poll_schedule.first_poll(
        report_id=report["reportId"], started_at=NOW, deadline_seconds=DEADLINE, durations=[], factor=5
    )
    return {
        "executionArn": EXECUTION,
        "request": request or request_of(),
        "result": {"outcome": "CREATED", "reason": ""},
        "report": dict(report),
        "poll": {**first, **poll},  # type: ignore[typeddict-item]  # the test's own changes
    }


def state_data_at(simulator: Simulator, script: Script, *, request: Request | None = None, **poll: Any) -> StateData:
    """Return the loop's data at a new report of Amazon's, with its first status reached."""
    asked = request or request_of()
    report = simulator.add_report(
        asked["reportType"],
        script,
        selling_partner_id=asked["sellingPartnerId"],
        marketplace_ids=asked["marketplaceIds"],
    )
    view = report.view()
    # As Amazon tells the window that was asked for.
    view |= {key: value for key, value in asked.items() if key in ("dataStartTime", "dataEndTime")}
    return state_data_of(view, request=asked, **poll)


def record(state_data: StateData, ledger: Ledger, *, attempts: int = 1) -> None:
    """Let the ledger know the report of `state_data`, as Create report leaves it after so many attempts."""
    for _ in range(attempts):
        seen = ledger.find(state_data["request"])
        claimed = ledger.claim(state_data["request"], execution=EXECUTION, now=NOW, entry=seen)
        ledger.record_report(state_data["request"], claimed, report_id=state_data["poll"]["reportId"], now=NOW)


@contextmanager
def memory_below(limit: int) -> Iterator[None]:
    """Hold Python's memory, from here to there, below these bytes."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < limit
    finally:
        tracemalloc.stop()


@dataclass(frozen=True)
class Context:
    """Lambda's, with so much time left."""

    seconds: float

    def get_remaining_time_in_millis(self) -> int:
        """Return it."""
        return int(self.seconds * 1000)


class Unpaced:
    """Admits every call."""

    def admit(self, operation: str) -> None:
        """Admit it."""

    def learn(self, operation: str, *, status: int, rate: str | None) -> None:
        """Learn nothing."""


class Heard(NamedTuple):
    """What was sent, and where."""

    method: str
    url: str
    headers: Mapping[str, str]


class ListeningPool(urllib3.PoolManager):
    """A pool that keeps what was sent through it, and sends what Amazon's contract allows."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.heard: list[Heard] = []

    def urlopen(self, method: str, url: str, redirect: bool = True, **kw: Any) -> urllib3.BaseHTTPResponse:  # type: ignore[override]  # with what it is called with here
        """Check, remember and send."""
        if urlsplit(url).path.startswith(("/reports/", "/tokens/")):
            contract.check_call(method, url, kw.get("body"))
        self.heard.append(Heard(method, url, kw.get("headers") or {}))
        return super().urlopen(method, url, redirect, **kw)


@contextmanager
def fails(kind: type[Exception], *, simulator: Simulator) -> Iterator[pytest.ExceptionInfo[Exception]]:
    """Expect exactly this error, and nothing that the simulator knows as secret in what a log would show of it."""
    with pytest.raises(kind) as caught:
        yield caught
    assert caught.type is kind
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert [secret for secret in simulator.secrets if secret in shown] == []
