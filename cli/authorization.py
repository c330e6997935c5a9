"""A selling partner's consent in the browser, and the authorization code that it brings back.

Source: Amazon's page "Website Authorization Workflow": the state, the consent's address, what the redirect brings.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from cli.errors import CommandFailed, Exit, refused

CENTRAL = {"seller": "https://sellercentral.amazon.{}", "vendor": "https://vendorcentral.amazon.{}"}
# Amazon's page "Seller Central URLs"; those of Europe's five oldest marketplaces are one.
EUROPE = "https://sellercentral-europe.amazon.com"
DOMAINS = {
    "CA": "ca",
    "US": "com",
    "MX": "com.mx",
    "BR": "com.br",
    "IE": "ie",
    "ES": "es",
    "UK": "co.uk",
    "FR": "fr",
    "BE": "com.be",
    "NL": "nl",
    "DE": "de",
    "IT": "it",
    "SE": "se",
    "ZA": "co.za",
    "PL": "pl",
    "EG": "eg",
    "TR": "com.tr",
    "SA": "sa",
    "AE": "ae",
    "IN": "in",
    "SG": "sg",
    "AU": "com.au",
    "JP": "co.jp",
}


class Consent(NamedTuple):
    """What a consent brings back. Its code is good for five minutes, once."""

    code: str
    selling_partner_id: str

    def __repr__(self) -> str:
        """Hide the code: a tuple's own repr would show it in a traceback."""
        return f"Consent(…, {self.selling_partner_id!r})"


@dataclass
class Authorization:
    """One consent that is asked for: only an answer with its `state` is its answer."""

    application_id: str
    redirect_uri: str
    central: str
    """Where selling partners sign in."""
    draft: bool = False
    """Whether Amazon has the application as a draft."""
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @property
    def address(self) -> str:
        """The address at which the selling partner consents."""
        asked = {"application_id": self.application_id, "state": self.state, "redirect_uri": self.redirect_uri}
        query = urlencode(asked | ({"version": "beta"} if self.draft else {}))
        return f"{self.central}/apps/authorize/consent?{query}"

    def consent(self, address: str) -> Consent:
        """Return what the address says that the browser was sent to.

        Raises:
            CommandFailed: it is the answer to something else, or has no code. No message shows any of the address.
        """
        query = {key: values[0] for key, values in parse_qs(urlsplit(address.strip()).query).items()}
        if not secrets.compare_digest(query.get("state", "").encode(), self.state.encode()):
            raise refused("the address has not the state of this authorization: begin again, and use the newest page")
        if "spapi_oauth_code" not in query or "selling_partner_id" not in query:
            raise CommandFailed(
                "the answer has no spapi_oauth_code and selling_partner_id: the selling partner has not consented",
                exit_code=Exit.FAILED,
            )
        return Consent(query["spapi_oauth_code"], query["selling_partner_id"])


def central_of(country: str, *, account: str) -> str:
    """Return the address of Seller Central or Vendor Central for a marketplace."""
    if account == "seller" and country in ("ES", "UK", "FR", "DE", "IT"):
        return EUROPE
    return CENTRAL[account].format(DOMAINS[country])
