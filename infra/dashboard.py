"""The dashboard: how reports end, how long they take, what Amazon and AWS answer, and what it costs."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.alarms import measured
from infra.report_function import ReportFunction
from lambdas.observability.metrics import NAMESPACE, OPERATIONS
from planning.costs import PRICES

Row = Sequence[cloudwatch.GraphWidget]
HOUR = Duration.hours(1)
OUTCOMES = ("Landed", "AlreadyLanded", "NoData", "CancelledElsewhere", "Fatal", "Overdue", "Failed")
# The state transitions that go with an invocation.
TRANSITIONS = 3


class ReportDashboard(Construct):
    """One page, in hours: reports, Amazon, AWS."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        machine: sfn.IStateMachine,
        functions: Sequence[ReportFunction],
        dead_letters: Sequence[sqs.IQueue],
    ) -> None:
        """Show them."""
        super().__init__(scope, construct_id)
        rows = [_reports(machine), _times(), _calls(), _faults(dead_letters), _functions(functions)]
        cloudwatch.Dashboard(self, "Dashboard", default_interval=Duration.days(1), widgets=[[*row] for row in rows])


def _reports(machine: sfn.IStateMachine) -> Row:
    executions = [
        getattr(machine, f"metric_{name}")(period=HOUR, statistic="Sum", label=name)
        for name in ("started", "succeeded", "failed", "timed_out", "aborted")
    ]
    return (
        _graph("Outcomes per hour", [measured(name, period=HOUR) for name in OUTCOMES], stacked=True),
        _graph("Executions per hour", executions),
        _graph("Landed", [measured("Bytes", period=HOUR)], right=[measured("Rows", period=HOUR)]),
    )


def _times() -> Row:
    return (
        _graph("Seconds to land, by type: half of them, and 95 of 100", _by_type("p50", "p95")),
        _graph("Seconds until an outcome is noticed", _percentiles("DetectionSeconds")),
        _graph("Oldest report in flight, seconds", [measured("ReportAgeSeconds", statistic="Maximum")]),
    )


def _calls() -> Row:
    return (
        _graph("Calls to SP-API", [measured(name, period=HOUR) for name in OPERATIONS], stacked=True),
        _graph(
            "Calls that Amazon did not answer well (throttled should be 0)",
            [measured(name, period=HOUR) for name in ("Throttled", "Refused", "Unavailable")],
        ),
        _graph(
            "Waits for a turn: how many",
            [measured("WaitSeconds", statistic="SampleCount", period=HOUR, label="waits")],
            right=[measured("WaitSeconds", statistic="Maximum", period=HOUR, label="longest, seconds")],
        ),
    )


def _faults(dead_letters: Sequence[sqs.IQueue]) -> Row:
    refused = [_search("sellingPartnerId", "CredentialsRefused", "Sum")]
    return (
        _graph("Credentials refused, by selling partner", refused),
        _graph("AWS errors", [measured("AwsErrors", period=HOUR)]),
        _graph("Dead letters", [_waiting(queue) for queue in dead_letters]),
    )


def _functions(functions: Sequence[ReportFunction]) -> Row:
    return (
        _graph("Functions: errors", [_of(function, "errors", "Sum") for function in functions]),
        _graph("Functions: duration, 95 of 100", [_of(function, "duration", "p95") for function in functions]),
        _graph("Dollars per hour, estimated: functions and transitions", [_dollars(functions)]),
    )


def _graph(
    title: str,
    left: Sequence[cloudwatch.IMetric],
    *,
    right: Sequence[cloudwatch.IMetric] = (),
    stacked: bool = False,
) -> cloudwatch.GraphWidget:
    axis = cloudwatch.YAxisProps(min=0, show_units=False)
    return cloudwatch.GraphWidget(
        title=title, left=[*left], right=[*right], stacked=stacked, width=8, left_y_axis=axis, right_y_axis=axis
    )


def _percentiles(name: str) -> list[cloudwatch.IMetric]:
    return [measured(name, statistic=statistic, period=HOUR, label=statistic) for statistic in ("p50", "p95")]


def _by_type(*statistics: str) -> list[cloudwatch.IMetric]:
    return [_search("reportType", "SecondsToLand", statistic) for statistic in statistics]


def _search(dimension: str, name: str, statistic: str) -> cloudwatch.MathExpression:
    """Return a graph of a metric for every value of a dimension, whichever there are."""
    found = f"SEARCH('{{{NAMESPACE},{dimension}}} MetricName=\"{name}\"', '{statistic}', 3600)"
    return cloudwatch.MathExpression(expression=found, using_metrics={}, label="", period=HOUR)


def _waiting(queue: sqs.IQueue) -> cloudwatch.Metric:
    scope = queue.node.scope
    label = scope.node.id if scope else queue.node.id
    return queue.metric_approximate_number_of_messages_visible(statistic="Maximum", label=label)


def _of(function: ReportFunction, name: str, statistic: str) -> cloudwatch.Metric:
    metric: cloudwatch.Metric = getattr(function, f"metric_{name}")(
        statistic=statistic, period=HOUR, label=function.node.id
    )
    return metric


def _dollars(functions: Sequence[ReportFunction]) -> cloudwatch.MathExpression:
    terms, used, per_invocation = [], {}, _price("Lambda invocation") + TRANSITIONS * _price("state transition")
    for number, function in enumerate(functions):
        used[f"d{number}"] = _of(function, "duration", "Sum")
        used[f"i{number}"] = _of(function, "invocations", "Sum")
        per_millisecond = function.memory_mb / 1024 / 1000 * _price("Lambda GB-second on arm64")
        terms.append(f"FILL(d{number}, 0) * {per_millisecond:.4g} + FILL(i{number}, 0) * {per_invocation:.4g}")
    return cloudwatch.MathExpression(expression=" + ".join(terms), using_metrics=used, label="dollars", period=HOUR)


def _price(unit: str) -> float:
    _, dollars = PRICES[unit]
    return dollars
