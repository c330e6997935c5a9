"""Amazon's side of a local run: the simulator, or any server that speaks the Reports API."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from local.simulator import Simulator

LOOPBACK = ("127.0.0.1", "localhost", "::1")
LOOPBACK_ORIGINS = " ".join(
    f"{scheme}://{host}{port}"
    for scheme in ("https", "http")
    for host in ("127.0.0.1", "localhost")
    for port in ("", ":*")
)


class CredentialsNotGiven(Exception):
    """The environment lacks credentials for a server that is not on this machine."""


@dataclass(frozen=True, kw_only=True)
class Amazon:
    """Where SP-API and Login with Amazon are, and the secrets that they take."""

    sp_api: str
    lwa: str
    document_origins: str | None
    """Where documents may come from; None leaves it at Amazon's own."""
    application: Mapping[str, str]
    refresh_tokens: Mapping[str, str]
    simulator: Simulator | None = None

    @property
    def context(self) -> dict[str, str]:
        """The CDK context that points the stack there."""
        context = {"spApiEndpoint": self.sp_api, "lwaEndpoint": self.lwa}
        return context | ({"documentOrigins": self.document_origins} if self.document_origins else {})

    def secrets(self, prefix: str) -> dict[str, Mapping[str, str]]:
        """Return the secrets to be made, by name."""
        partners = {
            f"{prefix}/selling-partners/{selling_partner_id}": {"refresh_token": token}
            for selling_partner_id, token in self.refresh_tokens.items()
        }
        return {f"{prefix}/lwa-client": self.application, **partners}


def simulated(simulator: Simulator, *, selling_partner_ids: Iterable[str]) -> Amazon:
    """Return the simulator as Amazon, with an authorization of each selling partner."""
    return Amazon(
        sp_api=simulator.url,
        lwa=simulator.lwa_url,
        document_origins=simulator.url,
        application=simulator.application,
        refresh_tokens={key: simulator.refresh_token(key) for key in selling_partner_ids},
        simulator=simulator,
    )


def served_at(sp_api: str, *, lwa: str | None, selling_partner_ids: Iterable[str]) -> Amazon:
    """Return the server at `sp_api` as Amazon, with credentials of the environment.

    LWA_CLIENT_ID, LWA_CLIENT_SECRET and REFRESH_TOKEN, or REFRESH_TOKEN_<sellingPartnerId> for one of several. A server
    on this machine gets harmless dummies for what is not set.

    Raises:
        CredentialsNotGiven: names the variable.
    """
    local = urlsplit(sp_api).hostname in LOOPBACK

    def given(*names: str) -> str:
        for name in names:
            if value := os.environ.get(name):
                return value
        if not local:
            raise CredentialsNotGiven(f"{' or '.join(names)} must be set in the environment to use {sp_api}")
        return f"dummy-{names[0].lower()}"

    return Amazon(
        sp_api=sp_api.rstrip("/"),
        lwa=lwa or f"{sp_api.rstrip('/')}/auth/o2/token",
        document_origins=LOOPBACK_ORIGINS if local else None,
        application={"client_id": given("LWA_CLIENT_ID"), "client_secret": given("LWA_CLIENT_SECRET")},
        refresh_tokens={key: given(f"REFRESH_TOKEN_{key}", "REFRESH_TOKEN") for key in selling_partner_ids},
    )
