"""Notifications on the executed machine: they make an end known at once, and nothing hangs on them."""

from collections.abc import Callable, Iterator, Sequence
from unittest import mock

import pytest

from lambdas.handlers import receive_notification
from lambdas.ledger.table import Ledger
from lambdas.polling.notification_table import NotificationTable
from local.scenarios import Scenario
from local.simulator import Report, Script
from tests.assemblies import Assemblies
from tests.testing.harness import BEGIN, TABLE, Harness, staged
from tests.testing.kinds import one_of_each
from tests.testing.machine.execution_result import ExecutionResult
from tests.testing.notification_sender import Amazon, batch, notification, truth
from tests.testing.scenario_steps import ORDERS
from tests.testing.small_parts import BY_NAME, SCENARIOS
from tests.testing.state_sequences import CREATED, LANDED, TURN
from tests.testing.template import Template

FIVE_MINUTES = Script(begins=(0, 60, 300))
PENDING = ("IN_QUEUE", "IN_PROGRESS")


@pytest.fixture(scope="module")
def with_notifications(assemblies: Assemblies) -> Template:
    """Return the template with notifications switched on."""
    return Template.read(assemblies.wait_for("notifications"))


@pytest.fixture
def stage(with_notifications: Template) -> Iterator[Harness]:
    """Set the stage for one test."""
    with staged(with_notifications) as made:
        yield made


def play(
    stage: Harness,
    script: Script,
    *,
    after: Sequence[float] = (),
    notification: Callable[[Report], object] = truth,
    scenario: Scenario = ORDERS,
    **given: object,
) -> tuple[ExecutionResult, Amazon]:
    """Execute a scenario's input, with messages of Amazon's so many seconds after each createReport."""
    stage.simulator.script(scenario.input["reportType"], script)
    stage.authorize(scenario.input["sellingPartnerId"])
    machine = stage.machine()
    amazon = Amazon(stage=stage, machine=machine, after=after, notification=notification)
    stage.around = amazon.around
    ended = machine.execute({**scenario.input, **given})
    amazon.finish()
    return ended, amazon


def polls(stage: Harness, ended: ExecutionResult) -> int:
    return stage.calls(ended)["getReport"]


def test_a_notification_ends_the_wait_at_once(stage: Harness) -> None:
    ended, _ = play(stage, FIVE_MINUTES, after=[300.5])
    assert ended.states == [*CREATED, *TURN, *LANDED]
    assert (ended.seconds, polls(stage, ended)) == (300.5, 1)
    assert ended.output["secondsToLand"] == 300
    assert stage.objects()


@pytest.mark.parametrize(
    ("statuses", "name"),
    [
        (("DONE",), "done, with personal data"),
        (("CANCELLED",), "cancelled, no data"),
        (("FATAL",), "fatal, without a document"),
    ],
)
def test_every_end_is_told(stage: Harness, statuses: tuple[str, ...], name: str) -> None:
    scenario = BY_NAME[name]
    ended, amazon = play(
        stage, Script(statuses=(*PENDING, *statuses), begins=(0, 60, 300)), after=[301], scenario=scenario
    )
    assert scenario.ends in (ended.error, (ended.output or {}).get("outcome"))
    asked = stage.calls(ended)["createReport"]
    assert polls(stage, ended) == asked == len(amazon.answers)


@pytest.mark.parametrize(
    "scenario", one_of_each(SCENARIOS, lambda scenario: scenario.ends, name=lambda scenario: scenario.name)
)
def test_all_ends_as_it_should_when_every_notification_is_lost(stage: Harness, scenario: Scenario) -> None:
    ended = stage.run(scenario)
    assert scenario.ends in (ended.error, (ended.output or {}).get("outcome"))
    assert max(ended.waits, default=0) <= 4 * 3600


def test_without_notifications_waits_are_few(stage: Harness) -> None:
    ended, _ = play(stage, Script(begins=(0, 60, 5000)))
    assert ended.waits == [1500, 1500, 3000]
    assert ended.states == [*CREATED, *TURN * 3, *LANDED]


