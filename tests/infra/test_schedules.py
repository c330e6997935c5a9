"""The schedules: one per timing, for however many reports and selling partners, and a stack that stays small."""

import json
import re
from pathlib import Path

import pytest

from tests.assemblies import SAID, Assemblies
from tests.assemblies.variants import MANY
from tests.testing.template import Template


@pytest.fixture(scope="module")
def report_config(assemblies: Assemblies) -> Path:
    """Return the assembly of 500 selling partners with 20 reports each, in 20 timings and one more that is disabled."""
    return assemblies.wait_for("many-partners")


def test_500_selling_partners_with_20_reports_each_are_far_from_cloudformation_s_limits(report_config: Path) -> None:
    template = Template.read(report_config)
    assert len(template.of_type("AWS::Scheduler::Schedule")) == 20 + 1  # the gaps
    assert len(template.resources) < 250
    assert (report_config / "reportflow.template.json").stat().st_size < 500_000


def test_the_synthesis_says_what_the_month_comes_down_to(report_config: Path) -> None:
    reports = 500 * 20 * 30
    sentence = (
        rf"^reportflow: the next 30 days of reports\.toml: {reports:,} reports of 500 selling partners, about \d+"
    )
    assert re.search(sentence, (report_config / SAID).read_text(), re.MULTILINE)


def test_a_schedule_sends_its_timing_and_when_it_was_due(report_config: Path) -> None:
    template = Template.read(report_config)
    resources = template.of_type("AWS::Scheduler::Schedule").values()
    schedules = [schedule["Properties"] for schedule in resources]
    (flexible,) = (schedule for schedule in schedules if schedule["FlexibleTimeWindow"]["Mode"] == "FLEXIBLE")
    assert json.loads(flexible["Target"]["Input"]) == {
        "schedule": "rate(1 day)",
        "timeZone": "Asia/Tokyo",
        "flexibleMinutes": 30,
        "scheduledTime": "<aws.scheduler.scheduled-time>",
    }
    assert flexible["FlexibleTimeWindow"]["MaximumWindowInMinutes"] == 30
    assert (flexible["ScheduleExpression"], flexible["ScheduleExpressionTimezone"]) == ("rate(1 day)", "Asia/Tokyo")
    ((group_id, group),) = template.of_type("AWS::Scheduler::ScheduleGroup").items()
    assert group["DeletionPolicy"] == "Delete"
    (queue,) = (name for name in template.of_type("AWS::SQS::Queue") if name.startswith("Schedules"))
    ((starter, _, function),) = (each for each in template.functions() if each[1] == "start_reports")
    assert sum(schedule["Target"]["Arn"] == {"Fn::GetAtt": [starter, "Arn"]} for schedule in schedules) == 20
    for schedule in schedules:
        assert schedule["GroupName"] == group["Properties"]["Name"]
        assert schedule["State"] == "ENABLED"
        assert schedule["Target"]["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": [queue, "Arn"]}}
        assert schedule["Target"]["RetryPolicy"] == {"MaximumEventAgeInSeconds": 21600, "MaximumRetryAttempts": 20}
    assert all(schedule["DependsOn"] == [group_id] for schedule in resources)
    # The Scheduler hands over, and what fails then is the function's.
    assert function["DeadLetterConfig"] == {"TargetArn": {"Fn::GetAtt": [queue, "Arn"]}}


def test_the_functions_bring_the_file_along(report_config: Path) -> None:
    # The functions that make tables have an asset of their own.
    brought = [*report_config.glob("asset.*/reports.toml")]
    assert [path.read_text() for path in brought] == [MANY] * 2
    assert all((path.parent / "tzdata").is_dir() for path in brought)


def test_the_shipped_file_makes_no_schedule(template: Template) -> None:
    assert not template.of_type("AWS::Scheduler::Schedule")
