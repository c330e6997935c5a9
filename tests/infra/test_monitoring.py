"""What is there to be seen: alarms that reach somebody and say what to do, and metrics that there are."""

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from lambdas.observability import metrics
from lambdas.payloads.findings import FindingCode
from tests.testing.policies import text
from tests.testing.repository import DOCS
from tests.testing.template import Template

METRICS = (DOCS / "metrics.md").read_text()
DOCUMENTED = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (.*?) \|", METRICS, re.MULTILINE))))


@pytest.fixture(scope="session")
def alarms(template: Template) -> dict[str, dict[str, Any]]:
    """Return the alarms by name."""
    return {
        alarm["Properties"]["AlarmName"]: alarm["Properties"]
        for alarm in template.of_type("AWS::CloudWatch::Alarm").values()
    }


def looked_at(alarms: dict[str, dict[str, Any]]) -> set[str]:
    """Return the metrics of ours that alarms look at."""
    found = list(alarms.values())
    for alarm in alarms.values():
        found += [metric["MetricStat"]["Metric"] for metric in alarm.get("Metrics", ()) if "MetricStat" in metric]
    queries = re.findall(r"SELECT \w+\((\w+)\)", json.dumps(alarms))
    return {*queries, *(each["MetricName"] for each in found if each.get("Namespace") == metrics.NAMESPACE)}


def test_cloudwatch_gets_what_alarms_look_at_and_with_the_dashboard_what_it_shows(
    template: Template, alarms: dict[str, dict[str, Any]], every_option: Path
) -> None:
    other = Template.read(every_option)
    assert looked_at(alarms) == set(metrics.ALARMED)
    page = json.dumps(other.only("AWS::CloudWatch::Dashboard"))
    shown = {*re.findall(r'reportflow\\",\\"(\w+)', page), *re.findall(r"MetricName=\W+(\w+)", page)}
    assert {"Landed", "createReport", "SecondsToLand"} <= shown <= {*metrics.ALARMED, *metrics.DETAILED}
    assert {*metrics.ALARMED, *metrics.DETAILED} == DOCUMENTED
    for stack, detailed in ((template, None), (other, "true")):
        told = {
            each.get("Environment", {}).get("Variables", {}).get("DETAILED_METRICS") for _, _, each in stack.functions()
        }
        assert told == {detailed}


def test_there_is_an_alarm_for_what_somebody_has_to_see_to_and_none_for_reports_without_data(
    alarms: dict[str, dict[str, Any]],
) -> None:
    assert {name.removeprefix("reportflow: ") for name in alarms} == {
        "Executions red",
        "Throttled",
        "Dead letters",
        "Credentials refused",
        "Windows missing",
        "Client secret old",
    }
    assert "NoData" not in json.dumps(alarms)


def test_each_finding_that_is_asked_for_has_an_alarm_on_its_own_metric(every_option: Path) -> None:
    other = Template.read(every_option)
    alarms = [each["Properties"] for each in other.of_type("AWS::CloudWatch::Alarm").values()]
    watched = {
        alarm["Dimensions"][0]["Value"]: alarm["AlarmName"] for alarm in alarms if alarm.get("MetricName") == "Findings"
    }
    assert watched == {code: f"reportflow: Finding {code}" for code in get_args(FindingCode)}
    ((_, _, announcer),) = (each for each in other.functions() if each[1] == "publish_outcome")
    assert announcer["Environment"]["Variables"]["FINDING_ALARMS"].split() == [*get_args(FindingCode)]


def test_one_is_enough_and_no_news_is_good_news(alarms: dict[str, dict[str, Any]]) -> None:
    for name, alarm in alarms.items():
        assert alarm["EvaluationPeriods"] == 1, name
        assert alarm["TreatMissingData"] == ("ignore" if name.endswith("secret old") else "notBreaching"), name
    patient = {name: alarm["Threshold"] for name, alarm in alarms.items() if alarm["Threshold"] != 1}
    assert patient == {"reportflow: Client secret old": 165}


def test_refused_credentials_name_the_selling_partner(alarms: dict[str, dict[str, Any]]) -> None:
    (query,) = (metric["Expression"] for metric in alarms["reportflow: Credentials refused"]["Metrics"])
    words = r"SUM\((\w+)\) FROM SCHEMA\((\w+), (\w+)\) GROUP BY (\w+) ORDER BY"
    ((metric, namespace, *dimensions),) = re.findall(words, query)
    assert namespace == metrics.NAMESPACE
    assert dimensions == [metrics.SPLIT_BY[metric]] * 2


def test_both_queues_of_dead_letters_are_watched(alarms: dict[str, dict[str, Any]], template: Template) -> None:
    watched = json.dumps(alarms["reportflow: Dead letters"])
    for queue in template.of_type("AWS::SQS::Queue"):
        assert queue in watched


def test_alarms_go_to_one_topic_which_cloudwatch_may_publish_to_and_nobody_in_plain_http(
    alarms: dict[str, dict[str, Any]], template: Template
) -> None:
    ((topic, _),) = template.of_type("AWS::SNS::Topic").items()
    assert [alarm["AlarmActions"] for alarm in alarms.values()] == [[{"Ref": topic}]] * len(alarms)
    statements = template.only("AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"]
    (allowed,) = (each for each in statements if each["Effect"] == "Allow")
    (denied,) = (each for each in statements if each["Effect"] == "Deny")
    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allowed["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert not template.of_type("AWS::SNS::Subscription")


def test_an_address_is_written_to(every_option: Path) -> None:
    other = Template.read(every_option)
    subscription = other.only("AWS::SNS::Subscription")
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "on-call@example.com")
    assert "KmsMasterKeyId" in other.only("AWS::SNS::Topic")


def test_every_saved_query_looks_into_the_logs_of_all_functions(template: Template) -> None:
    groups = {properties["LoggingConfig"]["LogGroup"]["Ref"] for _, _, properties in template.functions()}
    queries = [each["Properties"] for each in template.of_type("AWS::Logs::QueryDefinition").values()]
    assert len(queries) == 6
    for query in queries:
        assert {group["Ref"] for group in query["LogGroupNames"]} == groups


def test_who_measures_the_secret_s_age_cannot_read_it(template: Template) -> None:
    ((_, _, checker),) = (each for each in template.functions() if each[1] == "check_client_secret")
    role = checker["Role"]["Fn::GetAtt"][0]
    allowed = [
        (statement["Action"], [text(resource).rpartition(":")[2] for resource in statement["Resource"]])
        for policy in template.of_type("AWS::IAM::Policy").values()
        if {"Ref": role} in policy["Properties"]["Roles"]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if "secretsmanager" in str(statement["Action"])
    ]
    assert allowed == [
        ("secretsmanager:ListSecretVersionIds", ["reportflow/lwa-client", "reportflow/lwa-client-??????"])
    ]
