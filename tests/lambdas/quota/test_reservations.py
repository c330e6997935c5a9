"""Quotas: no bucket of Amazon's is asked for more than it has, those that wait come in order, and a 429 is learned."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from unittest import mock

import pytest

from lambdas import clock
from lambdas.ledger.table import Ledger
from lambdas.quota.gcra import Bucket
from lambdas.quota.reservations import NotAdmitted, QuotaReservations
from lambdas.quota.usage_plans import PLANS as PLANS_OF_OURS
from local.simulator.quota import PLANS, Quota
from local.simulator.responses import Refused
from tests.lambdas.conftest import RETENTION, TABLE, Clients
from tests.testing.call_simulation import Books
from tests.testing.samples import NOW, SELLER, request_of

Paced = Callable[..., QuotaReservations]


class Time:
    """A time that the test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def read(self) -> datetime:
        """Return it."""
        return self.now

    def pass_by(self, seconds: float) -> None:
        """Move on."""
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def time() -> Iterator[Time]:
    made = Time()
    with mock.patch.object(clock, "now", made.read):
        yield made


def pace(table: Any, *, waited: bool = False, type_quotas: Any = (), **changes: Any) -> QuotaReservations:
    """Return the pace of a caller."""
    return QuotaReservations(
        dynamodb=table,
        table=TABLE,
        request=request_of(**changes),
        waited=waited,
        retention=RETENTION,
        type_quotas=type_quotas,
    )


@pytest.fixture
def books() -> Books:
    """Return a table in memory: it does as DynamoDB does, as a test here shows, and does it faster."""
    return Books()


@pytest.fixture
def paced(books: Books, time: Time) -> Paced:
    """Return what makes paces of callers."""
    return partial(pace, books)


def wait_of(caller: QuotaReservations, operation: str) -> int:
    """Return how long a call has to wait; 0 if it may be sent now."""
    try:
        caller.admit(operation)
    except NotAdmitted as paced:
        return paced.wait_seconds
    return 0


@pytest.mark.parametrize("operation", sorted(PLANS))
def test_amazons_bucket_never_runs_dry_however_calls_come(paced: Paced, time: Time, operation: str) -> None:
    amazon = Quota(clock=lambda: time.now.timestamp())
    sent = 0
    for step in range(120):
        pace = paced(waited=step % 3 == 0)
        if not wait_of(pace, operation):
            amazon.take(selling_partner_id=SELLER, operation=operation)
            sent += 1
        time.pass_by([0, 0, 0.3, 7, 0, 61][step % 6])
    # And it is used: nearly all that it has is taken.
    full = PLANS[operation].burst + (time.now - NOW).total_seconds() * PLANS[operation].rate
    assert sent >= min(120, full) * 0.6
    assert sent <= full + 1


def test_the_simulated_bucket_does_refuse_what_was_not_admitted(paced: Paced, time: Time) -> None:
    amazon = Quota(clock=lambda: time.now.timestamp())
    for _ in range(15):
        assert wait_of(paced(), "createReport") == 0
        amazon.take(selling_partner_id=SELLER, operation="createReport")
    assert wait_of(paced(), "createReport") == 60
    with pytest.raises(Refused):
        amazon.take(selling_partner_id=SELLER, operation="createReport")


def test_those_that_wait_come_in_order_and_newcomers_after_them(paced: Paced, time: Time) -> None:
    for _ in range(15):
        paced().admit("createReport")
    assert [wait_of(paced(), "createReport") for _ in range(3)] == [60, 120, 180]
    time.pass_by(60)
    assert wait_of(paced(), "createReport") == 180
    assert wait_of(paced(waited=True), "createReport") == 0
    assert wait_of(paced(waited=True), "createReport") == 60


def test_a_poll_that_is_not_admitted_promises_nothing(paced: Paced, time: Time) -> None:
    for _ in range(15):
        paced().admit("getReport")
    assert [wait_of(paced(), "getReport") for _ in range(5)] == [1] * 5
    time.pass_by(0.5)
    assert wait_of(paced(), "getReport") == 0


def test_selling_partners_and_operations_do_not_share(paced: Paced) -> None:
    for _ in range(15):
        paced().admit("createReport")
    assert wait_of(paced(sellingPartnerId="A2ANOTHER"), "createReport") == 0
    assert wait_of(paced(), "getReportDocument") == 0
    # A seller's marketplaces do.
    assert wait_of(paced(marketplaceIds=["A13V1IB3VIYZZH"]), "createReport") == 60


