"""explain tells of each outcome: Amazon's words, what they mean, what to do; and its page knows them all."""

from collections.abc import Callable
from typing import get_args

import pytest

from cli import REPOSITORY
from cli.outcome_help import sections
from lambdas.landing import error_document
from lambdas.passing_errors import AWS
from lambdas.spapi import errors
from local.scenarios import NOT_YET
from tests.cli.conftest import Account, Said
from tests.testing.template import Template

Reportflow = Callable[..., Said]
LANDED = ("done, with findings", "wrapped in payload")


@pytest.fixture(scope="module", autouse=True)
def _outcomes(account: Account) -> None:
    for name in ("fatal, with a document", "cancelled, no data", "input with a misspelt key", *LANDED):
        account.execute(name)


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        (
            "fatal, with a document",
            [
                "ReportFatal  fatal--with-a-document",
                NOT_YET,
                "The window's data is not there yet",
                "data is there about 72 hours after the end of a window",
                "for this window from 2026-11-10 23:59 UTC on, which has passed",
                "3 reports were asked for by this execution",
                "asked 2 times in ",
            ],
        ),
        ("cancelled, no data", ["NO_DATA", "as it does when there is no data", "A new start asks again."]),
        ("input with a misspelt key", ["InvalidRequest", "the input has the key 'marketPlaceIds', which is not known"]),
        ("done, with findings", ["LANDED", "RAGGED", "the first of them is line 3", "CHARSET", "its label says utf-8"]),
        ("wrapped in payload", ["LANDED", "Fetch it: reportflow fetch wrapped-in-payload", "Handle done"]),
    ],
)
def test_an_outcome_is_explained(account: Account, reportflow: Reportflow, scenario: str, expected: list[str]) -> None:
    said = reportflow("explain", account.executions[scenario])
    assert said.exit_code == 0
    for words in expected:
        assert words in said.out


def test_status_and_list_say_what_is_odd_too(account: Account, reportflow: Reportflow) -> None:
    assert "another number of cells" in reportflow("status", account.executions["done, with findings"]).out
    assert "LANDED RAGGED,CHARSET" in reportflow("list", "--seller", "A2DONEWITHFINDINGS").out


def test_a_report_id_leads_to_its_execution(reportflow: Reportflow) -> None:
    (row,) = reportflow("list", "--seller", "A2FATALWITHADOCUMENT", "--json").json
    for arguments in (("explain", row["reportId"]), ("explain", row["reportId"], "--seller", "A2FATALWITHADOCUMENT")):
        said = reportflow(*arguments, "--json")
        assert (said.json["outcome"], said.json["executionArn"]) == ("ReportFatal", row["execution"])
        assert said.json["advice"] == sections()["NOT_YET_AVAILABLE"]
        assert said.json["happened"][-1]["what"].startswith("Report fatal")
    assert reportflow("explain", "50000000000").exit_code == 3


def test_the_page_knows_every_outcome(template: Template) -> None:
    states = [
        state for of in ("Workflow", "Discovery", "Backfill") for state in template.definition(of)["States"].values()
    ]
    named = {state["Error"] for state in states if state["Type"] == "Fail"}
    named |= {error for state in states for retry in state.get("Retry", ()) for error in retry["ErrorEquals"]}
    named |= {"LANDED", "ALREADY_LANDED", "NO_DATA", "CANCELLED_ELSEWHERE"}
    named |= {name for name, value in vars(errors).items() if isinstance(value, type) and name != "SpApiError"}
    named |= set(get_args(error_document.Reason)) | {
        "InvalidRequest",
        "CredentialsMissing",
        "TIMED_OUT",
        "ABORTED",
        "RUNNING",
    }
    assert named - set(AWS) - set(sections()) == set()


def test_every_error_that_the_page_names_is_one(template: Template) -> None:
    source = "".join(path.read_text() for path in (REPOSITORY / "lambdas").rglob("*.py"))
    definitions = [template.definition(of) for of in ("Workflow", "Discovery", "Backfill")]
    known = source + str(definitions) + " ".join(AWS)
    of_aws = {"States.TaskFailed", "States.Timeout"}
    names = {name for name in sections() if " " not in name} - of_aws - {"TIMED_OUT", "ABORTED", "RUNNING"}
    assert {name for name in names if name not in known} == set()
