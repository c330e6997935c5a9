"""reportflow redrive: what is red for a reason that passes goes on, and what cannot is told with its reason."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from cli import red_executions, redrive
from local.simulator import Fault, Script
from tests.cli.conftest import Account, Said
from tests.testing.fault_injection import aws_failing
from tests.testing.redrives import redrivable
from tests.testing.small_parts import BY_NAME

Reportflow = Callable[..., Said]
GIVEN = BY_NAME["done, TSV in windows-31j"].input
DONE = Script(statuses=("DONE",))
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (redrive, red_executions):
        monkeypatch.setattr(module, "sleep", lambda _: None)


@pytest.fixture
def failed(account: Account) -> Iterator[Callable[..., str]]:
    """Return what makes a red execution, in a span that is this test's own, and returns its name."""
    begun = datetime.now(UTC)

    def fail(operation: str, fault: Fault, *, name: str, **changes: Any) -> str:
        given = {**GIVEN, "sellingPartnerId": f"A2{name.upper()}", **changes}
        account.stage.simulator.script(given["reportType"], DONE)
        account.stage.authorize(given["sellingPartnerId"])
        account.stage.simulator.fail(operation, fault)
        account.machine.start(given, name=name).result()
        account.stage.simulator.fail(operation, [])
        return name

    fail.since = begun.isoformat()  # type: ignore[attr-defined]  # of the function of this test
    yield fail
    for each in account.machine.client.list_executions(stateMachineArn=account.machine.arn)["executions"]:
        if each["startDate"] >= begun:
            account.machine.execution(each["executionArn"]).result()


def span(failed: Any) -> tuple[str, str]:
    return "--since", failed.since


def ended(account: Account, name: str) -> Any:
    return account.machine.execution(account.machine.arn.replace(":stateMachine:", ":execution:") + f":{name}").result()


OUTAGE, NO_ROLE = Fault(status=503), Fault(status=403, details="does not have access")


def test_what_passes_goes_on_and_the_rest_is_told_with_its_reason(
    account: Account, reportflow: Reportflow, failed: Callable[..., str]
) -> None:
    outage = failed("getReport", OUTAGE, name="outage")
    forbidden = failed("getReport", NO_ROLE, name="forbidden")
    invalid = failed("getReport", NO_ROLE, name="invalid", marketplaceIds=[])
    with redrivable(account.machine) as redriven:
        dry = reportflow("redrive", *span(failed), "--dry-run")
        assert (dry.exit_code, redriven) == (0, {})
        said = reportflow("redrive", *span(failed), "--yes")
        assert said.exit_code == 0
    assert "To be redriven: 1 SpApiUnavailable" in dry.out
    for told in (dry.out, said.out):
        assert "Not redriven: 1 SpApiAccessMissing: this error does not pass by itself: fix its cause" in told
        assert f"--error SpApiAccessMissing ({forbidden})" in told
        assert (
            f"Not redriven: 1 InvalidRequest: its input is refused: correct it and start it again ({invalid})" in told
        )
    assert "1 of 1 went on." in said.out
    assert [arn.rsplit(":")[-1] for arn in redriven] == [outage]
    assert ended(account, outage).output["outcome"] == "LANDED"
    assert reportflow("redrive", *span(failed), "--yes", "--json").json["redriven"] == []


def test_a_named_error_goes_on_where_it_is_of_the_partner_and_the_type(
    account: Account, reportflow: Reportflow, failed: Callable[..., str]
) -> None:
    name = failed("getReport", NO_ROLE, name="role")
    partner, kind = "A2ROLE", GIVEN["reportType"]
    named = (*span(failed), "--error", "SpApiAccessMissing", "--yes", "--json")
    with redrivable(account.machine):
        for other in (("--seller", "A2NOBODY"), ("--type", "GET_NOTHING"), ("--until", "1h")):
            assert reportflow("redrive", *named, *other, "--since", "2h").json == {"redriven": [], "notRedriven": []}
        said = reportflow("redrive", *named, "--seller", partner, "--type", kind)
    assert [each["error"] for each in said.json["redriven"]] == ["SpApiAccessMissing"]
    assert said.json["redriven"][0]["executionArn"].endswith(f":{name}")


@pytest.mark.parametrize(
    ("name", "meant"),
    [("SpApiUnavailible", "SpApiUnavailable"), ("lwarefused", "LwaRefused"), ("AwsThrotled", "AwsThrottled")],
)
def test_a_misspelt_error_is_refused_with_what_was_meant(reportflow: Reportflow, name: str, meant: str) -> None:
    said = reportflow("redrive", "--since", "1d", "--error", name)
    assert (said.exit_code, said.out) == (2, "")
    assert f"--error is '{name}', which is no error's name: did you mean {meant}?" in said.err


def test_one_that_step_functions_refuses_keeps_no_other_from_it(
    account: Account, reportflow: Reportflow, failed: Callable[..., str]
) -> None:
    names = [failed("getReport", OUTAGE, name=name) for name in ("one", "two")]
    with redrivable(account.machine, refused=":one") as redriven:
        said = reportflow("redrive", *span(failed), "--yes", "--json")
    assert said.exit_code == 1
    assert [each["reason"] for each in said.json["notRedriven"]] == ["scripted"]
    assert len(redriven) == 1
    assert ended(account, names[1]).output["outcome"] == "LANDED"


