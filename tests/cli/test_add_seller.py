"""add-seller: a consent in the browser or a token that is typed becomes a secret, and nobody sees it."""

import io
import json
import socket
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import boto3
import pytest
import urllib3

from cli import add_seller
from cli.authorization import Authorization, central_of
from cli.doctor_context import DoctorContext
from local.simulator import Fault
from tests.cli.conftest import Account, Said

Reportflow = Callable[..., Said]

SELLER = "A2NEWCOMER"
APPLICATION = "amzn1.sp.solution.example"
ENTRY = """[[sellingPartners]]
name = "a2newcomer"
sellingPartnerId = "A2NEWCOMER"
account = "seller"
marketplaceIds = ["DE", "FR"]
"""


@pytest.fixture(autouse=True)
def _stack(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    simulator = account.stage.simulator
    settings = {"SECRET_PREFIX": "reportflow", "LWA_ENDPOINT": simulator.lwa_url}
    monkeypatch.setattr(DoctorContext, "settings", settings)
    account.stage.authorize("A2SOMEBODY")  # which makes the application's secret as well
    for secret in boto3.client("secretsmanager").list_secrets()["SecretList"]:
        if secret["Name"].endswith(SELLER):
            boto3.client("secretsmanager").delete_secret(SecretId=secret["Name"], ForceDeleteWithoutRecovery=True)


def stored(seller: str = SELLER) -> Any:
    """Return what a seller's secret holds."""
    name = f"reportflow/selling-partners/{seller}"
    return json.loads(boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])


def free_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}/callback"


def consenting(monkeypatch: pytest.MonkeyPatch, *, before: Callable[[str], object] = lambda _: None) -> list[str]:
    """Let a selling partner consent as soon as the page is opened; return what its browser then shows."""
    shown: list[str] = []

    def browse(address: str) -> bool:
        def consent() -> None:
            before(address)
            # Not urllib3, whose log has where it is redirected to: a browser has none.
            with urlopen(f"{address}&selling_partner_id={SELLER}") as answer:
                shown.append(answer.read().decode())

        threading.Thread(target=consent, daemon=True).start()
        return True

    monkeypatch.setattr(webbrowser, "open", browse)
    return shown


def through_the_browser(account: Account, redirect_uri: str, *more: str) -> tuple[str, ...]:
    central = ("--central", account.stage.simulator.url, "--redirect-uri", redirect_uri, "--open", *more)
    return ("add-seller", "--application-id", APPLICATION, "--marketplace", "de", "--marketplace", "FR", *central)


