"""One table of the errors that pass: what the machines retry, what may be redriven, what is started again."""

from lambdas import passing_errors
from lambdas.spapi import errors
from tests.testing.template import Template

# Only right after DONE, when Amazon may not know the document's id yet: elsewhere it is a request that is wrong.
FOR_A_MOMENT = {"SpApiRejected"}


def test_the_report_machine_retries_what_passes_and_nothing_else(template: Template) -> None:
    states = template.definition("Workflow")["States"].values()
    retried = {error for state in states for retry in state.get("Retry", ()) for error in retry["ErrorEquals"]}
    assert retried - FOR_A_MOMENT == passing_errors.REDRIVEN


def test_what_ends_in_a_fail_state_is_not_redriven(template: Template) -> None:
    states = template.definition("Workflow")["States"].values()
    failing = {state["Error"] for state in states if state["Type"] == "Fail"}
    assert failing & passing_errors.REDRIVEN == set()
    assert set() == passing_errors.RESTARTED & passing_errors.REDRIVEN


def test_a_credential_that_is_wrong_does_not_pass() -> None:
    lasting = {"CredentialsMissing", "AwsDenied", "InvalidRequest", "ReportFatal", "SpApiRejected"}
    lasting |= {errors.LwaRefused.__name__, errors.SpApiAccessMissing.__name__}
    assert {error for error in lasting if passing_errors.passes(error)} == set()
    assert passing_errors.passes("SpApiForbidden")
