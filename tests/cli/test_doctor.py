"""doctor finds what is missing, and says what to do."""

import json
import socket
from collections.abc import Callable
from types import SimpleNamespace

import boto3
import pytest
from botocore.stub import Stubber

from cli import checks
from cli.doctor_context import CheckFailed, DoctorContext
from cli.stack import Connection
from tests.cli.conftest import Account, Said
from tests.testing.small_parts import SCENARIOS

Reportflow = Callable[..., Said]

MAY_START = checks.CHECKS["start"]
SELLER = SCENARIOS[0].input["sellingPartnerId"]


@pytest.fixture(autouse=True)
def _settings(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = account.stage.simulator
    settings = {"SECRET_PREFIX": "reportflow", "SP_API_ENDPOINT": simulator.url, "LWA_ENDPOINT": simulator.lwa_url}
    monkeypatch.setattr(DoctorContext, "settings", settings)
    # moto has no SimulatePrincipalPolicy.
    monkeypatch.setitem(checks.CHECKS, "start", lambda _: "not checked")


def finding(said: Said, check: str) -> str:
    """Return the finding of the one check that failed."""
    assert said.exit_code == 1
    (failed,) = [one for one in said.json if not one["ok"]]
    assert failed["check"] == check
    return str(failed["says"])


def test_all_is_well_and_no_quota_is_spent(account: Account, reportflow: Reportflow) -> None:
    account.stage.authorize(SELLER)
    said = reportflow("doctor", "--sign-in")
    assert said.exit_code == 0
    assert "✗" not in said.out
    assert SELLER in said.out
    assert set(account.stage.simulator.count(selling_partner_id=SELLER)) <= {"LWA"}


def test_a_secret_that_lacks_its_key(account: Account, reportflow: Reportflow) -> None:
    account.stage.authorize(SELLER)
    boto3.client("secretsmanager").put_secret_value(
        SecretId=f"reportflow/selling-partners/{SELLER}", SecretString=json.dumps({"token": "Atzr|planted"})
    )
    said = reportflow("doctor", "--json")
    assert f"the secret reportflow/selling-partners/{SELLER} must be a JSON object" in finding(said, "secrets")
    assert "planted" not in said.out + said.err


def test_a_refresh_token_that_amazon_refuses(account: Account, reportflow: Reportflow) -> None:
    account.stage.authorize(SELLER)
    boto3.client("secretsmanager").put_secret_value(
        SecretId=f"reportflow/selling-partners/{SELLER}", SecretString=json.dumps({"refresh_token": "Atzr|planted"})
    )
    said = reportflow("doctor", "--sign-in", "--json")
    assert "docs/outcomes.md says more of LwaRefused" in finding(said, "sign-in")
    assert "planted" not in said.out + said.err


def test_an_endpoint_that_is_not_there(
    reportflow: Reportflow, monkeypatch: pytest.MonkeyPatch, account: Account
) -> None:
    account.stage.authorize(SELLER)
    with socket.create_server(("127.0.0.1", 0)) as server:
        nobody = f"http://127.0.0.1:{server.getsockname()[1]}"
    monkeypatch.setattr(DoctorContext, "settings", {"SECRET_PREFIX": "reportflow", "SP_API_ENDPOINT": nobody})
    monkeypatch.setattr("lambdas.spapi.lwa.ENDPOINT", nobody)
    assert f"{nobody} cannot be reached from here" in finding(reportflow("doctor", "--json"), "endpoints")


def test_whether_executions_may_be_started_is_iam_s_to_say_and_not_known_is_not_denied(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = DoctorContext(Connection())
    session = "arn:aws:sts::123456789012:assumed-role/operators/somebody"
    monkeypatch.setattr(DoctorContext, "identity", {"Arn": session})
    iam = boto3.client("iam")
    monkeypatch.setattr(DoctorContext, "session", SimpleNamespace(client=lambda *_, **__: iam))
    asked = {
        "PolicySourceArn": "arn:aws:iam::123456789012:role/operators",
        "ActionNames": ["states:StartExecution"],
        "ResourceArns": [account.machine.arn],
    }
    monkeypatch.setattr(DoctorContext, "stack", SimpleNamespace(machine=account.machine.arn))
    with Stubber(iam) as stub:
        for decision in ("allowed", "implicitDeny"):
            result = {"EvalActionName": "states:StartExecution", "EvalDecision": decision}
            stub.add_response("simulate_principal_policy", {"EvaluationResults": [result]}, asked)
        stub.add_client_error("simulate_principal_policy", "AccessDenied")
        assert MAY_START(context) == "its executions may be started, as far as IAM's policies say"
        with pytest.raises(CheckFailed, match=r"states:StartExecution is denied \(implicitDeny\)"):
            MAY_START(context)
        assert MAY_START(context) == "not checked: AccessDenied from IAM's SimulatePrincipalPolicy"


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (1000, "1,000 functions may run at once in this account and region"),
        (
            10,
            "only 10 functions may run at once in this account and region; many reports at one time wait",
        ),
        (None, "not checked: AccessDeniedException from Lambda's GetAccountSettings"),
    ],
)
def test_how_many_functions_may_run_at_once_is_said(
    monkeypatch: pytest.MonkeyPatch, limit: int | None, said: str
) -> None:
    functions = boto3.client("lambda")
    monkeypatch.setattr(DoctorContext, "session", SimpleNamespace(client=lambda *_, **__: functions))
    with Stubber(functions) as stub:
        if limit is None:
            stub.add_client_error("get_account_settings", "AccessDeniedException")
        else:
            stub.add_response("get_account_settings", {"AccountLimit": {"ConcurrentExecutions": limit}})
        context = DoctorContext(Connection())
        assert checks.CHECKS["concurrency"](context).startswith(said)
