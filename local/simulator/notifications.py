"""Notifications v1, as far as reports need it: destinations, subscriptions, and what is sent to whom."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from werkzeug import Request, Response

from local.simulator.calls import Call
from local.simulator.report import TERMINAL, Report
from local.simulator.responses import Refused, invalid, json_answer
from local.simulator.store import Store

FINISHED = "REPORT_PROCESSING_FINISHED"
GRANTLESS = {"getDestinations", "createDestination", "deleteDestination", "deleteSubscriptionById"}
UNKNOWN = "The requested resource does not exist."


class Notifications:
    """The operations. Destinations are the application's, subscriptions the selling partner's."""

    def __init__(self, *, store: Store, clock: Callable[[], float], application_id: str) -> None:
        self._store = store
        self._clock = clock
        self._application_id = application_id
        self._destinations: dict[str, dict[str, Any]] = {}
        self._subscriptions: dict[tuple[str, str], dict[str, str]] = {}
        self._told: set[tuple[str, str]] = set()

    def get_destinations(self, _request: Request, _call: Call) -> Response:
        """List them."""
        return json_answer({"payload": [*self._destinations.values()]})

    def create_destination(self, request: Request, _call: Call) -> Response:
        """Take a queue; a queue is one destination's."""
        body: Any = request.get_json(silent=True)
        try:
            name, arn = body["name"], body["resourceSpecification"]["sqs"]["arn"]
        except (TypeError, KeyError):
            raise invalid("name or resourceSpecification is missing") from None
        if not isinstance(arn, str) or not arn.startswith("arn:aws:sqs:"):
            raise invalid(f"{arn} is not the ARN of an SQS queue")
        if any(each["resource"]["sqs"]["arn"] == arn for each in self._destinations.values()):
            raise Refused(status=409, code="Conflict", message="The destination exists already")
        return json_answer({"payload": self._destination(name, arn)})

    def delete_destination(self, request: Request, _call: Call) -> Response:
        """End one."""
        if self._destinations.pop(request.path.rpartition("/")[2], None) is None:
            raise Refused(status=404, message=UNKNOWN)
        return json_answer({})

    def get_subscription(self, request: Request, call: Call) -> Response:
        """Tell of the seller's subscription of a type."""
        found = self._subscriptions.get((call.seller, request.path.rpartition("/")[2]))
        if found is None:
            raise Refused(status=404, message=UNKNOWN)
        return json_answer({"payload": found})

    def create_subscription(self, request: Request, call: Call) -> Response:
        """Subscribe the seller to a type, once."""
        key, body = (call.seller, request.path.rpartition("/")[2]), request.get_json(silent=True) or {}
        destination_id, version = body.get("destinationId"), body.get("payloadVersion")
        if destination_id not in self._destinations or version != "1.0":
            raise invalid("destinationId or payloadVersion is not valid")
        if key in self._subscriptions:
            raise Refused(status=409, code="Conflict", message="The subscription exists already")
        subscription = {
            "subscriptionId": str(uuid4()),
            "payloadVersion": version,
            "destinationId": str(destination_id),
        }
        self._subscriptions[key] = subscription
        return json_answer({"payload": subscription})

    def delete_subscription(self, request: Request, _call: Call) -> Response:
        """End one."""
        wanted = request.path.rpartition("/")[2]
        for key, subscription in self._subscriptions.items():
            if subscription["subscriptionId"] == wanted:
                del self._subscriptions[key]
                return json_answer({})
        raise Refused(status=404, message=UNKNOWN)

    def subscribe(self, selling_partner_id: str, *, queue_arn: str) -> None:
        """Subscribe a seller without a call."""
        known = (each for each in self._destinations.values() if each["resource"]["sqs"]["arn"] == queue_arn)
        destination = next(known, None) or self._destination("reports", queue_arn)
        self._subscriptions[selling_partner_id, FINISHED] = {
            "subscriptionId": str(uuid4()),
            "payloadVersion": "1.0",
            "destinationId": destination["destinationId"],
        }

    def _destination(self, name: str, arn: str) -> dict[str, Any]:
        made: dict[str, Any] = {"destinationId": str(uuid4()), "name": name, "resource": {"sqs": {"arn": arn}}}
        self._destinations[made["destinationId"]] = made
        return made

    def due(self) -> list[tuple[str, dict[str, Any]]]:
        """Return what is to be sent now: to the ARN of which queue, and the message, of each report once."""
        sent = []
        for report in self._store.reports():
            key = report.selling_partner_id, report.report_id
            report.advance(now=self._clock())
            subscription = self._subscriptions.get((report.selling_partner_id, FINISHED))
            if subscription and report.status in TERMINAL and key not in self._told:
                self._told.add(key)
                queue = self._destinations[subscription["destinationId"]]["resource"]["sqs"]["arn"]
                sent.append((queue, self._message(report, subscription["subscriptionId"])))
        return sent

    def _message(self, report: Report, subscription_id: str) -> dict[str, Any]:
        now = datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        ended = {
            "sellerId": report.selling_partner_id,
            "accountId": f"amzn1.merchant.o.{report.selling_partner_id}",
            "reportId": report.report_id,
            "reportType": report.report_type,
            "processingStatus": report.status,
        }
        if report.status == "DONE":
            ended["reportDocumentId"] = report.report_document_id
        return {
            "notificationVersion": "2020-09-04",
            "notificationType": FINISHED,
            "payloadVersion": "2020-09-04",
            "eventTime": now,
            "payload": {"reportProcessingFinishedNotification": ended},
            "notificationMetadata": {
                "applicationId": self._application_id,
                "subscriptionId": subscription_id,
                "publishTime": now,
                "notificationId": str(uuid4()),
            },
        }
