"""docs/cost.md says what executed runs cost, and a report costs no more than it did."""

import copy
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from lambdas.ledger.report_statistics import ReportStatistics
from lambdas.request import parsing as requests
from local.simulator import Script
from planning import costs
from tests.assemblies import Assemblies
from tests.testing.cost_document import READY, STANDARD, lines
from tests.testing.costs import run_costs, tabulation_costs
from tests.testing.harness import TABLE, Harness
from tests.testing.repository import DOCS, REPOSITORY
from tests.testing.scenario_steps import ORDERS
from tests.testing.template import Template

DOCUMENT = DOCS / "cost.md"
# Of the standard report. Everybody pays for one more, at every report.
MOST = {"state transition": 17, "Lambda invocation": 7, "DynamoDB write unit": 18, "DynamoDB read unit": 13}


def test_the_document_says_what_runs_cost(stage: Harness, template: Template) -> None:
    """Rewrite it with UPDATE_SNAPSHOT=1."""
    every_30_seconds = fixed(template.definition(), seconds=30)
    runs = {}
    for number, (name, seconds) in enumerate(READY.items()):
        ours, theirs = ({**ORDERS.input, "sellingPartnerId": f"A{who}{number}"} for who in "OT")
        script = ready_after(seconds)
        remember(stage, ours, (seconds * 4 // 5, seconds, seconds, seconds * 6 // 5, seconds * 2))
        runs[name] = run_costs(stage, ours, script), run_costs(stage, theirs, script, every_30_seconds)
    standard, _ = runs[STANDARD]
    assert {name: standard[name] for name, most in MOST.items() if standard[name] > most} == {}
    text = "\n".join(lines(runs, costs.TABULATED, counted(template))) + "\n"
    if os.environ.get("UPDATE_SNAPSHOT"):
        DOCUMENT.write_text(text)
    assert DOCUMENT.read_text() == text


def test_a_plan_reckons_with_what_runs_take(stage: Harness) -> None:
    for number, seconds in enumerate(READY.values()):
        given = {**ORDERS.input, "sellingPartnerId": f"A{number}"}
        remember(stage, given, (seconds * 4 // 5, seconds, seconds, seconds * 6 // 5, seconds * 2))
        landed = run_costs(stage, given, ready_after(seconds))
        polls = costs.polls(timedelta(seconds=seconds))
        planned = costs.used(1, 1, discoveries=0, polls=polls)
        assert differing(planned, landed) == {}
    again = run_costs(stage, given, ready_after(0))
    assert differing(costs.used(1, 0, discoveries=0, polls=0), again) == {}


def differing(planned: Mapping[str, float], ran: Mapping[str, float]) -> dict[str, tuple[float, float]]:
    """Return where a plan's counts are not those of a run: of logs by more than 20 kB, of the rest at all."""
    near = {"GB of logs": 20e-6}
    return {
        unit: (planned.get(unit, 0), count)
        for unit, count in ran.items()
        # What is stored is the month's, not a run's.
        if unit != "GB-month in S3" and abs(planned.get(unit, 0) - count) > near.get(unit, 1e-9)
    }


def test_a_plan_reckons_with_what_stands_in_the_template(template: Template) -> None:
    assert counted(template) == costs.STACK
    assert not template.of_type("AWS::CloudWatch::Dashboard")


def test_a_plan_reckons_with_what_a_table_takes(stage: Harness) -> None:
    for day in ("2026-11-01", "2026-11-02"):
        run_costs(stage, {**ORDERS.input, "dataStartTime": f"{day}T00:00:00Z"}, ready_after(0))
    manifests = [key for key in stage.objects() if key.startswith("manifests/")]
    assert len(manifests) == 2
    taken = {unit: count for unit, count in tabulation_costs(stage, manifests).items() if count}
    assert taken == costs.TABULATED
    without, with_ = (costs.used(7, 5, discoveries=0, polls=3, tabulated=number) for number in (0, 4))
    assert with_ == {unit: without.get(unit, 0) + 4 * costs.TABULATED.get(unit, 0) for unit in with_}


def test_a_plan_reckons_with_what_stands_for_tables(template: Template, assemblies: Assemblies) -> None:
    # Open tables have it once, and restricted ones once more.
    with_both = Template.read(assemblies.wait_for("many-partners"))
    polled = {"queue that a function polls": len(with_both.of_type("AWS::Lambda::EventSourceMapping"))}
    found, before = counted(with_both) | polled, counted(template)
    more = {unit: (count - before.get(unit, 0)) / 2 for unit, count in found.items() if count != before.get(unit, 0)}
    assert more == costs.TABLES
    with_, without = (costs.standing(selling_partners=1, tables=tables) for tables in (True, False))
    assert sum(with_.values()) - sum(without.values()) == pytest.approx(0.36, abs=0.005)


def test_every_page_has_the_same_figure_for_what_stands() -> None:
    figure = f"{sum(costs.standing(selling_partners=1).values()):.2f} dollars"
    assert float(figure.split()[0]) <= 4
    for page in (REPOSITORY / "README.md", DOCS / "metrics.md", DOCS / "how-to" / "deploy.md"):
        assert figure in page.read_text(), page


def remember(stage: Harness, given: Mapping[str, Any], took: Iterable[int]) -> None:
    """Let earlier reports of the type have taken so many seconds."""
    statistics = ReportStatistics(dynamodb=stage.dynamodb, table=TABLE, retention=timedelta(days=90))
    request = requests.parse_request(given, now=stage.clock.now)
    for seconds in took:
        statistics.add_sample(request, seconds=seconds, rows=None, now=stage.clock.now)


def ready_after(seconds: float) -> Script:
    """Return the script of a report that is done after so many seconds."""
    return Script(statuses=("IN_QUEUE", "IN_PROGRESS", "DONE"), begins=(0, 10, seconds))


def fixed(definition: dict[str, Any], *, seconds: int) -> dict[str, Any]:
    """Return the machine with a Wait that is always the same."""
    other = copy.deepcopy(definition)
    wait = other["States"]["Wait"]
    del wait["SecondsPath"]
    wait["Seconds"] = seconds
    return other


def counted(template: Template) -> dict[str, float]:
    """Return what of a template is paid for by the month; a secret, which is not in it, is the application's."""
    alarms = [alarm["Properties"] for alarm in template.of_type("AWS::CloudWatch::Alarm").values()]
    looked_at = [found for alarm in alarms for found in metrics_of(alarm)]
    # With values in one hour of the day; those of faults have none while all is well.
    daily = {each["MetricName"] for each in looked_at if each.get("Period") == 86_400}
    return {
        "secret": 1,
        "KMS key": len(template.of_type("AWS::KMS::Key")),
        "metric that an alarm looks at": len(looked_at),
        "metric": len(daily) / 24,
    }


def metrics_of(alarm: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield each metric that an alarm looks at; a query counts as the one selling partner that it finds."""
    if "MetricName" in alarm:
        yield alarm
    for metric in alarm.get("Metrics", ()):
        if "MetricStat" in metric or metric["Expression"].startswith("SELECT"):
            yield metric
