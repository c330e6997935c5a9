"""The client secret's age is that of its value, and is measured without reading it."""

import json
import logging
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from botocore.stub import Stubber

from lambdas import clock
from lambdas.credentials import CredentialsMissing, CredentialStore
from lambdas.handlers import check_client_secret
from tests.lambdas.conftest import PREFIX, Clients


def test_the_age_is_that_of_the_value_and_not_of_the_secret(aws: Clients, caplog: pytest.LogCaptureFixture) -> None:
    secrets_manager = aws.secrets_manager
    secrets_manager.create_secret(Name=f"{PREFIX}/lwa-client", SecretString=json.dumps({"client_secret": "planted"}))
    store = CredentialStore(secrets_manager=secrets_manager, prefix=PREFIX)
    later = datetime.now(UTC) + timedelta(days=170)
    caplog.set_level(logging.INFO, logger="reportflow")
    with (
        mock.patch.object(clock, "now", return_value=later),
        mock.patch.object(check_client_secret, "dependencies", return_value=mock.Mock(credentials=store)),
    ):
        check_client_secret.handler({}, None)
    (record,) = caplog.records
    assert vars(record)["ClientSecretAgeDays"] == 170
    assert "planted" not in str(vars(record))


def test_a_secret_that_is_not_there_is_said_by_name(aws: Clients) -> None:
    store = CredentialStore(secrets_manager=aws.secrets_manager, prefix="elsewhere")
    # moto has a KeyError for it.
    with Stubber(aws.secrets_manager) as stubber:
        stubber.add_client_error("list_secret_version_ids", "ResourceNotFoundException")
        with pytest.raises(CredentialsMissing, match=r"^there is no secret elsewhere/lwa-client$"):
            store.client_set_at()
