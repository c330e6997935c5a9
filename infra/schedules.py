"""Schedules: EventBridge Scheduler starts the machine; a start that fails is kept in a dead-letter queue."""

from aws_cdk import Duration, TimeZone
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.accepted import accept
from infra.config import ScheduleConfig


class ReportSchedule(Construct):
    """One schedule in a group of its own, and the queue of its starts that failed."""

    def __init__(
        self, scope: Construct, construct_id: str, *, config: ScheduleConfig, machine: sfn.IStateMachine
    ) -> None:
        """Start `machine` as `config` says."""
        super().__init__(scope, construct_id)
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        accept(self.dead_letters, "AwsSolutions-SQS3", because="it is the dead-letter queue, of the schedule's starts")
        scheduler.Schedule(
            self,
            "Schedule",
            schedule=scheduler.ScheduleExpression.expression(config.expression, TimeZone.of(config.time_zone)),
            schedule_group=scheduler.ScheduleGroup(self, "Group"),
            enabled=config.enabled,
            target=targets.StepFunctionsStartExecution(
                machine,
                # When it was due, not when it fired: a late or repeated start asks for the same window.
                input=scheduler.ScheduleTargetInput.from_object(
                    {**config.request, "scheduledTime": scheduler.ContextAttribute.scheduled_time}
                ),
                dead_letter_queue=self.dead_letters,
                max_event_age=Duration.hours(6),
                retry_attempts=20,
            ),
        )
