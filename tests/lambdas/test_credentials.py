"""Where credentials are looked for, how long they are remembered, and what is said when they are not there."""

import json
from types import SimpleNamespace

import pytest

from lambdas.credentials import CredentialsMissing, CredentialStore
from lambdas.spapi.lwa import Credentials
from tests.lambdas.conftest import Clients

CLIENT, PARTNER = "reportflow/lwa-client", "reportflow/selling-partners/A2SELLER"
BOTH = {CLIENT: {"client_id": "id", "client_secret": "planted-1"}, PARTNER: {"refresh_token": "planted-2"}}


def put(aws: Clients, name: str, text: str) -> None:
    try:
        aws.secrets_manager.create_secret(Name=name, SecretString=text)
    except aws.secrets_manager.exceptions.ResourceExistsException:
        aws.secrets_manager.put_secret_value(SecretId=name, SecretString=text)


@pytest.fixture
def both(aws: Clients) -> None:
    for name, value in BOTH.items():
        put(aws, name, json.dumps(value))


def test_both_secrets_make_credentials(both: None, store: CredentialStore) -> None:
    found = store.credentials("A2SELLER", False)
    # Compared field by field: their own text shows none.
    assert tuple(found) == ("id", "planted-1", "planted-2")


def test_each_selling_partner_has_a_refresh_token(both: None, aws: Clients, store: CredentialStore) -> None:
    put(aws, "reportflow/selling-partners/amzn1.vg.7", json.dumps({"refresh_token": "planted-3", "name": "any"}))
    assert store.credentials("A2SELLER", False).refresh_token == "planted-2"
    assert store.credentials("amzn1.vg.7", False).refresh_token == "planted-3"


def test_secrets_are_remembered_for_five_minutes_or_until_fresh_ones_are_wanted(
    both: None, aws: Clients, store: CredentialStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("lambdas.credentials.time", SimpleNamespace(monotonic=lambda: now))

    def token(*, fresh: bool = False) -> str:
        return store.credentials("A2SELLER", fresh).refresh_token

    assert token() == "planted-2"
    put(aws, PARTNER, json.dumps({"refresh_token": "planted-3"}))
    now += 299
    assert token() == "planted-2"
    assert token(fresh=True) == "planted-3"
    put(aws, PARTNER, json.dumps({"refresh_token": "planted-4"}))
    now += 299
    assert token() == "planted-3"
    now += 1
    assert token() == "planted-4"


def test_a_secret_that_is_not_there_is_named(aws: Clients, store: CredentialStore) -> None:
    with pytest.raises(CredentialsMissing) as missing:
        store.credentials("A2SELLER", False)
    assert str(missing.value) == (
        "there is no secret reportflow/lwa-client; it must hold a JSON object with client_id and client_secret"
    )
    put(aws, CLIENT, json.dumps(BOTH[CLIENT]))
    with pytest.raises(CredentialsMissing) as missing:
        store.credentials("A2SELLER", False)
    assert str(missing.value) == (
        "there is no secret reportflow/selling-partners/A2SELLER; it must hold a JSON object with refresh_token"
    )


@pytest.mark.parametrize(
    "text",
    [
        "planted",
        "",
        "null",
        "[]",
        '"planted"',
        "7",
        "{}",
        '{"client_id": "planted"}',
        '{"client_secret": "planted"}',
        '{"client_id": "planted", "client_secret": ""}',
        '{"client_id": "planted", "client_secret": null}',
        '{"client_id": "planted", "client_secret": 7}',
        '{"client_id": "planted", "client_secret ": "planted"}',
        '{"client_id": "planted", "client_secret": "planted"',
    ],
)
def test_a_secret_that_is_not_as_it_must_be_is_named_without_its_value(
    both: None, aws: Clients, store: CredentialStore, text: str
) -> None:
    # Secrets Manager takes no empty text.
    put(aws, CLIENT, text or " ")
    with pytest.raises(CredentialsMissing) as missing:
        store.credentials("A2SELLER", False)
    assert str(missing.value) == (
        "the secret reportflow/lwa-client must be a JSON object of non-empty strings with client_id and client_secret"
    )
    # Once put right it is used: what was wrong is not remembered.
    put(aws, CLIENT, json.dumps(BOTH[CLIENT]))
    assert store.credentials("A2SELLER", False) == Credentials("id", "planted-1", "planted-2")


def test_a_secret_of_bytes_is_named_too(aws: Clients, store: CredentialStore) -> None:
    aws.secrets_manager.create_secret(Name=CLIENT, SecretBinary=json.dumps(BOTH[CLIENT]).encode())
    with pytest.raises(CredentialsMissing, match="the secret reportflow/lwa-client must be a JSON object"):
        store.credentials("A2SELLER", False)
