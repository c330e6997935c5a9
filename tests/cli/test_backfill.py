"""reportflow backfill: refused before anything is called, followed to its end, told window by window."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from cli import backfill
from cli.outcome_help import sections
from local.simulator import Fault, Script
from tests.cli.conftest import Account, Said
from tests.testing.backfill_machine import INPUT, WHY, backfill_machine

if TYPE_CHECKING:
    from tests.testing.machine.engine import Machine

Reportflow = Callable[..., Said]
SPAN = (
    *("backfill", "--seller", INPUT["sellingPartnerId"], "--type", INPUT["reportType"], "--marketplace", "de"),
    *("--from", "2026-11-01", "--to", "2026-11-02"),
)


@pytest.fixture
def machine(account: Account, monkeypatch: pytest.MonkeyPatch) -> "Machine":
    """Return the machine that backfills; where the command would sleep, it comes to its end."""
    account.stage.authorize(INPUT["sellingPartnerId"])
    made = backfill_machine(account.stage, account.machine, [])
    account.more_outputs["BackfillMachineArn"] = made.arn

    def to_the_end(_: float) -> None:
        for each in made.client.list_executions(stateMachineArn=made.arn)["executions"]:
            made.execution(each["executionArn"]).result()

    monkeypatch.setattr(backfill, "sleep", to_the_end)
    return made


def test_a_red_window_is_told_and_the_same_command_again_asks_for_it(
    account: Account, machine: "Machine", reportflow: Reportflow
) -> None:
    account.stage.simulator.script(INPUT["reportType"], WHY, Script())
    red = reportflow(*SPAN, "--period", "day")
    assert red.exit_code == 1
    assert "1 of 2 windows are not complete" in red.err
    assert sorted(line.split()[1] for line in red.out.splitlines() if line.startswith("2026-11-0")) == [
        "FATAL",
        "LANDED",
    ]
    assert red.out.splitlines()[-1] == "1 FATAL, 1 LANDED"
    green = reportflow(*SPAN, "--period", "day", "--json")
    assert green.exit_code == 0
    assert [window["outcome"] for window in green.json["windows"]] == ["LANDED", "LANDED"]


def test_ctrl_c_stops_the_following_and_not_the_backfill(
    machine: "Machine", reportflow: Reportflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(backfill, "sleep", interrupted)
    said = reportflow(*SPAN)
    assert (said.exit_code, said.out) == (130, "")
    (name,) = re.findall(r"It goes on without you: reportflow status (\S+) --follow", said.err)
    arn = f"{machine.arn.replace(':stateMachine:', ':execution:')}:{name}"
    assert machine.execution(arn).result().output["outcome"] == "COMPLETE"
    assert reportflow("status", name, "--json").json["outcome"] == "COMPLETE"
    explained = reportflow("explain", name, "--json").json
    assert explained["advice"] == sections()["COMPLETE"].replace("<name>", name)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (("--period", "month"), "--period is MONTH; "),
        (("--to", "2026-13-01"), "--to is '2026-13-01'; allowed is a day such as 2026-11-01"),
    ],
)
def test_a_span_that_cannot_be_had_is_refused_before_anything_is_called(
    machine: "Machine", reportflow: Reportflow, more: tuple[str, ...], sentence: str
) -> None:
    said = reportflow(*SPAN, *more)
    assert (said.exit_code, said.out) == (2, "")
    assert said.err.startswith(f"reportflow: {sentence}")
    assert machine.client.list_executions(stateMachineArn=machine.arn)["executions"] == []


def test_a_stack_that_has_none_says_so(account: Account, reportflow: Reportflow) -> None:
    account.more_outputs.clear()
    said = reportflow(*SPAN)
    assert (said.exit_code, said.err.split(":")[1]) == (3, " the stack reportflow has no backfill")


def test_a_window_whose_execution_failed_says_why(account: Account, machine: "Machine", reportflow: Reportflow) -> None:
    assert machine
    account.stage.simulator.fail("createReport", Fault(status=403))
    span = [*SPAN[: SPAN.index("--from")], "--from", "2026-10-01", "--to", "2026-10-01"]
    red = reportflow(*span)
    account.stage.simulator.fail("createReport", [])
    assert red.exit_code == 1
    (line,) = [line for line in red.out.splitlines() if line.startswith("2026-10-01")]
    assert "UNFINISHED" in line
    assert "SpApiForbidden: createReport: SP-API answered 403" in line
