"""The stack: storage, functions, the machine, and the schedules that start it."""

from typing import Any

from aws_cdk import App as App
from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.backfill_workflow import BackfillWorkflow
from infra.config import Config
from infra.discovery_workflow import DiscoveryWorkflow
from infra.encryption import encrypt_by_aws, encrypt_by_customer
from infra.functions import ReportFunctions
from infra.gap_detection import GapDetection
from infra.monitoring import Monitoring
from infra.notification_queue import NotificationQueue
from infra.outcome_events import OutcomeEvents
from infra.report_workflow import ReportWorkflow
from infra.schedules import ReportSchedules
from infra.storage import ReportStorage
from infra.tables import ReportTables


class ReportflowStack(Stack):
    """Everything that is deployed."""

    # Longer than others: the parts and how they hang together are seen in one place.
    def __init__(self, scope: Construct, construct_id: str, *, config: Config, **kwargs: Any) -> None:
        """Put the parts together."""
        super().__init__(scope, construct_id, **kwargs)
        storage = ReportStorage(self, "Storage", config=config)
        functions = ReportFunctions(self, "Functions", config=config, storage=storage)
        workflow = ReportWorkflow(self, "Workflow", config=config, storage=storage, functions=functions)
        outcomes = OutcomeEvents(self, "Outcomes", config=config, functions=functions, workflow=workflow)
        notifications = (
            [NotificationQueue(self, "Notifications", storage=storage, functions=functions, machine=workflow.machine)]
            if config.notifications
            else []
        )
        discovery = DiscoveryWorkflow(self, "Discovery", config=config, functions=functions, workflow=workflow)
        backfill = BackfillWorkflow(
            self, "Backfill", config=config, storage=storage, functions=functions, workflow=workflow
        )
        schedules = ReportSchedules(
            self,
            "Schedules",
            config=config,
            functions=functions,
            machine=workflow.machine,
            discovery=discovery.machine,
        )
        GapDetection(
            self,
            "Gaps",
            config=config,
            storage=storage,
            functions=functions,
            workflow=workflow,
            schedules=schedules,
        )
        tables = (
            [ReportTables(self, "Tables", config=config, storage=storage, functions=functions)] if config.tables else []
        )
        monitoring = Monitoring(
            self,
            "Monitoring",
            config=config,
            functions=functions,
            machines=[workflow.machine, discovery.machine, backfill.machine],
            dead_letters=[
                outcomes.dead_letters,
                schedules.dead_letters,
                *(queue.dead_letters for queue in notifications),
                *(queue for made in tables for queue in made.dead_letters),
            ],
        )
        if config.encryption_key == "customer":
            encrypt_by_customer(self, senders=[queue.sender for queue in notifications])
        else:
            encrypt_by_aws(self)
        outputs = {
            "StateMachineArn": workflow.machine.state_machine_arn,
            "DiscoveryMachineArn": discovery.machine.state_machine_arn,
            "BackfillMachineArn": backfill.machine.state_machine_arn,
            "ReportBucketName": storage.bucket.bucket_name,
            "LedgerTableName": storage.ledger.table_name,
            "SecretPrefix": config.secret_prefix,
            "RestrictedKeyArn": storage.restricted_key.key_arn,
            "AlarmTopicArn": monitoring.topic.topic_arn,
        }
        if notifications:
            outputs["NotificationQueueArn"] = notifications[0].queue.queue_arn
        for made in tables:
            outputs |= made.outputs
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)
