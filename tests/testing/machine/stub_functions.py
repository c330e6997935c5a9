"""Stub functions for the sample definition, that answer from a script."""

from dataclasses import dataclass, field
from typing import Any


class SpApiThrottled(Exception):
    """Amazon said 429."""


class SpApiUnavailable(Exception):
    """Amazon said 503."""


class InvalidRequest(Exception):
    """Amazon, or we, refuse the request."""


@dataclass
class StubFunctions:
    """A script: the outcomes of creation, then the statuses of polls; exceptions in it are raised."""

    outcomes: list[str | Exception] = field(default_factory=lambda: ["CREATED"])
    statuses: list[str | Exception] = field(default_factory=lambda: ["DONE"])
    overdue_after: int = 99
    polls: int = 0

    def handlers(self) -> dict[str, Any]:
        """Return the functions by name."""
        return {
            "create_report": self.create_report,
            "get_report": self.get_report,
            "handle_done": lambda _event, _context: {"outcome": "LANDED", "bytes": 7},
            "handle_cancelled": lambda _event, _context: {"outcome": "NO_DATA"},
            "handle_fatal": lambda event, _context: {"cause": f"Amazon refused {event['report']['reportId']}."},
            "handle_overdue": lambda _event, _context: {"cause": f"Gave up at poll {self.polls}."},
        }

    def create_report(self, event: dict[str, Any], _context: object) -> dict[str, Any]:
        """Answer the next outcome."""
        assert set(event) == {"input", "executionArn", "startTime"}
        return {
            "request": event["input"],
            "report": {"reportId": "R1", "processingStatus": "IN_QUEUE"},
            "poll": {"waitSeconds": 30, "overdue": False},
            "result": {"outcome": _next(self.outcomes)},
        }

    def get_report(self, event: dict[str, Any], _context: object) -> dict[str, Any]:
        """Answer the next status, and a longer wait each time."""
        assert event["request"] == {"reportType": "T"}
        status = _next(self.statuses)
        self.polls += 1
        return {
            "request": event["request"],
            "report": {"reportId": "R1", "processingStatus": status},
            "poll": {"waitSeconds": 30 + 15 * self.polls, "overdue": self.polls > self.overdue_after},
        }


def _next(script: list[str | Exception]) -> str:
    """Take the script's next line; its last is repeated for ever."""
    line = script.pop(0) if len(script) > 1 else script[0]
    if isinstance(line, Exception):
        raise type(line)(*line.args)  # a new one, without the last one's traceback
    return line
