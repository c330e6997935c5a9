"""Notifications: Amazon's REPORT_PROCESSING_FINISHED comes to a queue, and one function wakes who waits for it."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.functions import ReportFunctions
from infra.notifications import wait_items_policy
from infra.queues import dead_letters, function_queue
from infra.storage import ReportStorage
from lambdas.environment import Environment

# Amazon's account for SP-API's notifications, in all regions: "Set up notifications (Amazon SQS workflow)".
AMAZON = "437568002678"
PATIENCE = Duration.seconds(30)
AT_ONCE = 5


class NotificationQueue(Construct):
    """The queue that only Amazon may send to, the function behind it, and the queue of what that could not read."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        storage: ReportStorage,
        functions: ReportFunctions,
        machine: sfn.StateMachine,
    ) -> None:
        """Wake executions of `machine`."""
        super().__init__(scope, construct_id)
        self.dead_letters = dead_letters(self, of="the notifications")
        self.queue = function_queue(self, timeout=PATIENCE, letters=self.dead_letters, attempts=5)
        self.sender = iam.ArnPrincipal(f"arn:{Aws.PARTITION}:iam::{AMAZON}:root")
        self.queue.add_to_resource_policy(
            iam.PolicyStatement(
                actions=["sqs:SendMessage", "sqs:GetQueueAttributes"],
                resources=[self.queue.queue_arn],
                principals=[self.sender],
            )
        )
        self.function = functions.function(
            "ReceiveNotification",
            "receive_notification",
            environment=Environment(ledger_table=storage.ledger.table_name),
            timeout=PATIENCE,
        )
        # Where the account's concurrency is used up, each delivery that is refused counts as one of the five.
        self.function.add_event_source(
            sources.SqsEventSource(self.queue, report_batch_item_failures=True, max_concurrency=AT_ONCE)
        )
        self.function.add_to_role_policy(wait_items_policy("dynamodb:UpdateItem", storage.ledger))
        self.function.add_to_role_policy(
            iam.PolicyStatement(actions=["states:SendTaskSuccess"], resources=[machine.state_machine_arn])
        )
