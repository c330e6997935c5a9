"""doctor finds what is missing, and says what to do."""

import json
import socket
from collections.abc import Callable

import boto3
import pytest

from local.cli import checks
from local.scenarios import SCENARIOS
from tests.local.cli.conftest import Account, Said

Reportflow = Callable[..., Said]

SELLER = SCENARIOS[0].input["sellingPartnerId"]


@pytest.fixture(autouse=True)
def _settings(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = account.stage.simulator
    settings = {"SECRET_PREFIX": "reportflow", "SP_API_ENDPOINT": simulator.url, "LWA_ENDPOINT": simulator.lwa_url}
    monkeypatch.setattr(checks.Patient, "settings", settings)


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
    assert "docs/endings.md says more of LwaRefused" in finding(said, "sign-in")
    assert "planted" not in said.out + said.err


def test_an_endpoint_that_is_not_there(
    reportflow: Reportflow, monkeypatch: pytest.MonkeyPatch, account: Account
) -> None:
    account.stage.authorize(SELLER)
    with socket.create_server(("127.0.0.1", 0)) as server:
        nobody = f"http://127.0.0.1:{server.getsockname()[1]}"
    monkeypatch.setattr(checks.Patient, "settings", {"SECRET_PREFIX": "reportflow", "SP_API_ENDPOINT": nobody})
    monkeypatch.setattr("spapi.lwa.ENDPOINT", nobody)
    assert f"{nobody} cannot be reached from here" in finding(reportflow("doctor", "--json"), "endpoints")
