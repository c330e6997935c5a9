"""Alarms: few, each one somebody has to see to, with its section of the runbook. A report without data is none."""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.config import Config
from infra.suppressions import accept
from lambdas.observability.metrics import NAMESPACE

RUNBOOK = "docs/runbook.md"
FIVE_MINUTES, A_DAY = Duration.minutes(5), Duration.days(1)
# Amazon lets a client secret live for 180 days.
OLDEST_SECRET_DAYS = 165
# A row for each selling partner: the alarm tells of each by itself, with its id. Source:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Metrics_Insights_Alarm.html
REFUSED = (
    f"SELECT SUM(CredentialsRefused) FROM SCHEMA({NAMESPACE}, sellingPartnerId) "  # noqa: S608 - of CloudWatch, and ours
    "GROUP BY sellingPartnerId ORDER BY SUM() DESC"
)


def measured(
    name: str, *, statistic: str = "Sum", period: Duration = FIVE_MINUTES, label: str = "", **dimensions: str
) -> cloudwatch.Metric:
    """Return one of the metrics of docs/metrics.md, of these values of its dimensions."""
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=name,
        statistic=statistic,
        period=period,
        label=label or None,
        dimensions_map=dimensions or None,
    )


class ReportAlarms(Construct):
    """The topic that all alarms go to, and the alarms."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: Config,
        machines: Sequence[sfn.IStateMachine],
        dead_letters: Sequence[sqs.IQueue],
    ) -> None:
        """Watch the machines, and the queues that must stay empty."""
        super().__init__(scope, construct_id)
        self.topic = _topic(self, email=config.alarm_email)
        self._alarm("Executions red", _failures(machines), "An execution failed, or ran into its timeout.")
        self._alarm("Throttled", measured("Throttled"), "Amazon refused a call because a quota was used up.")
        given_up = "The invocation of a schedule, or the announcement of an outcome"
        given_up += ", or the reading of a notification" if config.notifications else ""
        given_up += ", or the tabulating of a report" if config.tables else ""
        self._alarm("Dead letters", _messages(dead_letters), f"{given_up}, was given up.")
        self._alarm(
            "Credentials refused",
            cloudwatch.MathExpression(expression=REFUSED, using_metrics={}, period=FIVE_MINUTES),
            "Amazon refused the credentials of the selling partner that is named here.",
        )
        self._alarm(
            "Windows missing",
            measured("MissingWindows", statistic="Maximum", period=A_DAY),
            "A schedule expected a report that was never asked for, or the daily look at that has not been.",
            # With nothing scheduled there is no look.
            missing=cloudwatch.TreatMissingData.BREACHING
            if config.reports.timings
            else cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        self._alarm(
            "Client secret old",
            measured("ClientSecretAgeDays", statistic="Maximum", period=A_DAY),
            "The application's client secret is soon to expire.",
            threshold=OLDEST_SECRET_DAYS,
            # It is measured once a day.
            missing=cloudwatch.TreatMissingData.IGNORE,
        )
        for code in config.finding_alarms:
            counted = measured("Findings", finding=code)
            self._alarm(f"Finding {code}", counted, f"A report has the finding {code}.")

    def _alarm(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        meaning: str,
        *,
        threshold: float = 1,
        missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name.replace(" ", ""),
            # It is the subject of the e-mail.
            alarm_name=f"{Stack.of(self).stack_name}: {name}",
            alarm_description=f"{meaning} {RUNBOOK}#{name.lower().replace(' ', '-')}",
            metric=metric,
            threshold=threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluation_periods=1,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))


def _topic(scope: Construct, *, email: str) -> sns.Topic:
    topic = sns.Topic(scope, "Topic", enforce_ssl=True)
    # A policy of one's own replaces the one that lets the account's alarms in.
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            actions=["sns:Publish"],
            resources=[topic.topic_arn],
            conditions={"StringEquals": {"aws:SourceAccount": Stack.of(scope).account}},
        )
    )
    if email:
        topic.add_subscription(subscriptions.EmailSubscription(email))
    because = "CloudWatch may not use AWS's own key for SNS, and an alarm's words are names and numbers"
    accept(topic, "CKV_AWS_26", because=because)
    return topic


def _failures(machines: Sequence[sfn.IStateMachine]) -> cloudwatch.MathExpression:
    return _total(
        {
            f"{name}{number}": metric
            for number, machine in enumerate(machines)
            for name, metric in (("failed", machine.metric_failed()), ("timedOut", machine.metric_timed_out()))
        }
    )


def _messages(queues: Sequence[sqs.IQueue]) -> cloudwatch.MathExpression:
    return _total(
        {
            f"queue{number}": queue.metric_approximate_number_of_messages_visible(statistic="Maximum")
            for number, queue in enumerate(queues)
        }
    )


def _total(metrics: Mapping[str, cloudwatch.IMetric]) -> cloudwatch.MathExpression:
    return cloudwatch.MathExpression(
        expression=" + ".join(f"FILL({name}, 0)" for name in metrics), using_metrics={**metrics}, period=FIVE_MINUTES
    )
