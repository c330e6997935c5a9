"""Scheduled reports by the hundred at one second: none fails or is throttled, and a full account only takes longer."""

import os

import pytest

from local.bench.scale.account import NEW_SLOTS, SLOTS, Account, Retrier
from local.bench.scale.page import lines
from local.bench.scale.simulation import WRITES, Fleet, Month, Simulation, quantile
from planning.costs import LANDED, POLL
from tests.testing.repository import DOCS
from tests.testing.template import Template

PAGE = DOCS / "scale.md"
FLEET = Fleet(partners=20, reports=20, days=2)


@pytest.fixture(scope="module")
def retrier(template: Template) -> Retrier:
    """Return the machine's Retry of what Lambda has no room for."""
    return Retrier.of(template.definition())


def played(retrier: Retrier, *, slots: int = SLOTS, keep_quotas: bool = True) -> Month:
    return Simulation(Account(slots), retrier, keep_quotas=keep_quotas).play(FLEET)


def typical(month: Month) -> float:
    """Return the seconds of the report in the middle."""
    return quantile([seconds for each in month.seconds.values() for seconds in each], 0.5)


def test_every_report_lands_and_amazon_refuses_no_call(retrier: Retrier) -> None:
    month = played(retrier)
    assert (month.landed, month.red, month.throttled) == (800, 0, 0)
    assert {len(seconds) for seconds in month.seconds.values()} == {40}
    assert month.waits >= 20 * 5 * 2
    assert month.account.running == 0


@pytest.mark.exhaustive
def test_without_reservations_amazon_refuses(retrier: Retrier) -> None:
    assert played(retrier, keep_quotas=False).throttled >= 20 * 5


@pytest.mark.exhaustive
def test_a_new_account_takes_longer_and_loses_nothing(retrier: Retrier) -> None:
    roomy, narrow = played(retrier), played(retrier, slots=NEW_SLOTS)
    assert (narrow.landed, narrow.red) == (800, 0)
    assert narrow.account.peak == NEW_SLOTS < roomy.account.peak
    assert narrow.account.refused > roomy.account.refused == 0
    assert typical(narrow) > typical(roomy)


@pytest.mark.exhaustive
def test_with_the_patience_for_faults_a_new_account_would_lose_reports(retrier: Retrier) -> None:
    assert played(retrier._replace(attempts=10, longest=60), slots=2).red > 0


def test_the_writes_are_those_that_executions_pay_for() -> None:
    assert sum(units for function, units in WRITES.items() if function != "get_report") == LANDED["DynamoDB write unit"]
    assert WRITES["get_report"] == POLL["DynamoDB write unit"]


@pytest.mark.exhaustive
def test_one_selling_partners_items_are_hot_and_nothing_is_lost(retrier: Retrier) -> None:
    hot = Simulation(Account(SLOTS), retrier).play(Fleet(partners=1, reports=200, days=1))
    assert (hot.landed, hot.red, hot.throttled) == (200, 0, 0)
    assert hot.conflicts > 0 < hot.write_delays
    spread = Simulation(Account(SLOTS), retrier).play(Fleet(partners=200, reports=1, days=1))
    assert (spread.landed, spread.conflicts, spread.write_delays) == (200, 0, 0)


@pytest.mark.exhaustive
def test_a_table_that_takes_less_delays_and_loses_nothing(retrier: Retrier) -> None:
    narrow = Simulation(Account(SLOTS, writes_per_second=50), retrier).play(FLEET)
    assert (narrow.landed, narrow.red, narrow.throttled) == (800, 0, 0)
    assert narrow.write_delays > played(retrier).write_delays


@pytest.mark.exhaustive
def test_the_page_is_what_is_simulated(retrier: Retrier) -> None:
    """Rewrite it with UPDATE_SNAPSHOT=1, or `make scale`."""
    text = "\n".join(lines(retrier)) + "\n"
    if os.environ.get("UPDATE_SNAPSHOT"):
        PAGE.write_text(text)
    assert PAGE.read_text() == text
