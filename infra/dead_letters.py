"""Dead letters: what was given up is kept for a fortnight, for somebody to look at."""

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