def test_a_consent_in_the_browser_becomes_a_secret(
    account: Account, reportflow: Reportflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = consenting(monkeypatch)
    said = reportflow(*through_the_browser(account, free_address()))
    assert said.exit_code == 0, said.err
    assert stored() == {"refresh_token": account.stage.simulator.refresh_token(SELLER)}
    assert f"The secret reportflow/selling-partners/{SELLER} has the refresh token of {SELLER}." in said.out
    assert said.out.endswith(ENTRY)
    assert "Atzr" not in said.out + said.err
    assert shown == ["The selling partner's consent has arrived. You can close this page; the terminal goes on."]


def test_an_answer_with_another_state_is_nobodys(
    account: Account, reportflow: Reportflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[int] = []

    def forge(address: str) -> None:
        redirect_uri = parse_qs(urlsplit(address).query)["redirect_uri"][0]
        forged = f"{redirect_uri}?state=forged&selling_partner_id=A2MALLORY&spapi_oauth_code=planted"
        answers.extend(urllib3.request("GET", each).status for each in (forged, redirect_uri, f"{redirect_uri}/x"))

    consenting(monkeypatch, before=forge)
    said = reportflow(*through_the_browser(account, free_address()))
    assert (said.exit_code, answers) == (0, [404, 404, 404])
    assert stored() == {"refresh_token": account.stage.simulator.refresh_token(SELLER)}


def test_the_address_of_another_redirect_uri_is_pasted(
    account: Account, reportflow: Reportflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    landed: list[str] = []

    def browse(address: str) -> bool:
        answer = urllib3.request("GET", f"{address}&selling_partner_id={SELLER}", redirect=False)
        landed.append(answer.headers["Location"])
        return True

    monkeypatch.setattr(webbrowser, "open", browse)
    monkeypatch.setattr(add_seller, "_asked", lambda _: landed[-1])
    said = reportflow(*through_the_browser(account, "https://example.com/back"))
    assert said.exit_code == 0, said.err
    assert stored() == {"refresh_token": account.stage.simulator.refresh_token(SELLER)}
    code = parse_qs(urlsplit(landed[-1]).query)["spapi_oauth_code"][0]
    assert reportflow(*through_the_browser(account, "https://example.com/back"), "--replace").exit_code == 0
    monkeypatch.setattr(add_seller, "_asked", lambda _: landed[-1].replace("selling_partner_id", "x"))
    refused = reportflow(*through_the_browser(account, "https://example.com/back"))
    assert refused.exit_code == 1
    assert code not in said.out + said.err + refused.out + refused.err


def test_who_has_not_consented_is_told_so(
    account: Account, reportflow: Reportflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decline(address: str) -> bool:
        query = parse_qs(urlsplit(address).query)
        back = f"{query['redirect_uri'][0]}?state={query['state'][0]}&error=access_denied"
        threading.Thread(target=lambda: urllib3.request("GET", back), daemon=True).start()
        return True

    monkeypatch.setattr(webbrowser, "open", decline)
    said = reportflow(*through_the_browser(account, free_address()))
    assert said.exit_code == 1
    assert "the selling partner has not consented" in said.err


def test_a_token_is_read_without_being_an_argument(
    account: Account, reportflow: Reportflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = account.stage.simulator.refresh_token(SELLER)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{token}\n"))
    said = reportflow("add-seller", SELLER, "--token", "--marketplace", "DE", "--marketplace", "FR")
    assert said.exit_code == 0, said.err
    assert stored() == {"refresh_token": token}
    assert token not in said.out + said.err
    again = reportflow("add-seller", SELLER, "--token", "--marketplace", "DE")
    assert (again.exit_code, "--replace replaces it" in again.err) == (2, True)


def test_a_token_that_amazon_refuses_is_not_stored(
    account: Account, reportflow: Reportflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.stage.simulator.refresh_token(SELLER)
    monkeypatch.setattr("sys.stdin", io.StringIO("Atzr|planted\n"))
    said = reportflow("add-seller", SELLER, "--token", "--marketplace", "DE")
    assert said.exit_code == 1
    assert "invalid_grant" in said.err
    assert said.err.rstrip().endswith("nothing is stored")
    assert "planted" not in said.out + said.err
    with pytest.raises(boto3.client("secretsmanager").exceptions.ResourceNotFoundException):
        stored()


def test_the_table_is_added_to_a_file_that_stays_valid(
    account: Account, reportflow: Reportflow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = tmp_path / "mine.toml"
    config.write_text(ENTRY.replace("A2NEWCOMER", "A2FIRST").replace("a2newcomer", "first"))
    token = account.stage.simulator.refresh_token(SELLER)
    add = ("add-seller", SELLER, "--token", "--marketplace", "DE", "--config", str(config), "--write")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{token}\n"))
    assert reportflow(*add, "--name", "first").exit_code == 2  # a name that another one has
    assert SELLER not in config.read_text()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{token}\n"))
    assert reportflow(*add, "--replace").exit_code == 0
    of_one_marketplace = ENTRY.replace(', "FR"', "")
    assert config.read_text().endswith(f"\n\n{of_one_marketplace}")
    said = reportflow(*add, "--replace")
    assert (said.exit_code, f"has {SELLER} already" in said.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "--marketplace is missing"),
        (("--marketplace", "DE", "--marketplace", "US"), "--marketplace must all be of one region"),
        (("--marketplace", "DE", "--token"), "--token needs SELLER"),
        (("A2/x", "--marketplace", "DE", "--token"), "SELLER is 'A2/x'; allowed are"),
        (("--marketplace", "DE"), "--application-id is missing"),
        (("--marketplace", "DE", "--application-id", "x"), "--redirect-uri is missing"),
        (
            ("--marketplace", "DE", "--application-id", "x", "--redirect-uri", "example.com"),
            "--redirect-uri is 'example.com'; allowed is an https URL",
        ),
    ],
)
def test_arguments_are_checked_before_anything_is_called(
    reportflow: Reportflow, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], sentence: str
) -> None:
    monkeypatch.delattr(DoctorContext, "settings")
    said = reportflow("add-seller", *arguments)
    assert (said.exit_code, said.out) == (2, "")
    assert said.err.startswith(f"reportflow: {sentence}")


def test_a_code_that_login_with_amazon_refuses(
    account: Account, reportflow: Reportflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    consenting(monkeypatch)
    account.stage.simulator.fail("LWA", [Fault(status=400)])
    said = reportflow(*through_the_browser(account, free_address()))
    account.stage.simulator.fail("LWA", [])
    assert said.exit_code == 1
    assert "invalid_grant" in said.err


def test_the_consents_address_is_amazons() -> None:
    asked = Authorization(APPLICATION, "https://example.com/back", central_of("DE", account="seller"), draft=True)
    address = urlsplit(asked.address)
    assert f"{address.scheme}://{address.netloc}{address.path}" == (
        "https://sellercentral-europe.amazon.com/apps/authorize/consent"
    )
    assert parse_qs(address.query) == {
        "application_id": [APPLICATION],
        "state": [asked.state],
        "redirect_uri": ["https://example.com/back"],
        "version": ["beta"],
    }
    assert len(asked.state) >= 32
    assert central_of("JP", account="seller") == "https://sellercentral.amazon.co.jp"
    assert central_of("US", account="vendor") == "https://vendorcentral.amazon.com"
    assert asked.state not in repr(asked)