def test_ctrl_c_says_how_it_goes_on(
    account: Account, reportflow: Reportflow, failed: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    for name in ("first", "second"):
        failed("getReport", OUTAGE, name=name)
    monkeypatch.setattr(redrive, "sleep", interrupted)
    with redrivable(account.machine) as redriven:
        kind = GIVEN["reportType"]
        said = reportflow("redrive", *span(failed), "--yes", "--error", "SpApiUnavailable", "--type", kind)
        assert (said.exit_code, len(redriven)) == (130, 1)
        since = failed.since[:19]  # type: ignore[attr-defined]  # of the function of this test
        assert "1 of 2 redriven; the rest goes on with: " in said.err
        assert f"reportflow redrive --since {since}+00:00 --error SpApiUnavailable --type {kind}" in said.err
        monkeypatch.setattr(redrive, "sleep", lambda _: None)
        assert len(reportflow("redrive", *span(failed), "--yes", "--json").json["redriven"]) == 1


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("expired", "ExpiredTokenException"),
        pytest.param("away", EndpointConnectionError(endpoint_url="https://aws.example"), marks=pytest.mark.exhaustive),
    ],
)
def test_where_aws_is_away_it_stops_and_says_how_the_rest_goes_on(
    account: Account, reportflow: Reportflow, failed: Callable[..., str], name: str, error: str | Exception
) -> None:
    for number in range(3):
        failed("getReport", OUTAGE, name=f"{name}{number}", sellingPartnerId=f"A2{name.upper()}")
    with redrivable(account.machine) as redriven, aws_failing("RedriveExecution", error, after=1):
        said = reportflow("redrive", *span(failed), "--yes", "--seller", f"A2{name.upper()}")
    assert (said.exit_code, len(redriven)) == (3, 1)
    assert "1 of 3 redriven; the rest goes on with: reportflow redrive --since " in said.err
    assert f"--seller A2{name.upper()}\n" in said.err
    assert len([line for line in said.err.splitlines() if line.startswith("reportflow: ")]) == 1


def test_nothing_goes_on_that_nobody_has_confirmed(
    account: Account, reportflow: Reportflow, failed: Callable[..., str]
) -> None:
    failed("getReport", OUTAGE, name="unconfirmed")
    with redrivable(account.machine) as redriven:
        said = reportflow("redrive", *span(failed))
    assert (said.exit_code, redriven) == (2, {})
    assert "nobody is there to confirm 1 redrives: say --yes, or --dry-run" in said.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("--since", "yesterday"),
            "--since is 'yesterday'; allowed are a date, a time such as ",
        ),
        (("--since", "1h", "--until", "2h"), "which is after"),
        (("--since", "1h", "--until", "0h"), "--until is '0h'; allowed are"),
        (("--since", "9999-12-31T23:59:59-23:00"), "--since is '9999-12-31T23:59:59-23:00'; allowed are"),
    ],
)
def test_a_span_that_is_none_is_refused_before_anything_is_called(
    reportflow: Reportflow, arguments: tuple[str, ...], sentence: str
) -> None:
    said = reportflow("redrive", *arguments)
    assert said.exit_code == 2
    assert sentence in said.err


@pytest.mark.parametrize(
    ("error", "age", "not_redrivable", "why"),
    [
        ("SpApiUnavailable", 13, "", ""),
        ("SpApiUnavailable", 14, "", "it ended more than 14 days ago"),
        ("AwsUnavailable", 1, "Execution history is full", "Execution history is full"),
        ("ReportFatal", 1, "", "FATAL"),
        ("ReportOverdue", 1, "", "start its input again"),
        ("CreateReportUnanswered", 1, "", "start its input again"),
        ("LwaRefused", 1, "", "--error LwaRefused"),
    ],
)
def test_why_one_is_not_redriven(error: str, age: int, not_redrivable: str, why: str) -> None:
    one = red_executions.RedExecution(
        arn="a:b", error=error, stopped=NOW - timedelta(days=age), given={}, not_redrivable=not_redrivable
    )
    reason = one.kept_from_it(errors=(), now=NOW)
    assert (why in reason, bool(reason)) == (True, bool(why))


class StepFunctions:
    """Pages of failed executions, by when they started and stopped; the latest start comes first."""

    def __init__(self, *pages: list[tuple[datetime, datetime]]) -> None:
        self.pages = pages

    def get_paginator(self, name: str) -> "StepFunctions":
        assert name == "list_executions"
        return self

    def paginate(self, *, statusFilter: str, **_: Any) -> Any:  # noqa: N803  # boto3's name
        for page in self.pages if statusFilter == "FAILED" else ():
            times = [{"startDate": started, "stopDate": stopped} for started, stopped in page]
            yield {"executions": [{**each, "executionArn": f"a:{each['startDate']:%d}"} for each in times]}

    def describe_execution(self, *, executionArn: str) -> Any:  # noqa: N803  # boto3's name
        return {"status": "FAILED", "error": executionArn, "stopDate": NOW, "input": "{}"}


def test_one_that_was_redriven_weeks_after_its_start_is_found() -> None:
    def ago(*days: int) -> Any:
        return tuple(NOW - timedelta(days=each) for each in days)

    deployed: Any = SimpleNamespace(
        machine="arn", stepfunctions=StepFunctions([ago(1, 0), ago(9, 9)], [ago(14, 8), ago(19, 1)])
    )
    found = red_executions.red_executions(deployed, since=NOW - timedelta(days=2), until=NOW, progress=lambda _: None)
    assert [one.error for one in found] == ["a:19", "a:01"]
