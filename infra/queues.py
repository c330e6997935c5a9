"""Queues of functions, and of dead letters: what was given up is kept for a fortnight, for somebody to look at."""

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.suppressions import accept


def dead_letters(scope: Construct, *, of: str) -> sqs.Queue:
    """Return a queue for them in `scope`; `of` says of what."""
    queue = sqs.Queue(
        scope,
        "DeadLetters",
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=Duration.days(14),
    )
    accept(queue, "AwsSolutions-SQS3", because=f"it is the dead-letter queue, of {of}")
    return queue


def function_queue(
    scope: Construct, *, timeout: Duration, letters: sqs.Queue, attempts: int, retention: Duration | None = None
) -> sqs.Queue:
    """Return a queue in `scope` for a function with this timeout; what fails so many `attempts` goes to `letters`."""
    return sqs.Queue(
        scope,
        "Queue",
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        # As AWS advises for a function's queue: six times what the function may take.
        visibility_timeout=Duration.seconds(6 * timeout.to_seconds()),
        retention_period=retention,
        dead_letter_queue=sqs.DeadLetterQueue(queue=letters, max_receive_count=attempts),
    )
