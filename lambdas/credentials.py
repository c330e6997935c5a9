"""Where the credentials are: Secrets Manager, by name, made outside the stack and replaceable without a deployment."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from lambdas.spapi.lwa import Credentials

if TYPE_CHECKING:
    from datetime import datetime

    from types_boto3_secretsmanager import SecretsManagerClient

# A secret that was put right is used after this long at the latest, also where the old one still worked.
MEMORY_SECONDS = 300


class CredentialsMissing(Exception):
    """A secret is not there, or lacks one of its keys."""


class CredentialStore:
    """The application's LWA client and each selling partner's refresh token.

    The secret `<prefix>/lwa-client` is a JSON object with `client_id` and `client_secret`;
    `<prefix>/selling-partners/<sellingPartnerId>` one with `refresh_token`.
    """

    def __init__(self, *, secrets_manager: SecretsManagerClient, prefix: str) -> None:
        """Read the secrets under `prefix`."""
        self._secrets_manager = secrets_manager
        self._prefix = prefix
        self._memory: dict[str, tuple[dict[str, str], float]] = {}

    def credentials(self, selling_partner_id: str, fresh: bool) -> Credentials:
        """Return what a refresh-token grant for this selling partner needs; `fresh` reads the secrets again.

        Raises:
            CredentialsMissing: names the secret and the key, never a value.
        """
        client = self.application(fresh=fresh)
        partner = self._secret(f"{self._prefix}/selling-partners/{selling_partner_id}", ("refresh_token",), fresh)
        return Credentials(client["client_id"], client["client_secret"], partner["refresh_token"])

    def application(self, *, fresh: bool = False) -> dict[str, str]:
        """Return the application's `client_id` and `client_secret`. Raises what `credentials` raises."""
        keys = ("client_id", "client_secret")
        secret = self._secret(f"{self._prefix}/lwa-client", keys, fresh)
        return {key: secret[key] for key in keys}

    def client_set_at(self) -> datetime:
        """Return when the client's secret got the value that it has, without reading it.

        Raises:
            CredentialsMissing: there is none.
        """
        name = f"{self._prefix}/lwa-client"
        try:
            versions = self._secrets_manager.list_secret_version_ids(SecretId=name)["Versions"]
        except self._secrets_manager.exceptions.ResourceNotFoundException:
            raise CredentialsMissing(f"there is no secret {name}") from None
        return next(version["CreatedDate"] for version in versions if "AWSCURRENT" in version["VersionStages"])

    def _secret(self, name: str, keys: tuple[str, ...], fresh: bool) -> dict[str, str]:
        value, read_at = self._memory.get(name, ({}, 0.0))
        if value and not fresh and time.monotonic() < read_at + MEMORY_SECONDS:
            return value
        try:
            text = self._secrets_manager.get_secret_value(SecretId=name).get("SecretString", "")
        except self._secrets_manager.exceptions.ResourceNotFoundException:
            raise CredentialsMissing(
                f"there is no secret {name}; it must hold a JSON object with {_listed(keys)}"
            ) from None
        try:
            value = json.loads(text)
            missing = [key for key in keys if not isinstance(value[key], str) or not value[key]]
        except (ValueError, KeyError, TypeError):
            missing = list(keys)
        if missing:
            raise CredentialsMissing(
                f"the secret {name} must be a JSON object of non-empty strings with {_listed(keys)}"
            )
        self._memory[name] = (value, time.monotonic())
        return value


def _listed(keys: tuple[str, ...]) -> str:
    return " and ".join(keys)
