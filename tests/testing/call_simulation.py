"""A day of calls in virtual time: the handlers' pace, on a table in memory, against Amazon's own buckets."""

import heapq
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any
from unittest import mock

from lambdas import clock
from lambdas.quota.reservations import NotAdmitted, QuotaReservations
from local.simulator.quota import Quota
from tests.testing.samples import NOW, SELLER, request_of

if TYPE_CHECKING:
    from lambdas.payloads.request import Request

request = cache(request_of)


class ConditionFailed(Exception):
    """An item is not as a condition says."""


class Books:
    """A table as far as Pace needs one: DynamoDB's conditional updates and transactions of them, in memory."""

    class exceptions:  # noqa: N801  # boto3's name
        ConditionalCheckFailedException = TransactionCanceledException = ConditionFailed
        TransactionConflictException = ConditionFailed

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], dict[str, Any]] = {}

    def get_item(self, *, Key: Any, **_: Any) -> Any:  # noqa: N803  # boto3's name
        """Answer as DynamoDB does."""
        item = self.items.get(_key(Key))
        return {"Item": dict(item)} if item else {}

    def update_item(self, **update: Any) -> None:
        """Set what the expression names, if the item is as the condition says."""
        self.transact_write_items(TransactItems=[{"Update": update}])

    def transact_write_items(self, *, TransactItems: Any) -> None:  # noqa: N803  # boto3's name
        """Make all updates or, if one of their conditions does not hold, none."""
        updates = [each["Update"] for each in TransactItems]
        for update in updates:
            self._check(**update)
        for update in updates:
            item = self.items.setdefault(_key(update["Key"]), {})
            for assignment in update["UpdateExpression"].removeprefix("SET ").split(", "):
                name, _, value = assignment.partition(" = ")
                item[name] = update["ExpressionAttributeValues"][value]

    def _check(self, *, Key: Any, ConditionExpression: str = "", **update: Any) -> None:  # noqa: N803  # boto3's names
        item = self.items.get(_key(Key), {})
        for condition in filter(None, ConditionExpression.split(" AND ")):
            name, _, seen = condition.removeprefix("attribute_not_exists(").rstrip(")").partition(" = ")
            if item.get(name) != update["ExpressionAttributeValues"].get(seen):
                raise ConditionFailed(condition)


def _key(key: Any) -> tuple[str, str]:
    return key["sellingPartnerId"]["S"], key["entry"]["S"]


class Day:
    """Executions side by side, in virtual seconds. What Amazon would refuse raises local.simulator's Refused."""

    def __init__(self, *type_quotas: tuple[int, int], books: Books | None = None) -> None:
        self.now = 0.0
        self.type_quotas = type_quotas
        self.books = books or Books()
        self.amazon = Quota(clock=lambda: self.now)
        self._alarms: list[tuple[float, int, Iterator[float]]] = []
        self._order = count()

    def begin(self, at: float, execution: Iterator[float]) -> None:
        """Let an execution, which yields the seconds that it waits, begin at some time."""
        heapq.heappush(self._alarms, (at, next(self._order), execution))

    def run(self) -> None:
        """Let time pass until all have ended."""
        with mock.patch.object(clock, "now", self.clock):
            while self._alarms:
                self.now, _, execution = heapq.heappop(self._alarms)
                for wait in execution:
                    self.begin(self.now + wait, execution)
                    break

    def clock(self) -> datetime:
        """Return the time as the handlers want it."""
        return NOW + timedelta(seconds=self.now)

    def pace(self, *, waited: bool, **changes: Any) -> QuotaReservations:
        """Return the pace of a caller."""
        asked: Request = request(**changes)
        return QuotaReservations(
            dynamodb=self.books,  # type: ignore[arg-type]  # as far as it is needed
            table="ledger",
            request=asked,
            waited=waited,
            retention=timedelta(days=90),
            type_quotas=self.type_quotas,
        )

    def call(self, operation: str, *, seller: str = SELLER, background: bool = False) -> Iterator[float]:
        """Call as a state of the machine does: not admitted, it waits and comes again."""
        waited = False
        while True:
            try:
                self.pace(waited=waited, sellingPartnerId=seller, background=background).admit(operation)
            except NotAdmitted as paced:
                yield paced.wait_seconds
                waited = True
            else:
                return self.amazon.take(selling_partner_id=seller, operation=operation)
