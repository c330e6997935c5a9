"""A function that does what its event says, so that a test can watch what the platform makes of it."""

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import boto3

logger = logging.getLogger("probe")
logger.setLevel("INFO")
started = time.time_ns()
invocations = 0


class QuotaReached(Exception):
    """A name of our own for a machine to retry or catch."""


def handler(event: dict[str, Any], context: Any) -> Any:
    """Do `event["do"]`, or that of each message of a queue."""
    global invocations
    if "Records" in event:
        return [handler(json.loads(record["body"]), context) for record in event["Records"]]
    invocations += 1
    return ACTIONS[event["do"]](event, context)


def echo(event: dict[str, Any], _: Any) -> Any:
    return event


def raise_quota_reached(event: dict[str, Any], _: Any) -> Any:
    raise QuotaReached(event["message"])


def sleep(event: dict[str, Any], _: Any) -> None:
    print("about to sleep")  # noqa: T201 - for the log
    time.sleep(event["seconds"])


def leave(event: dict[str, Any], _: Any) -> None:
    sys.stdout.write("last words without a line end")
    sys.exit(event["status"])


def kill_self(_: dict[str, Any], __: Any) -> None:
    os.kill(os.getpid(), 9)


def print_lines(event: dict[str, Any], _: Any) -> None:
    for number in range(event["lines"]):
        print(f"line {number} {'x' * 40}")  # noqa: T201 - for the log
    subprocess.run(["echo", "from a subprocess"], check=True)


def log_fields(_: dict[str, Any], __: Any) -> None:
    logger.info("logged", extra={"reportId": "50039018869"})
    logger.debug("not logged")


def describe(_: dict[str, Any], context: Any) -> dict[str, Any]:
    return {
        "pid": os.getpid(),
        "environment": dict(os.environ),
        "path": sys.path,
        "started": started,
        "invocations": invocations,
        "remaining": context.get_remaining_time_in_millis(),
        "context": {
            "aws_request_id": context.aws_request_id,
            "function_name": context.function_name,
            "invoked_function_arn": context.invoked_function_arn,
            "memory_limit_in_mb": context.memory_limit_in_mb,
            "log_group_name": context.log_group_name,
            "log_stream_name": context.log_stream_name,
        },
    }


def land(event: dict[str, Any], _: Any) -> str:
    """Read the secret, write an object and an item."""
    secret = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["SECRET"])["SecretString"]
    boto3.client("s3").put_object(Bucket=os.environ["BUCKET"], Key=event["key"], Body=secret.encode())
    boto3.client("dynamodb").put_item(TableName=os.environ["TABLE"], Item={"id": {"S": event["key"]}})
    return secret


def put(event: dict[str, Any], _: Any) -> None:
    boto3.client("s3").put_object(Bucket=os.environ["BUCKET"], Key=event["key"], Body=b"")


def fail_until(event: dict[str, Any], _: Any) -> int:
    """Raise QuotaReached until the item of this key has been counted up to `succeed_at`."""
    counted = boto3.client("dynamodb").update_item(
        TableName=os.environ["TABLE"],
        Key={"id": {"S": event["key"]}},
        UpdateExpression="ADD attempts :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
        ReturnValues="UPDATED_NEW",
    )
    attempts = int(counted["Attributes"]["attempts"]["N"])
    if attempts < event["succeed_at"]:
        raise QuotaReached(f"attempt {attempts}")
    return attempts


ACTIONS: dict[str, Callable[[dict[str, Any], Any], Any]] = {
    "echo": echo,
    "raise": raise_quota_reached,
    "sleep": sleep,
    "exit": leave,
    "kill": kill_self,
    "print": print_lines,
    "log": log_fields,
    "describe": describe,
    "land": land,
    "put": put,
    "large": lambda event, _: "x" * event["bytes"],
    "unserializable": lambda *_: object(),
    "fail_until": fail_until,
}
