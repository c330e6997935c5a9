"""Subscriptions of Amazon's notifications, in one of its regions: what is there, and what is made or ended."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypedDict

from cli.checks import http
from lambdas.credentials import CredentialsMissing
from lambdas.spapi import lwa
from lambdas.spapi.errors import SpApiError, SpApiRejected
from lambdas.spapi.notifications import SCOPE, NotificationsApi
from lambdas.spapi.regions import ENDPOINTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.doctor_context import DoctorContext
    from lambdas.schedules.report_config import SellingPartner
    from lambdas.spapi.regions import Region as RegionName

TYPE = "REPORT_PROCESSING_FINISHED"
# The first is what Amazon's guide says, the second what messages of this type have.
PAYLOAD_VERSIONS = ("1.0", "2020-09-04")
NAME = "reportflow"


class SubscriptionState(TypedDict):
    """How it is with a selling partner, and whether that is as it was wanted."""

    region: str
    sellingPartner: str
    sellingPartnerId: str
    says: str
    ok: bool


class Unpaced:
    """A few calls by a person, well within the burst of five that Amazon allows."""

    def admit(self, operation: str) -> None:
        """Let it be sent."""

    def learn(self, operation: str, *, status: int, rate: str | None) -> None:
        """Learn nothing."""


class Region:
    """One region of Amazon's: the application's destination there, and who is subscribed with it."""

    def __init__(
        self, context: DoctorContext, *, name: RegionName, queue_arn: str, partners: Sequence[SellingPartner]
    ) -> None:
        """Look after these selling partners' subscriptions."""
        self._patient = context
        self._name = name
        self._queue_arn = queue_arn
        self._partners = partners

    def do(self, what: str) -> Iterator[SubscriptionState]:
        """List, subscribe or unsubscribe each of them; the destination goes last, once nobody needs it."""
        doing = {"list": self._list, "subscribe": self._subscribe, "unsubscribe": self._unsubscribe}[what]
        failed = False
        for partner in self._partners:
            try:
                says, well = doing(partner)
            except (SpApiError, CredentialsMissing) as error:
                says, well, failed = f"{type(error).__name__}: {error}", False, True
            yield self._found(partner, says, ok=well)
        if what == "unsubscribe" and not failed and self._destination:
            self._anybody.delete_destination(self._destination, token=self._grantless)

    def _list(self, partner: SellingPartner) -> tuple[str, bool]:
        found = self._api(partner).get_subscription(TYPE)
        if found is None:
            return "is not subscribed", True
        ours = found.get("destinationId") == self._destination
        return ("is subscribed", True) if ours else ("is subscribed with another destination", False)

    def _subscribe(self, partner: SellingPartner) -> tuple[str, bool]:
        says, well = self._list(partner)
        if says != "is not subscribed":
            return says, well
        if self._destination is None:
            self._destination = self._anybody.create_destination(NAME, queue_arn=self._queue_arn, token=self._grantless)
        first, then = PAYLOAD_VERSIONS
        try:
            self._create(partner, first)
        except SpApiRejected:
            self._create(partner, then)
        return "has been subscribed", True

    def _create(self, partner: SellingPartner, version: str) -> None:
        self._api(partner).create_subscription(TYPE, payload_version=version, destination_id=self._destination or "")

    def _unsubscribe(self, partner: SellingPartner) -> tuple[str, bool]:
        found = self._api(partner).get_subscription(TYPE)
        if found is None or found.get("destinationId") != self._destination:
            return self._list(partner)
        self._api(partner).delete_subscription(TYPE, str(found["subscriptionId"]), token=self._grantless)
        return "has been unsubscribed", True

    @cached_property
    def _destination(self) -> str | None:
        for each in self._anybody.get_destinations(token=self._grantless):
            if each.get("resource", {}).get("sqs", {}).get("arn") == self._queue_arn:
                return str(each["destinationId"])
        return None

    @cached_property
    def _grantless(self) -> str:
        credentials = self._patient.store.credentials(_secret(self._partners[0]), False)
        return lwa.grantless(credentials, scope=SCOPE, http=http(), endpoint=self._lwa)

    @property
    def _lwa(self) -> str:
        return self._patient.settings.get("LWA_ENDPOINT") or lwa.ENDPOINT

    @property
    def _anybody(self) -> NotificationsApi:
        return self._api(self._partners[0])

    def _api(self, partner: SellingPartner) -> NotificationsApi:
        return NotificationsApi(
            http=http(),
            endpoint=self._patient.settings.get("SP_API_ENDPOINT") or ENDPOINTS[self._name],
            tokens=self._tokens,
            selling_partner_id=_secret(partner),
            calls=[],
            pace=Unpaced(),
        )

    @cached_property
    def _tokens(self) -> lwa.AccessTokens:
        return lwa.AccessTokens(http=http(), endpoint=self._lwa, credentials=self._patient.store.credentials)

    def _found(self, partner: SellingPartner, says: str, *, ok: bool) -> SubscriptionState:
        return {
            "region": self._name,
            "sellingPartner": partner.name,
            "sellingPartnerId": partner.selling_partner_id,
            "says": says,
            "ok": ok,
        }


def _secret(partner: SellingPartner) -> str:
    return partner.secret_name or partner.selling_partner_id
