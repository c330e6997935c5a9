"""`make run`: the same outcomes as on moto, another server than the simulator, Ctrl-C, and a permission taken away."""

import hashlib
import json
import re
import urllib.request
from collections import Counter
from pathlib import Path
from ssl import create_default_context
from typing import get_args

import pytest

from lambdas.handlers.publish_outcome import METRIC_OF_OUTCOME, RED
from lambdas.payloads.findings import FindingCode
from local.scenarios import SCENARIOS
from tests.testing.other_server import OtherServer
from tests.testing.reports_files import report
from tests.testing.run_command import Command, processes
from tests.testing.state_sequences import OUTCOMES

REQUEST = {
    "sellingPartnerId": "A1OTHER",
    "reportType": "GET_MERCHANT_LISTINGS_ALL_DATA",
    "marketplaceIds": ["ATVPDKIKX0DER"],
}


def without_waits_for_quota(states: list[str]) -> list[str]:
    """Return states without the turns that only waited for a reservation, each back to what asked for it.

    On either engine a retry may come before a reservation that is a little more than 60 seconds away: then it waits.
    """
    for wait, turn in (("Wait for quota", 3), ("Wait for document quota", 4)):
        while wait in states:
            at = states.index(wait)
            states = states[:at] + states[at + turn :]
    return states


def test_every_scenario_ends_as_on_the_other_engine(tmp_path: Path) -> None:
    # ministack's retries pause for 60 seconds at most, less than a refused type's reservation may ask for.
    command = Command(tmp_path)
    code, out, err = command.end()
    assert (code, err) == (0, "")
    summaries = command.summaries()
    assert list(summaries) == [scenario.name for scenario in SCENARIOS]
    for name, (states, calls) in OUTCOMES.items():
        assert without_waits_for_quota(summaries[name]["states"]) == without_waits_for_quota(states)
        # The simulator's own count has the downloads too, which are no operations of SP-API.
        assert summaries[name]["calls"] == {key: count for key, count in calls.items() if key != "document"}
    assert summaries["stuck in the queue"]["error"] == "ReportOverdue"
    found = [finding["code"] for entry in summaries.values() for finding in (entry["output"] or {}).get("findings", [])]
    # To be resumed a document takes minutes.
    assert {*found} == {*get_args(FindingCode)} - {"NOT_INSPECTED"}
    for scenario in SCENARIOS:
        assert f"✓  {scenario.name}" in out
    # Athena's answer, from texts in Cp1252 and in cp932.
    answer = out.partition("SQL, answered by Athena:")[2]
    assert re.findall(r"^(Jalape.*?|抹茶.*?)  +(\d+)$", answer, re.MULTILINE) == [
        ("Jalapeño-Soße 250 ml €", "498"),
        ("抹茶①髙島屋", "12"),
    ]
    for entry in summaries.values():
        if "localPath" in entry:
            body = (tmp_path / entry["localPath"]).read_bytes()
            assert hashlib.sha256(body).hexdigest() == entry["sha256"] == entry["output"]["sha256"]
    assert {path.name for path in tmp_path.iterdir()} == {"build"}
    metrics = json.loads((tmp_path / "build/run/metrics.json").read_text())
    # Each outcome was announced by the deployed function, once.
    announced = Counter((METRIC_OF_OUTCOME | RED).get(str(scenario.ends), "Failed") for scenario in SCENARIOS)
    before = sum(scenario.weeks_before for scenario in SCENARIOS)
    announced["Landed"] += before
    assert {name: metrics[name]["Sum"] for name in announced} == announced
    # Of the weeks before, each report is done at the first look.
    made = before + sum(summary["calls"].get("getReport", 0) for summary in summaries.values())
    assert metrics["getReport"]["Sum"] == made
    assert metrics["Throttled"]["Sum"] == 8


