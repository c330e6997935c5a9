"""Amazon's notifications in a local run: sent to the stack's queue as soon as a simulated report has ended."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.aws import EmbeddedAws
    from local.simulator import Script, Simulator

# What a status of a report lasts, in seconds of the run's clock, where a scenario counts polls instead.
STATUS_SECONDS = 120
LOOK_SECONDS = 0.05


def by_time(script: Script) -> Script:
    """Return a script of a report that ends by itself: whoever waits for a notification does not poll."""
    begins = [number * STATUS_SECONDS for number in range(len(script.statuses))]
    return script if script.begins else replace(script, begins=begins)


@contextmanager
def delivered(simulator: Simulator, aws: EmbeddedAws) -> Iterator[None]:
    """Have notifications sent meanwhile."""
    over, queues = threading.Event(), aws.client("sqs")

    def deliver() -> None:
        while not over.wait(LOOK_SECONDS):
            for arn, message in simulator.notifications():
                address = queues.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
                queues.send_message(QueueUrl=address, MessageBody=json.dumps(message))

    thread = threading.Thread(target=deliver, name="notifications")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
