"""An outcome as EventBridge tells of it, and what the world hears: events through a bus, metrics in a line."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3

from lambdas.observability.metrics import ALARMED, DETAILED
from tests.testing.documented_schemas import validator
from tests.testing.harness import BEGIN, Harness
from tests.testing.machine.execution_result import ExecutionResult


@dataclass
class World:
    """Whoever listens: a queue behind a rule on the default bus, and CloudWatch at the log."""

    stage: Harness
    queue: str
    lines: list[dict[str, Any]] = field(default_factory=list)

    def hear_of(self, ended: ExecutionResult, **changes: Any) -> dict[str, Any]:
        """Let an outcome be announced as EventBridge would, its detail with these changes; return the event put."""
        event = {
            "source": "aws.states",
            "detail-type": "Step Functions Execution Status Change",
            "detail": {**self.status_change(ended), **changes},
        }
        self.stage.handler("publish_outcome")(event, None)
        return self.heard()[-1]

    def status_change(self, ended: ExecutionResult) -> dict[str, Any]:
        """Return the detail of an event, as Step Functions documents it (eventbridge-integration.html)."""
        described = boto3.client("stepfunctions").describe_execution(executionArn=ended.arn)
        green = ended.status == "SUCCEEDED"
        return {
            "executionArn": ended.arn,
            "stateMachineArn": described["stateMachineArn"],
            "name": described["name"],
            "status": ended.status,
            "startDate": int(BEGIN.timestamp() * 1000),
            "stopDate": int(self.stage.clock.seconds() * 1000),
            "input": described["input"],
            "inputDetails": {"included": True},
            "output": described["output"] if green else None,
            "outputDetails": {"included": True} if green else None,
            "error": ended.error,
            "cause": ended.cause,
        }

    def heard(self) -> list[dict[str, Any]]:
        """Return the events that have come to the queue; each is as its schema says."""
        sqs = boto3.client("sqs")
        messages = sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10, VisibilityTimeout=0)["Messages"]
        events = [json.loads(message["Body"]) for message in messages]
        for event in events:
            validator("event").validate(event["detail"])
        return events

    def metrics(self) -> dict[str, float]:
        """Return the metrics of the last line."""
        line = self.lines[-1]
        return {name: line[name] for name in (*ALARMED, *DETAILED) if name in line}


class _Lines(logging.Handler):
    def __init__(self, lines: list[dict[str, Any]]) -> None:
        super().__init__(logging.INFO)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(vars(record))


@contextmanager
def listening(stage: Harness) -> Iterator[World]:
    """Listen to the default bus, with a rule for whatever reportflow tells, and to the log."""
    sqs, events = boto3.client("sqs"), boto3.client("events")
    queue = sqs.create_queue(QueueName="listener")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="listener", EventPattern=json.dumps({"source": ["reportflow"]}))
    events.put_targets(Rule="listener", Targets=[{"Id": "queue", "Arn": arn}])
    world, logger = World(stage, queue), logging.getLogger("reportflow")
    lines, level = _Lines(world.lines), logger.level
    logger.addHandler(lines)
    logger.setLevel(logging.INFO)
    yield world
    logger.removeHandler(lines)
    logger.setLevel(level)
