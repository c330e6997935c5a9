"""The operations of Notifications v1 that subscriptions take: the functions do without them, the command line does not.

Source: Amazon's model notifications.json. Destinations are the application's, and are reached with a grantless token
(`lwa.grantless`, the scope below); subscriptions are the selling partner's.
"""

from __future__ import annotations

from typing import Any

from lambdas.spapi.client import SpApi
from lambdas.spapi.errors import SpApiNotFound, SpApiUnavailable
from lambdas.spapi.modelled import as_modelled, segment

BASE = "/notifications/v1"
SCOPE = "sellingpartnerapi::notifications"


class NotificationsApi(SpApi):
    """Subscriptions of one selling partner, and the application's destinations, at one endpoint."""

    def get_destinations(self, *, token: str) -> list[dict[str, Any]]:
        """Return the model's Destination objects.

        Raises:
            SpApiUnavailable: the answer is not as its model says.
        """
        found = self._call("getDestinations", "GET", f"{BASE}/destinations", token=token).get("payload", [])
        if not isinstance(found, list):
            raise SpApiUnavailable("getDestinations: SP-API's answer has a payload that is no list")
        return [as_modelled(each, "getDestinations", required=["destinationId"]) for each in found]

    def create_destination(self, name: str, *, queue_arn: str, token: str) -> str:
        """Let notifications be sent to a queue, and return the destinationId."""
        body = {"name": name, "resourceSpecification": {"sqs": {"arn": queue_arn}}}
        required = ["destinationId"]
        answer = self._call(
            "createDestination", "POST", f"{BASE}/destinations", body=body, token=token, required=required
        )
        return str(answer["destinationId"])

    def delete_destination(self, destination_id: str, *, token: str) -> None:
        """End it."""
        path = f"{BASE}/destinations/{segment('deleteDestination', destination_id)}"
        self._call("deleteDestination", "DELETE", path, token=token)

    def get_subscription(self, notification_type: str) -> dict[str, Any] | None:
        """Return the model's Subscription of a type, if the selling partner has one."""
        try:
            return self._call("getSubscription", "GET", f"{BASE}/subscriptions/{notification_type}")
        except SpApiNotFound:
            return None

    def create_subscription(self, notification_type: str, *, payload_version: str, destination_id: str) -> str:
        """Subscribe the selling partner to a type, and return the subscriptionId."""
        body = {"payloadVersion": payload_version, "destinationId": destination_id}
        path, required = f"{BASE}/subscriptions/{notification_type}", ["subscriptionId"]
        return str(self._call("createSubscription", "POST", path, body=body, required=required)["subscriptionId"])

    def delete_subscription(self, notification_type: str, subscription_id: str, *, token: str) -> None:
        """End a subscription; its id is enough, so it takes the application's token."""
        path = f"{BASE}/subscriptions/{notification_type}/{segment('deleteSubscriptionById', subscription_id)}"
        self._call("deleteSubscriptionById", "DELETE", path, token=token)
