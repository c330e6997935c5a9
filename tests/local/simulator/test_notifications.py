"""Destinations, subscriptions, and whom Amazon tells of a report's end."""

import pytest
from urllib3 import BaseHTTPResponse

from local.simulator import Script
from tests.testing.simulator_client import LISTINGS, Client, Clock

DESTINATIONS = "/notifications/v1/destinations"
SUBSCRIPTIONS = "/notifications/v1/subscriptions/REPORT_PROCESSING_FINISHED"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:notifications"


def grantless(client: Client, method: str, path: str, body: object = None) -> BaseHTTPResponse:
    """Call an operation as the application itself."""
    scope = {"grant_type": "client_credentials", "scope": "sellingpartnerapi::notifications"}
    token = client.lwa({**scope, **client.simulator.application}).json()["access_token"]
    return client.call(method, path, body=body, headers={"x-amz-access-token": token})


def destination(client: Client) -> str:
    """Return a new destination's id."""
    body = {"name": "reports", "resourceSpecification": {"sqs": {"arn": QUEUE}}}
    return str(grantless(client, "POST", DESTINATIONS, body).json()["payload"]["destinationId"])


def subscribe(client: Client, destination_id: str, version: str = "1.0") -> BaseHTTPResponse:
    """Subscribe the client's selling partner."""
    return client.call("POST", SUBSCRIPTIONS, body={"destinationId": destination_id, "payloadVersion": version})


def test_destinations_are_the_applications_and_subscriptions_the_selling_partners(client: Client) -> None:
    assert client.call("GET", DESTINATIONS).status == 403
    assert grantless(client, "GET", SUBSCRIPTIONS).status == 403
    assert client.call("GET", SUBSCRIPTIONS).status == 404
    made = destination(client)
    (listed,) = grantless(client, "GET", DESTINATIONS).json()["payload"]
    assert listed == {"destinationId": made, "name": "reports", "resource": {"sqs": {"arn": QUEUE}}}
    assert subscribe(client, "another").status == 400
    assert subscribe(client, made, "0.9").status == 400
    subscription = subscribe(client, made).json()["payload"]
    assert client.call("GET", SUBSCRIPTIONS).json()["payload"] == subscription
    assert subscribe(client, made).status == 409
    ended = f"{SUBSCRIPTIONS}/{subscription['subscriptionId']}"
    assert [grantless(client, "DELETE", ended).status for _ in range(2)] == [200, 404]
    assert [grantless(client, "DELETE", f"{DESTINATIONS}/{made}").status for _ in range(2)] == [200, 404]


@pytest.mark.parametrize("specification", [None, {}, {"sqs": {}}, {"sqs": {"arn": "arn:aws:sns:1:2:topic"}}])
def test_a_destination_is_a_queue(client: Client, specification: object) -> None:
    body = {"name": "reports", "resourceSpecification": specification}
    assert grantless(client, "POST", DESTINATIONS, body).status == 400


def test_a_subscriber_is_told_once_when_a_report_has_ended(client: Client, clock: Clock) -> None:
    client.simulator.script(LISTINGS, Script(begins=(0, 60, 300)))
    report_id = client.created()
    clock.now += 300
    assert client.simulator.notifications() == []
    subscribe(client, destination(client))
    ((queue, message),) = client.simulator.notifications()
    assert client.simulator.notifications() == []
    told = message["payload"]["reportProcessingFinishedNotification"]
    assert (queue, told["reportId"], told["processingStatus"]) == (QUEUE, report_id, "DONE")
    assert told["reportType"] == LISTINGS