def test_another_server_that_speaks_the_reports_api_over_plain_http(tmp_path: Path) -> None:
    (tmp_path / "requests.json").write_text(json.dumps([REQUEST]))
    with OtherServer() as server:
        command = Command(tmp_path, "--requests", "requests.json", "--sp-api", server.url, "--json")
        code, out, _ = command.end()
        asked = server.asked
    assert code == 0
    (summary,) = json.loads(out)
    assert summary["status"] == "SUCCEEDED"
    assert (tmp_path / summary["localPath"]).read_bytes() == OtherServer.DOCUMENT
    assert summary["calls"] == {"createReport": 1, "getReport": 2, "getReportDocument": 1}
    assert asked == ["POST token", "POST reports", "GET report", "GET report", "GET document", "GET file"] or (
        # Each function has its own process, and its own token.
        [call for call in asked if call != "POST token"]
        == ["POST reports", "GET report", "GET report", "GET document", "GET file"]
    )


def test_a_configuration_s_schedules_are_fired_and_leave_no_gap(tmp_path: Path) -> None:
    partner = '[[sellingPartners]]\nname = "acme"\nsellingPartnerId = "A2ACME"\naccount = "seller"\n'
    daily = report(period='"previous-day"', timeZone='"Europe/Berlin"')
    (tmp_path / "fleet.toml").write_text(f'{partner}marketplaceIds = ["DE"]\n{daily}')
    command = Command(tmp_path, "--config", "fleet.toml")
    code, out, err = command.end()
    assert (code, err) == (0, "")
    assert [summary["output"]["outcome"] for summary in command.summaries().values()] == ["LANDED"] * 3
    assert re.search(r"acme A2ACME +GET_FLAT_FILE_\S* +3 *$", out, re.MULTILINE)


def test_a_request_that_fails_makes_the_exit_code_one(tmp_path: Path) -> None:
    (tmp_path / "requests.json").write_text(json.dumps([{**REQUEST, "marketplaceIds": []}]))
    code, out, _ = Command(tmp_path, "--requests", "requests.json").end()
    assert code == 1
    assert "marketplaceIds is []; allowed is a list of 1 to 25 strings" in out


def test_keep_leaves_it_running_until_ctrl_c_which_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "requests.json").write_text(json.dumps([REQUEST]))
    command = Command(tmp_path, "--requests", "requests.json", "--keep")
    endpoint = command.kept()["AWS_ENDPOINT_URL"]
    trust = create_default_context(cafile=tmp_path / "build/run/aws/ca.pem")
    health = f"{endpoint}/_ministack/health"
    assert urllib.request.urlopen(health, context=trust).status == 200
    assert processes(str(tmp_path)) or processes("local.aws.server")
    command.press_ctrl_c()
    code, out, err = command.end(timeout=20)
    assert (code, err) == (130, "")
    assert out.rstrip().endswith("Stopped.")
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(health, context=trust)


def test_ctrl_c_in_the_middle_stops_everything(tmp_path: Path) -> None:
    command = Command(tmp_path)
    command.wait_for("Deploying the cloud assembly")
    command.press_ctrl_c()
    code, _, err = command.end(timeout=20)
    assert (code, err) == (130, "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--speed", "0"], "--speed is 0; allowed is a number from 1 to 100000"),
        (["--requests", "missing.json"], "--requests: missing.json cannot be read (No such file or directory)"),
        (["--sp-api", "ftp://x"], "--sp-api is 'ftp://x'; allowed is an http or https URL"),
        (["--lwa", "https://x"], "--lwa is given without --sp-api; the simulator has its own"),
        (["--sp-api", "https://x.example"], "--sp-api needs --requests: nobody's quota is spent on a demonstration"),
    ],
)
def test_a_wrong_argument_is_one_sentence_and_exit_code_two(
    tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    code, out, err = Command(tmp_path, *arguments).end()
    assert (code, out) == (2, "")
    assert err.strip() == f"reportflow: {sentence}"
    assert list(tmp_path.iterdir()) == []
