"""start, status, list and fetch on a stack with reports in it."""

import gzip
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli import executions, follow
from cli.formatting import duration
from local.fast_clock import FastClock, SharedClock
from tests.cli.conftest import BY_NAME, Account, Said

Reportflow = Callable[..., Said]

LANDED = "done, gzip TSV in Cp1252"
SELLER = BY_NAME[LANDED].input["sellingPartnerId"]
REQUEST = ("--seller", SELLER, "--type", "GET_MERCHANT_LISTINGS_ALL_DATA", "--marketplace", "de")


@pytest.fixture(scope="module", autouse=True)
def _reports(account: Account) -> None:
    for name in (LANDED, "done, JSON in UTF-8", "done, TSV in windows-31j", "cancelled, no data"):
        account.execute(name)


def test_start_follows_a_request_to_its_end(account: Account, reportflow: Reportflow) -> None:
    said = reportflow("start", *REQUEST, "--json")
    assert said.exit_code == 0
    assert said.json["input"]["marketplaceIds"] == ["A1PA6795UKMFR9"]
    assert said.json["output"]["key"] in account.stage.objects()
    told = [line.split("  ")[2] for line in said.err.splitlines() if line.startswith("  ")]
    assert told[0] == "Create report"
    assert told[-2:] == ["Handle done", "Report landed"]
    (polls,) = [line for line in told if line.startswith("asked ")]
    assert polls.startswith("asked 3 times in ")


def test_start_takes_the_input_from_a_file_with_options_over_it(reportflow: Reportflow, tmp_path: Path) -> None:
    request = {"sellingPartnerId": "A2NOBODY", "reportType": "GET_X", "marketplaceIds": ["A1PA6795UKMFR9"]}
    (tmp_path / "request.json").write_text(json.dumps(request))
    said = reportflow("start", "request.json", "--seller", SELLER, "--start", "2026-11-01", "--detach", "--json")
    assert said.exit_code == 0
    given = reportflow("status", said.json["name"], "--follow", "--json").json["input"]
    assert given == {**request, "sellingPartnerId": SELLER, "dataStartTime": "2026-11-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "the input lacks the key --seller"),
        ((*REQUEST, "--start", "2026-11-01T00:00"), "--start is '2026-11-01T00:00', which has no offset"),
        (
            (*REQUEST, "--option", "customs=true"),
            "--option customs is not an option of GET_MERCHANT_LISTINGS_ALL_DATA: ",
        ),
        ((*REQUEST, "--option", "x"), "--option is 'x'; allowed is KEY=VALUE, such as reportPeriod=WEEK"),
        (("missing.json",), "missing.json cannot be read (No such file or directory)"),
    ],
)
def test_start_refuses_before_anything_is_called(
    account: Account, reportflow: Reportflow, arguments: tuple[str, ...], sentence: str
) -> None:
    before = account.machine.client.list_executions(stateMachineArn=account.machine.arn)["executions"]
    said = reportflow("start", *arguments)
    assert (said.exit_code, said.out) == (2, "")
    assert said.err.startswith(f"reportflow: {sentence}")
    assert account.machine.client.list_executions(stateMachineArn=account.machine.arn)["executions"] == before


