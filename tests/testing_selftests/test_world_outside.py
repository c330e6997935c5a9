"""Handlers talk to moto by boto3 and to a real server on the loopback by urllib3, within one execution."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
import urllib3

from tests.testing.machine.embedded_aws import aws
from tests.testing.machine.engine import Machine

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:"


class Answer(BaseHTTPRequestHandler):
    """Answers every GET with the path asked for."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *_arguments: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_handlers_reach_a_loopback_server_and_moto_s_services(address: str) -> None:
    def fetch(event: dict[str, str], _context: object) -> dict[str, str]:
        secret = boto3.client("secretsmanager").get_secret_value(SecretId="secret")["SecretString"]
        with urllib3.PoolManager(retries=False) as pool:
            text = pool.request("GET", f"{address}/{event['document']}").data.decode()
        return {"key": text.strip("/"), "text": f"{text} {secret}"}

    def land(event: dict[str, str], _context: object) -> dict[str, Any]:
        boto3.client("s3").put_object(Bucket="bucket", Key=event["key"], Body=event["text"].encode())
        table = boto3.resource("dynamodb").Table("table")
        table.put_item(
            Item={"key": event["key"], "bytes": len(event["text"])},
            ConditionExpression="attribute_not_exists(#k)",
            ExpressionAttributeNames={"#k": "key"},
        )
        return table.get_item(Key={"key": event["key"]})["Item"]

    definition = {
        "StartAt": "Fetch",
        "States": {
            "Fetch": {"Type": "Task", "Resource": ARN + "fetch", "Next": "Land"},
            "Land": {"Type": "Task", "Resource": ARN + "land", "End": True},
        },
    }
    with aws():
        boto3.client("secretsmanager").create_secret(Name="secret", SecretString="hidden")
        boto3.client("s3").create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        boto3.client("dynamodb").create_table(
            TableName="table",
            KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        machine = Machine(definition, {"fetch": fetch, "land": land})
        ended = machine.execute({"document": "d1"})
        again = machine.execute({"document": "d1"})
        assert boto3.client("s3").get_object(Bucket="bucket", Key="d1")["Body"].read() == b"/d1 hidden"
    assert ended.output == {"key": "d1", "bytes": 10}
    assert again.error == "ConditionalCheckFailedException"
