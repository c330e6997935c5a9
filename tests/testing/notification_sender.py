"""Amazon's side of notifications: as soon as a report has ended, or too early, or for somebody else, messages come."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from local.simulator import Report
from tests.testing.harness import Harness
from tests.testing.machine import moto_patches
from tests.testing.machine.engine import Machine


def notification(report_type: str, report_id: str, status: str = "DONE") -> dict[str, Any]:
    """Return Amazon's REPORT_PROCESSING_FINISHED, a vendor's: whose report it is, it says in no name that we know."""
    ended = {"accountId": "amzn1.vg.1", "reportId": report_id, "reportType": report_type, "processingStatus": status}
    return {
        "notificationVersion": "2020-09-04",
        "notificationType": "REPORT_PROCESSING_FINISHED",
        "payloadVersion": "2020-09-04",
        "eventTime": "2026-11-20T12:00:00.000Z",
        "payload": {"reportProcessingFinishedNotification": ended},
        "notificationMetadata": {
            "applicationId": "amzn1.sellerapps.app.1",
            "subscriptionId": "s1",
            "publishTime": "2026-11-20T12:00:00.000Z",
            "notificationId": "n1",
        },
    }


def batch(*bodies: object) -> dict[str, Any]:
    """Return SQS's event with these messages; what is not text becomes JSON."""
    texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
    return {"Records": [{"messageId": str(number), "body": text} for number, text in enumerate(texts)]}


@dataclass
class Amazon:
    """Tells of each report that is created, `after` so many seconds (of the machine's time) and as often as it says.

    `answers` has what Receive notification has answered to each message.
    """

    stage: Harness
    machine: Machine
    after: Sequence[float]
    notification: Callable[[Report], object]
    answers: list[Any] = field(default_factory=list)
    _messages: list[threading.Thread] = field(default_factory=list)

    @contextmanager
    def around(self, function: str) -> Iterator[None]:
        """Have messages delivered once Create report has created a report."""
        before = len(self.stage.simulator.reports)
        yield
        if function == "create_report" and len(self.stage.simulator.reports) > before:
            report = self.stage.simulator.reports[-1]
            for seconds in self.after:
                self._later(seconds, batch(self.notification(report)))

    def _later(self, seconds: float, event: dict[str, Any]) -> None:
        shared, take = moto_patches.STAGES[self.machine.arn], self.stage.handler("receive_notification")

        def deliver() -> None:
            try:
                shared.time.sleep(seconds)
                with shared.turn:
                    self.answers.append(take(event, None))
            finally:
                shared.time.leave(message)

        message = threading.Thread(target=deliver, daemon=True)
        shared.time.enter(message)
        self._messages.append(message)
        message.start()

    def finish(self) -> None:
        """Have the messages delivered that are still to come; none must come to a stage that is gone."""
        for message in self._messages:
            moto_patches.STAGES[self.machine.arn].time.await_end(message)
            message.join()


def truth(report: Report) -> object:
    """Return the notification of how a report ends."""
    return notification(report.report_type, report.report_id, report.script.statuses[-1])