def test_a_types_own_limit_holds_and_spends_nothing_of_the_others(paced: Paced, time: Time) -> None:
    limited = {"type_quotas": [(2, 1500), (96, 86_400)]}
    sent: list[datetime] = []
    for _ in range(200):
        if not wait_of(paced(waited=True, **limited), "createReport"):
            sent.append(time.now)
        time.pass_by(60)
    for count, seconds in limited["type_quotas"]:
        for begin in sent:
            assert sum(begin <= at < begin + timedelta(seconds=seconds) for at in sent) <= count
    # Evenly: 96 a day are one in 15 minutes, tried for once a minute.
    assert len(sent) == 13
    # What was refused by the type's limit took no token of the operation's.
    assert [wait_of(paced(reportType="GET_SELLER_FEEDBACK_DATA"), "createReport") for _ in range(15)] == [0] * 15


def test_a_refusal_empties_the_bucket_and_a_type_that_is_refused_again_waits_longer(paced: Paced, time: Time) -> None:
    waits = []
    for _ in range(7):
        pace = paced(waited=True)
        pace.admit("createReport")
        pace.learn("createReport", status=429, rate=None)
        waits.append(wait_of(paced(waited=True), "createReport"))
        # Another type has to wait after the first refusal only: the later ones are this type's.
        other = wait_of(paced(waited=True, reportType="GET_SELLER_FEEDBACK_DATA"), "createReport")
        assert (other > 0) is (len(waits) == 1)
        time.pass_by(waits[-1] + 900)
    assert waits == [60, 120, 240, 480, 960, 1800, 1800]
    served = paced(waited=True)
    served.admit("createReport")
    served.learn("createReport", status=202, rate="0.0167")
    again = paced(waited=True)
    again.admit("createReport")
    again.learn("createReport", status=429, rate=None)
    assert wait_of(paced(waited=True), "createReport") == 60


@pytest.mark.parametrize(
    ("rate", "wait"), [("0.5", 2), ("0.0167", 60), (None, 60), ("fast", 60), ("0", 60), ("nan", 60)]
)
def test_the_rate_that_amazon_names_is_learned(paced: Paced, time: Time, rate: str | None, wait: int) -> None:
    pace = paced()
    pace.admit("getReportDocument")
    pace.learn("getReportDocument", status=200, rate=rate)
    time.pass_by(3600)
    for _ in range(30):
        if seconds := wait_of(paced(waited=True), "getReportDocument"):
            assert seconds in (wait, wait - 1)
            return
    raise AssertionError("never had to wait")


def test_reservations_that_race_are_both_kept(paced: Paced, books: Books) -> None:
    first, second = paced(), paced()
    read, races = second._buckets.read, iter([True])

    def overtaken(*scope: Any) -> Any:
        seen = read(*scope)
        if next(races, False):
            first.admit("getReport")
        return seen

    with mock.patch.object(second._buckets, "read", overtaken):
        second.admit("getReport")
    (item,) = books.items.values()
    assert float(item["theoreticalArrivalMs"]["N"]) == pytest.approx(NOW.timestamp() * 1000 + 2 * 500)
    assert int(item["expiresAt"]["N"]) == int((NOW + RETENTION).timestamp())


def test_books_do_as_dynamodb_does(books: Books, aws: Clients, ledger: Ledger, time: Time) -> None:
    tables, type_quotas = (books, aws.dynamodb), [(2, 1500)]
    for step in range(40):
        options: dict[str, Any] = {"waited": step % 3 == 0, "type_quotas": type_quotas, "background": step % 5 == 0}
        one, other = (pace(table, **options) for table in tables)
        operation = ("createReport", "getReport", "getReportDocument")[step % 3]
        assert wait_of(one, operation) == wait_of(other, operation)
        if operation in one._admitted and step % 4 == 0:
            for caller in (one, other):
                caller.learn(operation, status=(429, 200)[step % 8 == 0], rate="0.02")
        time.pass_by([0, 0.3, 61][step % 3])
    kept = {
        entry: {name: float(value["N"]) for name, value in item.items()} for (_, entry), item in books.items.items()
    }
    listed = aws.dynamodb.scan(TableName=TABLE)["Items"]
    assert kept == {
        item["entry"]["S"]: {name: float(value["N"]) for name, value in item.items() if "N" in value} for item in listed
    }


def test_books_and_dynamodb_refuse_what_has_changed_as_a_whole(
    books: Books, aws: Clients, ledger: Ledger, time: Time
) -> None:
    for table in (books, aws.dynamodb):
        slow = pace(table)
        stale = [slow._buckets.read(scope, plan) for scope, plan in slow._scopes("createReport")]
        pace(table).admit("getReport")
        pace(table).admit("createReport")
        fresh = slow._buckets.read("getReport", PLANS_OF_OURS["getReport"])
        changes = ((state, Bucket(state.bucket.plan, 1, 1, 1)) for state in [fresh, *stale])
        assert not slow._buckets.write(changes, now=NOW)
        assert slow._buckets.read("getReport", PLANS_OF_OURS["getReport"]) == fresh
