"""Schedules: EventBridge Scheduler lets Start reports start the machine; what fails is kept in a dead-letter queue."""

import hashlib
import re
from typing import Any

from aws_cdk import Duration, RemovalPolicy, Stack, TimeZone
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.config import Config
from infra.functions import ReportFunctions
from infra.queues import dead_letters
from infra.report_function import ReportFunction
from infra.suppressions import accept
from lambdas.environment import Environment
from lambdas.schedules.report_config import ScheduleTiming


class ReportSchedules(Construct):
    """One schedule for each timing, in a group of their own, however many reports and selling partners it is for."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: Config,
        functions: ReportFunctions,
        machine: sfn.IStateMachine,
        discovery: sfn.IStateMachine,
    ) -> None:
        """Start `machine` for all that is due, and `discovery` for what Amazon makes by itself."""
        super().__init__(scope, construct_id)
        self.dead_letters = dead_letters(self, of="the schedule invocations")
        self.start_reports = functions.function(
            "StartReports",
            "start_reports",
            environment=Environment(
                state_machine_arn=machine.state_machine_arn, discovery_machine_arn=discovery.state_machine_arn
            ),
            # One full vCPU: each start is a signed request over TLS, and there may be a hundred thousand.
            memory_size=1769,
            timeout=Duration.minutes(15),
            # The Scheduler only hands a schedule invocation over: what then fails is the function's to repeat, and to
            # keep.
            dead_letter_queue=self.dead_letters,
        )
        for started in (machine, discovery):
            started.grant_start_execution(self.start_reports)
        # Left behind, it would be in the way of the next deployment, since its name is the same.
        self._group = scheduler.ScheduleGroup(self, "Group", removal_policy=RemovalPolicy.DESTROY)
        # Of these schedules only, not of anybody's who names this role.
        ours = {"aws:SourceAccount": Stack.of(self).account, "aws:SourceArn": self._group.schedule_group_arn}
        scheduler_service = iam.ServicePrincipal("scheduler.amazonaws.com", conditions={"StringEquals": ours})
        self._role = iam.Role(self, "Role", assumed_by=scheduler_service)
        versions = "the function's versions, as the CDK grants Invoke"
        accept(self._role, "AwsSolutions-IAM5[Resource::<….Arn>:*]", because=versions)
        for timing, reports in config.reports.timings.items():
            # When it was due, not when it fired: a late or repeated schedule invocation asks for the same windows.
            invocation = {
                "schedule": timing.schedule,
                "timeZone": timing.time_zone,
                "flexibleMinutes": timing.flexible_minutes,
                "scheduledTime": scheduler.ContextAttribute.scheduled_time,
            }
            self.invoke(self.start_reports, timing, invocation, of=f"{len(reports)} of the reports in reports.toml")

    def invoke(self, function: ReportFunction, timing: ScheduleTiming, event: dict[str, Any], *, of: str) -> None:
        """Invoke a function at these times; `of` says what for."""
        flexible = scheduler.TimeWindow.flexible(Duration.minutes(timing.flexible_minutes or 1))
        schedule = scheduler.Schedule(
            self,
            _construct_id(timing, of=function.node.id),
            description=f"{timing.schedule} {timing.time_zone}: {of}",
            schedule=scheduler.ScheduleExpression.expression(timing.schedule, TimeZone.of(timing.time_zone)),
            schedule_group=self._group,
            time_window=flexible if timing.flexible_minutes else scheduler.TimeWindow.off(),
            target=targets.LambdaInvoke(
                function,
                input=scheduler.ScheduleTargetInput.from_object(event),
                role=self._role,
                dead_letter_queue=self.dead_letters,
                max_event_age=Duration.hours(6),
                retry_attempts=20,
            ),
        )
        # It names its group by text, from which CloudFormation does not see that the group comes first.
        schedule.node.add_dependency(self._group)


def _construct_id(timing: ScheduleTiming, *, of: str) -> str:
    """Return a name that says what and when, and is the same for the same timing only."""
    told_apart = hashlib.sha256(repr(timing).encode()).hexdigest()[:6]
    return f"{of}-{re.sub(r'[^A-Za-z0-9]+', '-', timing.schedule.replace('*', 'x'))}{told_apart}"
