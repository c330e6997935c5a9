"""docs/cost.md says what executed runs cost, and a report costs no more than it did."""

import copy
import os
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from lambdas.ledger.report_statistics import ReportStatistics
from lambdas.request import parsing as requests
from local.simulator import Script
from tests.testing.cost_document import READY, STANDARD, lines
from tests.testing.costs import run_costs
from tests.testing.harness import TABLE, Harness
from tests.testing.repository import DOCS
from tests.testing.scenario_steps import ORDERS
from tests.testing.template import Template

METRICS = DOCS / "metrics.md"
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
    text = "\n".join(lines(runs, standing(template))) + "\n"
    if os.environ.get("UPDATE_SNAPSHOT"):
        DOCUMENT.write_text(text)
    assert DOCUMENT.read_text() == text


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


def standing(template: Template) -> dict[str, int]:
    """Return what is paid for by the month whether there are reports or not; one secret is the application's.

    What there is with `notifications` alone is not in this stack.
    """
    of = {"KMS key": "AWS::KMS::Key", "alarm": "AWS::CloudWatch::Alarm", "dashboard": "AWS::CloudWatch::Dashboard"}
    named = re.findall(r"^\| (`[^|]*) \|(?! with `notifications`)", METRICS.read_text(), re.MULTILINE)
    metrics = sum(len(re.findall(r"`\w+`", names)) for names in named)
    return {"secret": 1, "metric": metrics, **{name: len(template.of_type(kind)) for name, kind in of.items()}}
