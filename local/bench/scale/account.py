"""The quotas of an AWS account that executions meet, and how Step Functions repeats what Lambda had no room for."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lambdas.executions import CONNECTIONS

# Service Quotas' defaults of the large regions (us-east-1, us-west-2, eu-west-1): StartExecution has a bucket of 1,300
# and 300 more a second, StateTransition 5,000 and 5,000. Elsewhere they are 800 and 150, and 800 and 800.
STARTS_PER_SECOND, STARTS_AT_ONCE = 300, 1_300
# Assumed of a StartExecution, of which Start reports has as many under way as it has connections.
START_SECONDS = 0.05
TRANSITIONS_PER_SECOND = 5_000
# A new table on demand takes so many write units a second; one in use takes twice its peak of the last half hour.
# Source: DynamoDB's developer guide, "On-demand capacity mode".
TABLE_WRITES = 4_000
# An account that is new may run so many functions at once; any other one a hundred times as many.
NEW_SLOTS, SLOTS = 10, 1_000
NO_ROOM = "Lambda.TooManyRequestsException"


class Retrier(NamedTuple):
    """A Retry of the states language, with full jitter: any pause up to the computed one."""

    interval: float
    rate: float
    longest: float
    attempts: int

    @classmethod
    def of(cls, definition: Mapping[str, Any], *, error: str = NO_ROOM) -> Retrier:
        """Return the one that a machine's definition has for an error, in the state that runs the first function."""
        retriers = definition["States"]["Create report"]["Retry"]
        found = next(retrier for retrier in retriers if error in retrier["ErrorEquals"])
        longest = found.get("MaxDelaySeconds", float("inf"))
        return cls(found["IntervalSeconds"], found["BackoffRate"], longest, found["MaxAttempts"])

    def pause(self, attempt: int, chance: random.Random) -> float:
        """Return the seconds before an attempt, the first of which is 0."""
        return chance.uniform(0, min(self.longest, self.interval * self.rate ** min(attempt, 64)))


@dataclass
class Account:
    """What an account has room for. `slots` are Lambda's concurrent executions."""

    slots: int
    transitions_per_second: float = TRANSITIONS_PER_SECOND
    writes_per_second: float = TABLE_WRITES
    running: int = 0
    peak: int = 0
    refused: int = 0
    transitions: int = 0
    by_second: Counter[int] = field(default_factory=Counter)
    writes: Counter[int] = field(default_factory=Counter)
    _free_at: float = 0
    _writable_at: float = 0

    def enter(self) -> bool:
        """Take a slot of Lambda's; return False if none is free."""
        if self.running >= self.slots:
            self.refused += 1
            return False
        self.running += 1
        self.peak = max(self.peak, self.running)
        return True

    def leave(self) -> None:
        """Give it back."""
        self.running -= 1

    def transit(self, count: int, now: float) -> float:
        """Take state transitions; return the seconds until there are as many: Step Functions lets them wait."""
        self.transitions += count
        self.by_second[int(now)] += count
        self._free_at = max(self._free_at, now - 1) + count / self.transitions_per_second
        return max(0.0, self._free_at - now)

    def write(self, units: int, now: float) -> float:
        """Take write units of the ledger's table; return the seconds until there are as many: boto3 asks again."""
        self.writes[int(now)] += units
        self._writable_at = max(self._writable_at, now - 1) + units / self.writes_per_second
        return max(0.0, self._writable_at - now)


def started_at(number: int) -> float:
    """Return the seconds after which an execution is started, by its number in the order of the starts."""
    return max(number * START_SECONDS / CONNECTIONS, (number - STARTS_AT_ONCE) / STARTS_PER_SECOND)
