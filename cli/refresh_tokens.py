"""Refresh tokens: what Login with Amazon gives for a consent, and the secrets of the stack that keep them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cli.checks import http
from cli.errors import CommandFailed, Exit, refused, unreachable
from cli.seller_secrets import secret_name
from cli.stack import PATIENCE
from lambdas.credentials import CredentialsMissing
from lambdas.spapi import lwa
from lambdas.spapi.errors import SpApiError

if TYPE_CHECKING:
    from cli.doctor_context import DoctorContext


class RefreshTokens:
    """The stack's secrets, and Login with Amazon, which takes what is in them."""

    def __init__(self, context: DoctorContext) -> None:
        try:
            self._client = context.store.application()
        except CredentialsMissing as missing:
            raise unreachable(f"{missing}: make it first, as docs/how-to/deploy.md says") from None
        self._prefix = context.settings["SECRET_PREFIX"]
        self._endpoint = context.settings.get("LWA_ENDPOINT") or lwa.ENDPOINT
        self._secrets: Any = context.session.client("secretsmanager", config=PATIENCE)

    def check_is_new(self, selling_partner_id: str) -> None:
        """Raise CommandFailed if the selling partner has a secret."""
        try:
            self._secrets.describe_secret(SecretId=self._name(selling_partner_id))
        except self._secrets.exceptions.ResourceNotFoundException:
            return
        raise refused(f"{selling_partner_id} has a secret, {self._name(selling_partner_id)}: --replace replaces it")

    def refresh_token_for(self, code: str, *, redirect_uri: str) -> str:
        """Exchange an authorization code. Raises CommandFailed if Amazon refuses it."""
        try:
            return lwa.refresh_token_for(
                code, redirect_uri=redirect_uri, client=self._client, http=http(), endpoint=self._endpoint
            )
        except SpApiError as error:
            raise CommandFailed(f"{error}: begin again", exit_code=Exit.FAILED) from None

    def store(self, selling_partner_id: str, refresh_token: str) -> str:
        """Store a token that Login with Amazon takes, and return the secret's name.

        Raises:
            CommandFailed: it does not take it, and nothing is stored.
        """
        credentials = lwa.Credentials(**self._client, refresh_token=refresh_token)
        tokens = lwa.AccessTokens(http=http(), endpoint=self._endpoint, credentials=lambda *_: credentials)
        try:
            tokens.mint(selling_partner_id)
        except SpApiError as error:
            raise CommandFailed(f"{error}; nothing is stored", exit_code=Exit.FAILED) from None
        name, value = self._name(selling_partner_id), json.dumps({"refresh_token": refresh_token})
        try:
            self._secrets.create_secret(Name=name, SecretString=value)
        except self._secrets.exceptions.ResourceExistsException:
            self._secrets.put_secret_value(SecretId=name, SecretString=value)
        return name

    def _name(self, selling_partner_id: str) -> str:
        return secret_name(self._prefix, selling_partner_id)