def test_ctrl_c_stops_the_following_and_not_the_execution(
    account: Account, reportflow: Reportflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as impatient:
        impatient.setattr(follow, "sleep", interrupted)
        said = reportflow("start", *REQUEST, "--start", "2026-11-02")
    assert (said.exit_code, said.out) == (130, "")
    (name,) = re.findall(r"It goes on without you: reportflow status (\S+) --follow", said.err)
    assert reportflow("status", name, "--json").json["status"] == "RUNNING"
    assert reportflow("status", name, "--follow").exit_code == 0


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("reportflow sta", ["start", "status"]),
        ("reportflow start --type GET_MERCHANT_LISTINGS_A", ["GET_MERCHANT_LISTINGS_ALL_DATA"]),
    ],
)
def test_a_shell_completes_commands_and_report_types(words: str, completed: list[str]) -> None:
    asked = {"_REPORTFLOW_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    command = Path(sys.executable).with_name("reportflow")
    said = subprocess.run([command], env=asked, capture_output=True, text=True, check=False)
    assert said.stdout.split() == completed


@pytest.mark.parametrize(
    ("scenario", "exit_code", "outcome"), [(LANDED, 0, "LANDED"), ("cancelled, no data", 4, "NO_DATA")]
)
def test_status_by_name_or_arn(
    account: Account, reportflow: Reportflow, scenario: str, exit_code: int, outcome: str
) -> None:
    arn = account.executions[scenario]
    assert reportflow("status", arn).exit_code == 0
    said = reportflow("status", arn.rsplit(":", 1)[1], "--follow")
    assert said.exit_code == exit_code
    assert outcome in said.out


def test_the_age_of_an_execution_goes_by_the_embedded_clock(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clock = SharedClock(tmp_path / "clock")
    clock.set(FastClock(at=1000, speed=900, shown=1000, made=1000))
    monkeypatch.setenv("REPORTFLOW_CLOCK", str(clock.path))
    monkeypatch.setattr("time.time", lambda: 1010.0)
    assert duration(datetime.fromtimestamp(1000, UTC), None) == "2 h 30 min"
    monkeypatch.delenv("REPORTFLOW_CLOCK")
    assert duration(datetime.fromtimestamp(1000, UTC), None) == "10 s"


def test_status_by_report_id(account: Account, reportflow: Reportflow) -> None:
    said = reportflow("status", account.executions[LANDED], "--json")
    report_id = said.json["output"]["reportId"]
    assert reportflow("status", report_id, "--json").json["name"] == said.json["name"]


def test_what_is_copied_is_whole_and_on_a_line_of_its_own(account: Account, reportflow: Reportflow) -> None:
    output = reportflow("status", account.executions[LANDED], "--json").json["output"]
    said = reportflow("status", account.executions[LANDED])
    assert f"s3://{output['bucket']}/{output['key']}" in said.out.splitlines()
    assert f"s3://{output['bucket']}/{output['manifestKey']}" in said.out.splitlines()


@pytest.mark.parametrize("command", ["status", "explain", "list", "executions"])
def test_what_a_program_reads_is_neither_folded_nor_padded(
    account: Account, reportflow: Reportflow, command: str
) -> None:
    which = [account.executions["cancelled, no data"]] if command in ("status", "explain") else []
    said = reportflow(command, *which)
    lines = [*said.out.splitlines(), *said.err.splitlines()]
    assert [line for line in lines if line != line.rstrip()] == []
    if command == "list":
        columns = [len(line.split()) for line in said.out.splitlines() if "GET_" in line]
        assert set(columns) == {8}


def test_executions_by_status_seller_type_and_day(account: Account, reportflow: Reportflow) -> None:
    def names(*arguments: str) -> list[str]:
        return [one["name"] for one in reportflow("executions", *arguments, "--json").json["executions"]]

    of_all = account.machine.client.list_executions(stateMachineArn=account.machine.arn)["executions"]
    everything = reportflow("executions", "--since", "2020-01-01", "--json").json
    assert everything["count"] == len(of_all)
    no_data = account.executions["cancelled, no data"].rsplit(":", 1)[1]
    assert names("--since", "2020-01-01", "--seller", "A2CANCELLEDNODATA") == [no_data]
    assert no_data in names("--since", "2020-01-01", "--type", "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE")
    assert names("--since", "2020-01-01", "--status", "aborted") == []
    assert names("--since", "2999-01-01") == []
    said = reportflow("executions", "--since", "2020-01-01", "--seller", "A2CANCELLEDNODATA")
    report = "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE A2CANCELLEDNODATA DE 2026-11-01/2026-11-07"
    assert said.out.splitlines()[0].endswith(f"  NO_DATA           {report}")
    assert said.out.splitlines()[1] == f"  {no_data}"
    assert said.err.startswith("1 to 1 of 1 executions since ")


def test_executions_come_in_pages_with_a_true_count(
    account: Account, reportflow: Reportflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = len(account.machine.client.list_executions(stateMachineArn=account.machine.arn)["executions"])
    monkeypatch.setattr(executions, "PAGE", 2)
    first = reportflow("executions", "--since", "2020-01-01")
    assert first.err.startswith(f"1 to 2 of {count} executions")
    assert "--page 2 has the next" in first.err
    pages = [reportflow("executions", "--since", "2020-01-01", "--page", str(page)).out for page in (1, 2)]
    assert first.out == pages[0] != pages[1]


def test_a_date_in_the_future_is_refused_as_it_was_typed(reportflow: Reportflow) -> None:
    for zone in ("UTC", "Asia/Tokyo"):
        orders = ("--seller", SELLER, "--type", BY_NAME[LANDED].input["reportType"], "--marketplace", "DE")
        said = reportflow("start", *orders, "--start", "2026-11-01", "--end", "2999-01-31", "--time-zone", zone)
        assert said.exit_code == 2
        assert said.err.startswith("reportflow: --end is 2999-01-31, which lies in the future")


def test_a_seller_without_a_secret_is_refused_before_anything_starts(account: Account, reportflow: Reportflow) -> None:
    account.more_outputs["SecretPrefix"] = "reportflow"
    before = account.machine.client.list_executions(stateMachineArn=account.machine.arn)["executions"]
    said = reportflow("start", "--seller", "A2STRANGER", *REQUEST[2:])
    account.more_outputs.clear()
    assert said.exit_code == 3
    assert said.err.startswith("reportflow: there is no secret reportflow/selling-partners/A2STRANGER, so nothing can")
    assert account.machine.client.list_executions(stateMachineArn=account.machine.arn)["executions"] == before


def test_list_by_seller_type_day_and_status(reportflow: Reportflow) -> None:
    def listed(*arguments: str) -> list[str]:
        return [row["request"]["sellingPartnerId"] for row in reportflow("list", *arguments, "--json").json]

    assert {"A2CANCELLEDNODATA", "A2DONEJSONINUTF8", SELLER} <= set(listed())
    assert set(listed("--seller", SELLER)) == {SELLER}
    assert listed("--type", "GET_SALES_AND_TRAFFIC_REPORT") == ["A2DONEJSONINUTF8"]
    assert listed("--seller", SELLER, "--type", "GET_SALES_AND_TRAFFIC_REPORT") == []
    assert listed("--status", "no_data") == ["A2CANCELLEDNODATA"]
    assert listed("--from", "2026-11-02", "--status", "NO_DATA") == []
    assert len(listed("--last", "1")) == 1
    said = reportflow("list", "--status", "NO_DATA")
    assert [line.split() for line in said.out.splitlines()][1][:5] == [
        *("A2CANCELLEDNODATA", "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE", "DE", "2026-11-01/11-07", "NO_DATA")
    ]


def test_fetch_by_key_report_and_execution(account: Account, reportflow: Reportflow, tmp_path: Path) -> None:
    (row,) = reportflow("list", "--type", BY_NAME[LANDED].input["reportType"], "--json").json
    key, report_id = row["result"]["key"], row["reportId"]
    served = account.stage.objects()[key]
    for which in (key, f"s3://{row['result']['bucket']}/{key}", report_id, account.executions[LANDED]):
        said = reportflow("fetch", which)
        name = key.rpartition("/")[2]
        assert (said.exit_code, said.out) == (0, f"{name}\n")
        path = tmp_path / name
        assert path.read_bytes() == served
        path.unlink()
    assert list(tmp_path.iterdir()) == []


def test_fetch_decodes_by_the_manifest(account: Account, reportflow: Reportflow, tmp_path: Path) -> None:
    assert reportflow("fetch", account.executions[LANDED], "--utf-8", "-o", "orders.tsv").exit_code == 0
    assert "Müller Kaffee „Röstfrisch“" in (tmp_path / "orders.tsv").read_text("utf-8")
    assert reportflow("fetch", account.executions["done, TSV in windows-31j"], "--utf-8", "-o", "jp.tsv").exit_code == 0
    assert "抹茶①髙島屋" in (tmp_path / "jp.tsv").read_text("utf-8")


def test_fetch_brings_all_of_a_seller_and_some_days(reportflow: Reportflow, tmp_path: Path) -> None:
    said = reportflow("fetch", "--seller", SELLER, "--from", "2026-11-01", "--to", "2026-11-01", "--json")
    assert {entry["path"] for entry in said.json} == {path.name for path in tmp_path.iterdir()} != set()


def test_what_is_gone_leaves_no_file(account: Account, reportflow: Reportflow, tmp_path: Path) -> None:
    output = reportflow("status", account.executions["done, JSON in UTF-8"], "--json").json["output"]
    # What somebody else writes there is another version.
    account.stage.s3.put_object(Bucket=output["bucket"], Key=output["key"], Body=gzip.compress(b"other"))
    assert reportflow("fetch", output["key"], "-o", "whole.json").exit_code == 0
    assert hashlib.sha256((tmp_path / "whole.json").read_bytes()).hexdigest() == output["sha256"]
    (tmp_path / "whole.json").unlink()
    place = {"Key": output["key"], "VersionId": output["versionId"]}
    account.stage.s3.delete_object(Bucket=output["bucket"], **place)
    assert reportflow("fetch", output["key"]).exit_code == 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "exit_code", "sentence"),
    [
        (("status", "nobody"), 3, "the stack reportflow knows no nobody"),
        (("status", "x", "--profile", "other"), 3, "The config profile (other) could not be found"),
        (("fetch", "nobody"), 3, "the stack reportflow knows no nobody"),
        (("fetch", "reports/none.tsv"), 3, "reports/none.tsv has no manifest at manifests/none.json"),
        (("fetch",), 2, "nothing says which report"),
        (("list", "--status", "GONE"), 2, "--status is GONE; allowed are QUEUED, CLAIMED"),
        (("list", "--from", "yesterday"), 2, "--from is 'yesterday'; allowed is a day such as 2026-11-01"),
    ],
)
def test_a_mistake_is_one_sentence(
    reportflow: Reportflow, arguments: tuple[str, ...], exit_code: int, sentence: str
) -> None:
    said = reportflow(*arguments)
    assert (said.exit_code, said.out) == (exit_code, "")
    assert said.err.startswith(f"reportflow: {sentence}")
    assert len(said.err.splitlines()) == 1