def test_a_notification_ends_a_later_wait_too(stage: Harness) -> None:
    ended, _ = play(stage, Script(begins=(0, 60, 1800)), after=[1800])
    assert (ended.seconds, polls(stage, ended)) == (1800, 2)


def test_a_notification_ten_times_is_a_notification(stage: Harness) -> None:
    ended, amazon = play(stage, FIVE_MINUTES, after=[300] * 10)
    assert (ended.seconds, polls(stage, ended)) == (300, 1)
    assert stage.calls(ended)["createReport"] == 1
    assert amazon.answers == [{"batchItemFailures": []}] * 10


def test_a_notification_that_comes_before_the_wait_lets_it_not_begin(stage: Harness) -> None:
    # Before the ledger knows which report createReport has answered with.
    requested = Ledger.record_report

    def told_first(self: Ledger, *args: object, report_id: str, **more: object) -> None:
        received = receive_notification.parse_notification(
            batch(notification(ORDERS.input["reportType"], report_id))["Records"][0]["body"]
        )
        board = NotificationTable(dynamodb=stage.dynamodb, table=TABLE)
        assert (
            receive_notification.receive(
                received, notification_table=board, resume=lambda *_: False, now=stage.clock.now
            )
            == "NOTED"
        )
        requested(self, *args, report_id=report_id, **more)  # type: ignore[arg-type] # passed on as they came

    with mock.patch.object(Ledger, "record_report", told_first):
        ended, _ = play(stage, Script(statuses=("DONE",), begins=(0,)))
    assert ended.states == [*CREATED, *TURN, *LANDED]
    assert (ended.seconds, polls(stage, ended)) == (0, 1)


@pytest.mark.parametrize("after", [[0.0], [5.0], [5.0] * 10])
def test_a_notification_that_is_wrong_ends_one_wait_and_the_loop_goes_on_as_without(
    stage: Harness, after: list[float]
) -> None:
    ended, _ = play(stage, FIVE_MINUTES, after=after, deadlineHours=0.1)
    assert ended.output["outcome"] == "LANDED"
    # Neither does it spin, nor does it wait for another notification, nor is the time overdue that was not waited.
    assert polls(stage, ended) < 30
    assert 300 <= ended.seconds < 360


def test_notifications_that_are_none_of_ours_change_nothing(stage: Harness) -> None:
    others: list[Callable[[Report], object]] = [
        lambda report: notification(report.report_type, "1"),
        lambda report: notification("GET_ANOTHER", report.report_id),
        lambda report: {**notification(report.report_type, report.report_id), "notificationType": "ORDER_CHANGE"},
        lambda _: "garbage",
    ]
    for number, other in enumerate(others):
        ended, amazon = play(
            stage, FIVE_MINUTES, after=[10], notification=other, dataStartTime=f"2026-11-0{number + 1}T00:00:00Z"
        )
        assert ended.waits == [1500]
        assert ended.output["outcome"] == "LANDED"
        assert amazon.answers == [{"batchItemFailures": []}]


def test_a_report_that_is_adopted_is_polled_as_without_since_its_notification_may_be_over(stage: Harness) -> None:
    first, _ = play(stage, Script(begins=(0, 60, 400)), deadlineHours=0.1)
    assert first.error == "ReportOverdue"
    adopted = stage.machine().execute(ORDERS.input)
    assert adopted.output["outcome"] == "LANDED"
    assert max(adopted.waits) < 60


def test_the_ledger_forgets_waits_and_notifications(stage: Harness) -> None:
    play(stage, FIVE_MINUTES, after=[300])
    (item,) = [
        item
        for item in stage.dynamodb.scan(TableName=TABLE)["Items"]
        if item["sellingPartnerId"]["S"] == "*notifications"
    ]
    assert set(item) == {"sellingPartnerId", "entry", "taskToken", "expiresAt", "processingStatus", "notifiedAt"}
    assert int(item["expiresAt"]["N"]) == int(BEGIN.timestamp()) + (4 + 24) * 3600
