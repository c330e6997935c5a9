"""Login with Amazon, access tokens and Restricted Data Tokens."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import pytest
from urllib3 import PoolManager

from local.simulator import Simulator
from local.simulator.report_types import RESTRICTED
from tests.testing.simulator_client import DOCUMENTS, LISTINGS, REPORTS, Client, Clock

TAX = "GET_VAT_TRANSACTION_DATA"
DENIED = "Access to requested resource is denied."


def test_grant_answers_as_documented(client: Client) -> None:
    answer = client.lwa()
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body.pop("access_token").startswith("Atza|")
    assert body == {"refresh_token": client.refresh_token, "token_type": "bearer", "expires_in": 3600}
    assert client.refresh_token.startswith("Atzr|")


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "wrong"}, 401, "invalid_client"),
        ({"refresh_token": "Atzr|unknown"}, 400, "invalid_grant"),
        ({"refresh_token": ""}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, 400, "invalid_request"),
    ],
)
def test_grant_refuses(client: Client, form: Mapping[str, str], status: int, error: str) -> None:
    usual = {"grant_type": "refresh_token", "refresh_token": client.refresh_token, **client.simulator.application}
    answer = client.lwa({**usual, **form})
    assert (answer.status, answer.json()["error"]) == (status, error)
    assert set(answer.json()) == {"error", "error_description", "request_id"}
    assert answer.json()["request_id"] == answer.headers["x-amzn-RequestId"]


def test_grant_takes_json_as_clients_in_use_send_it(client: Client) -> None:
    grant = {"grant_type": "refresh_token", "refresh_token": client.refresh_token, **client.simulator.application}
    answer = client.http.request("POST", client.simulator.lwa_url, json=grant)
    assert (answer.status, answer.json()["token_type"]) == (200, "bearer")
    assert client.http.request("POST", client.simulator.lwa_url, json=["x"]).status == 400


def test_grant_refuses_what_is_not_a_form(client: Client) -> None:
    answer = client.lwa(None, **{"content-type": "text/plain"})
    assert (answer.status, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_grantless_token_has_no_seller(client: Client) -> None:
    scoped = {"grant_type": "client_credentials", **client.simulator.application}
    answer = client.lwa({**scoped, "scope": "sellingpartnerapi::notifications"})
    assert (answer.status, "refresh_token" in answer.json()) == (200, False)
    client.token = answer.json()["access_token"]
    assert client.search(reportTypes=LISTINGS).status == 403
    assert client.lwa({**scoped, "scope": "everything"}).json()["error"] == "invalid_scope"


def consented(client: Client, **more: str) -> dict[str, str]:
    """Return the authorization-code grant of a selling partner that has consented."""
    asked = {"application_id": "x", "state": "s", "redirect_uri": "https://example.com/back", **more}
    answer = client.http.request("GET", f"{client.simulator.url}/apps/authorize/consent", fields=asked, redirect=False)
    assert answer.status == 302
    back = urlsplit(answer.headers["location"])
    query = {key: value for key, (value,) in parse_qs(back.query).items()}
    assert (query["state"], query["selling_partner_id"]) == ("s", more.get("selling_partner_id", "A2SELLER"))
    code = {"code": query["spapi_oauth_code"], "redirect_uri": "https://example.com/back"}
    return {"grant_type": "authorization_code", **code, **client.simulator.application}


def test_a_consents_code_is_good_once(client: Client) -> None:
    grant = consented(client, selling_partner_id="A2NEW")
    body = client.lwa(grant).json()
    assert body["refresh_token"] == client.simulator.refresh_token("A2NEW")
    assert body["access_token"].startswith("Atza|")
    again = client.lwa(grant)
    assert (again.status, again.json()["error"]) == (400, "invalid_grant")


def test_a_consents_code_is_of_its_redirect_uri_and_its_five_minutes(client: Client, clock: Clock) -> None:
    elsewhere = {**consented(client), "redirect_uri": "https://example.com/elsewhere"}
    assert client.lwa(elsewhere).json()["error"] == "invalid_grant"
    late = consented(client)
    clock.now += 300
    assert client.lwa(late).json()["error"] == "invalid_grant"


def test_rotated_secret_ends_the_old_one_and_nothing_else(simulator: Simulator, client: Client) -> None:
    old = {"grant_type": "refresh_token", "refresh_token": client.refresh_token, **simulator.application}
    client.created()
    simulator.rotate_secret()
    assert client.lwa(old).json()["error"] == "invalid_client"
    assert client.lwa().status == 200
    assert client.create().status == 202


def test_revoked_grant_ends_all_tokens_until_the_seller_authorizes_again(simulator: Simulator, client: Client) -> None:
    client.created()
    simulator.revoke("A2SELLER")
    assert client.lwa().json()["error"] == "invalid_grant"
    assert client.create().status == 403
    assert simulator.refresh_token("A2SELLER") not in ("", client.refresh_token)


@pytest.mark.parametrize(
    ("token", "status", "details"),
    [
        (None, 401, "Access token is missing in the request header."),
        ("Bearer x", 401, "The access token you provided is revoked, malformed or invalid."),
        ("Atza|unknown", 403, "The access token you provided is revoked, malformed or invalid."),
    ],
)
def test_bad_token_is_denied(client: Client, token: str | None, status: int, details: str) -> None:
    answer = client.call("GET", REPORTS, headers={"x-amz-access-token": token})
    assert answer.status == status
    assert answer.json() == {"errors": [{"code": "Unauthorized", "message": DENIED, "details": details}]}
    assert "x-amzn-RateLimit-Limit" not in answer.headers


def test_tokens_expire_after_an_hour_or_at_once_and_the_answer_says_so(
    simulator: Simulator, client: Client, clock: Clock
) -> None:
    report_id = client.created()
    clock.now += 3599
    assert client.get(report_id).status == 200
    clock.now += 1
    answer = client.get(report_id)
    assert answer.status == 403
    assert answer.json()["errors"][0]["details"] == "The access token you provided has expired."
    client.token = None
    assert client.get(report_id).status == 200
    simulator.expire_access_tokens()
    assert client.get(report_id).status == 403


@pytest.mark.parametrize("user_agent", [None, "x" * 501])
def test_user_agent_is_mandatory_and_short(client: Client, user_agent: str | None) -> None:
    answer = client.call("GET", REPORTS, headers={"user-agent": user_agent})
    assert (answer.status, "User-Agent" in answer.json()["errors"][0]["message"]) == (400, True)
    accepted = client.call("GET", REPORTS, headers={"user-agent": "x" * 500}, query={"reportTypes": LISTINGS})
    assert accepted.status == 200


def test_unknown_paths_are_refused_and_noted(simulator: Simulator, client: Client) -> None:
    assert client.call("GET", "/reports/2020-09-04/reports").status == 403
    assert client.call("PUT", REPORTS).status == 403
    assert simulator.count()["unknown"] == 2


def test_restricted_types_are_those_of_the_tokens_guide() -> None:
    assert len(RESTRICTED) == 16


def test_restricted_document_needs_a_token_for_exactly_its_path(simulator: Simulator, client: Client) -> None:
    first, second = (client.finished(TAX)["reportDocumentId"] for _ in range(2))
    assert client.document(first).status == 403
    answer = client.restrict(f"{DOCUMENTS}/{first}")
    restricted = answer.json()["restrictedDataToken"]
    assert (restricted.startswith("Atz.sprdt|"), answer.json()["expiresIn"]) == (True, 3600)
    assert client.document(second, token=restricted).status == 403
    assert client.document(first, token=restricted).status == 200
    client.token = restricted
    assert client.search(reportTypes=TAX).status == 403
    assert [call.restricted_token for call in simulator.calls if call.status == 200][-1]


def test_restricted_token_is_refused_for_anything_but_restricted_documents(
    simulator: Simulator, client: Client, http: PoolManager
) -> None:
    tax, open_to_all = client.finished(TAX), client.finished(LISTINGS)
    path = f"{DOCUMENTS}/{tax['reportDocumentId']}"
    unsupported = "Invalid or unsupported document ID found"
    for refused, says in (
        (f"{DOCUMENTS}/{{reportDocumentId}}", unsupported),
        (f"{REPORTS}/{tax['reportId']}", unsupported),
        (f"{DOCUMENTS}/{open_to_all['reportDocumentId']}", unsupported),
        ("/orders/v0/orders", "Application do not have access to some or all requested resource"),
    ):
        answer = client.restrict(path, refused)
        assert (answer.status, answer.json()["errors"][0]["message"]) == (400, says)
    assert client.restrict(path, method="POST").status == 400
    assert Client(simulator, http, seller="A3OTHER").restrict(path).status == 400


@pytest.mark.parametrize("resources", [(), ("/x",) * 51])
def test_restricted_token_takes_1_to_50_resources(client: Client, resources: tuple[str, ...]) -> None:
    answer = client.restrict(*resources)
    assert (answer.status, answer.json()["errors"][0]["code"]) == (400, "InvalidRequest")


def test_restricted_token_needs_known_methods(client: Client) -> None:
    assert client.restrict("/x", method="").json()["errors"][0]["details"] == "Resource not provided."


def test_all_secret_values_handed_out_are_known(simulator: Simulator, client: Client) -> None:
    url = client.url(LISTINGS)
    restricted = client.restrict(f"{DOCUMENTS}/{client.finished(TAX)['reportDocumentId']}").json()
    secrets = set(simulator.secrets)
    assert {simulator.application["client_secret"], client.refresh_token, client.token} < secrets
    assert {url.partition("X-Amz-Signature=")[2], restricted["restrictedDataToken"]} < secrets
