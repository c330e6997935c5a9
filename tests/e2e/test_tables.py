"""What lands in the deployed stack is there for Athena, whoever lands how many at once; and nothing else is changed."""

# ruff: noqa: S608 - the names in these queries are ours

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config

from cli.local_run import executions
from lambdas.tables.catalog import Catalog
from lambdas.tables.landed_report import LandedReport
from lambdas.tables.names import OWN
from lambdas.tables.table_files import Superseded, TableFiles
from lambdas.tables.tabulate import Tabulator
from lambdas.tables.views import views_of
from local.amazon import simulated
from local.aws import EmbeddedAws
from local.simulator import Simulator
from local.synthesis import synthesize
from tests.testing.landed_samples import ORDERS, manifest, zipped

SELLER = "A1EMBEDDED"
REQUEST = {
    "sellingPartnerId": SELLER,
    "reportType": "GET_MERCHANT_LISTINGS_ALL_DATA",
    "marketplaceIds": ["ATVPDKIKX0DER"],
}
TABLE = ORDERS.lower()
AT_ONCE = 20


class Stack:
    """The stack with tables, deployed."""

    def __init__(self, aws: EmbeddedAws, outputs: dict[str, str]) -> None:
        self.aws, self.outputs = aws, outputs
        self.bucket, self.database = outputs["ReportBucketName"], outputs["TablesDatabaseName"]

    def land(self, text: str, **more: Any) -> None:
        """Put a report into the bucket as landing does, and tell of it as Publish outcome does."""
        landed = manifest(**more)
        landed["result"]["bucket"] = self.bucket
        key = f"manifests/{landed['result']['reportId']}.json"
        s3 = self.aws.client("s3")
        put = s3.put_object(Bucket=self.bucket, Key=landed["result"]["key"], Body=zipped(text))
        landed["result"]["versionId"] = put["VersionId"]
        s3.put_object(Bucket=self.bucket, Key=key, Body=json.dumps(landed).encode())
        self.tell(key)

    def tell(self, manifest_key: str) -> None:
        detail = json.dumps({"outcome": "LANDED", "bucket": self.bucket, "manifestKey": manifest_key})
        entry = {"Source": "reportflow", "DetailType": "Report Landed", "Detail": detail}
        assert self.aws.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0

    def query(self, sql: str) -> list[list[str]]:
        """Return the rows of a query's answer."""
        rows, _ = self.answer(sql, self.database, self.outputs["QueryWorkgroupName"])
        return rows

    def answer(self, sql: str, database: str, workgroup: str) -> tuple[list[list[str]], str]:
        """Return the rows of a query's answer, and where Athena keeps it."""
        athena = self.aws.client("athena")
        started = athena.start_query_execution(
            QueryString=sql, QueryExecutionContext={"Database": database}, WorkGroup=workgroup
        )
        while True:
            execution = athena.get_query_execution(QueryExecutionId=started["QueryExecutionId"])["QueryExecution"]
            if execution["Status"]["State"] in ("SUCCEEDED", "FAILED"):
                break
            time.sleep(0.1)
        assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]["StateChangeReason"]
        rows = athena.get_query_results(QueryExecutionId=started["QueryExecutionId"])["ResultSet"]["Rows"]
        kept_at: str = execution["ResultConfiguration"]["OutputLocation"]
        return [[cell.get("VarCharValue", "") for cell in row["Data"]] for row in rows[1:]], kept_at

    def wait_for(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so, for a minute at most."""
        patience = time.monotonic() + 60
        while not is_so():
            assert time.monotonic() < patience
            time.sleep(0.3)

    def files(self, zone: str = "") -> list[str]:
        listed = self.aws.client("s3").list_objects_v2(Bucket=self.bucket, Prefix=f"{zone}tables/").get("Contents", [])
        return [found["Key"] for found in listed]


@contextmanager
def deployed(directory: Path, *, without: str = "") -> Iterator[Stack]:
    """Deploy the stack with tables; `without` is a service that no role may use."""
    aws = EmbeddedAws(directory=directory / "aws", speed=1200)
    with Simulator(reports_clock=aws.clock, certificate=aws.server_certificate, key=aws.server_key) as simulator, aws:
        side = simulated(simulator, selling_partner_ids=[SELLER])
        context = {**side.context, "tables": "true", "restrictedTables": "true"}
        assembly = synthesize(directory / "cdk.out", context=context)
        if without:
            template = assembly / "reportflow.template.json"
            template.write_text(template.read_text().replace(f'"{without}:', '"sts:'))
        outputs = aws.deploy(assembly, stack_name="reportflow")
        for name, secret in side.secrets("reportflow").items():
            aws.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(dict(secret)))
        yield Stack(aws, outputs)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with deployed(tmp_path_factory.mktemp("stack")) as running:
        yield running


def execute(
    stack: Stack, given: dict[str, Any] = REQUEST, *, machine: str = "StateMachineArn", name: str = "one"
) -> Any:
    states = stack.aws.client("stepfunctions")
    execution = executions.start(states, stack.outputs[machine], name=name, given=given, ends=None)
    stack.wait_for(lambda: states.describe_execution(executionArn=execution.arn)["status"] != "RUNNING")
    return json.loads(states.describe_execution(executionArn=execution.arn)["output"])


def test_what_the_machine_lands_is_queryable(stack: Stack) -> None:
    result = execute(stack)
    assert result["outcome"] == "LANDED"
    table = result["reportType"].lower()
    stack.wait_for(lambda: any(table in key for key in stack.files()))
    counted = stack.query(f'SELECT rf_report_id, count(*) FROM "{table}" GROUP BY 1')
    assert counted == [[result["reportId"], str(result["rows"])]]


def test_personal_data_its_rows_and_answers_about_it_stay_in_their_zone(stack: Stack) -> None:
    request = {**REQUEST, "reportType": "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_INVOICING"}
    result = execute(stack, request, name="restricted")
    assert result["key"].startswith("restricted/")
    table, database = result["reportType"].lower(), stack.outputs["RestrictedTablesName"]
    stack.wait_for(lambda: any(table in key for key in stack.files("restricted/")))
    assert not any(table in key for key in stack.files())
    rows, kept_at = stack.answer(f'SELECT count(*) FROM "{table}"', database, database)
    assert rows == [[str(result["rows"])]]
    assert kept_at.startswith(f"s3://{stack.bucket}/restricted/athena/")


def test_what_a_backfill_lands_is_queryable(stack: Stack) -> None:
    report_type = "GET_FBA_REIMBURSEMENTS_DATA"
    span = {"from": "2026-11-01", "to": "2026-11-03", "period": "DAY"}
    assert execute(stack, {**REQUEST, "reportType": report_type, **span}, machine="BackfillMachineArn")["windows"] == 3
    stack.wait_for(lambda: sum(report_type.lower() in key for key in stack.files()) == 3)


def test_ten_events_one_of_them_twice_are_ten_windows_and_views_are_of_the_newest(stack: Stack) -> None:
    for number in range(10):
        text = f"amazon-order-id\tquantity\n{number % 5}\t{number}\n{number % 5}\t{number}\n"
        stack.land(text, report_id=f"R{number}", window=f"w{number}", landed_at=f"2026-11-02T06:00:0{number}+00:00")
    stack.tell("manifests/R3.json")
    stack.wait_for(lambda: sum(TABLE in key for key in stack.files()) == 10)
    stack.wait_for(lambda: _messages(stack) == 0)
    assert stack.query(f'SELECT count(*), count(DISTINCT rf_report_id) FROM "{TABLE}"') == [["20", "10"]]
    columns = Catalog(glue=stack.aws.client("glue"), database=stack.database, location="").columns(TABLE) or []
    for name, sql in views_of(TABLE, columns, source=f'"{TABLE}"').items():
        stack.query(f'CREATE OR REPLACE VIEW "{name}" AS {sql}')
    assert stack.query(f'SELECT sum(quantity) FROM "{TABLE}_latest"') == [[str(2 * (5 + 6 + 7 + 8 + 9))]]


def _messages(stack: Stack) -> int:
    url = stack.outputs["TabulateQueueUrl"]
    names: Any = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = stack.aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(value) for value in attributes.values())


@pytest.mark.parametrize("new_columns", [True, False])
def test_windows_that_are_tabulated_at_once_are_all_there_with_all_their_columns(
    stack: Stack, new_columns: bool
) -> None:
    report_type = f"GET_AT_ONCE_{new_columns}".upper()
    landed = [
        _landed(stack, f"sku\tc{number * new_columns}\n1\t{number}\n", report_type, f"r{number}", window=f"w{number}")
        for number in range(AT_ONCE)
    ]
    _at_once(stack, landed)
    catalog, table = Catalog(glue=stack.aws.client("glue"), database=stack.database, location=""), report_type.lower()
    columns = catalog.columns(table) or []
    assert {*columns} == {*OWN, "sku", *(f"c{number * new_columns}" for number in range(AT_ONCE))}
    of: Any = {"DatabaseName": stack.database, "TableName": table}
    partitions = stack.aws.client("glue").get_partitions(**of)["Partitions"]
    assert [{c["Name"] for c in one["StorageDescriptor"]["Columns"]} for one in partitions] == [{*columns}]
    assert stack.query(f'SELECT count(*), count(DISTINCT rf_report_id) FROM "{table}"') == [[str(AT_ONCE)] * 2]


def test_of_one_windows_reports_that_are_tabulated_at_once_the_newest_stays(stack: Stack) -> None:
    landed = [
        _landed(stack, f"sku\n{n}\n", "GET_REFRESHED", f"r{n:02}", landed_at=f"2026-11-02T06:00:{n:02}+00:00")
        for n in range(AT_ONCE)
    ]
    _at_once(stack, landed)
    assert stack.query('SELECT sku FROM "get_refreshed"') == [[str(AT_ONCE - 1)]]


def _landed(stack: Stack, text: str, report_type: str, report_id: str, **more: Any) -> LandedReport:
    described = manifest(report_type=report_type, report_id=report_id, key=f"reports/{report_type}/{report_id}", **more)
    key = described["result"]["key"]
    put = stack.aws.client("s3").put_object(Bucket=stack.bucket, Key=key, Body=zipped(text))
    described["result"] |= {"bucket": stack.bucket, "versionId": put["VersionId"]}
    return LandedReport.from_manifest(described)


def _at_once(stack: Stack, landed: list[LandedReport]) -> None:
    config = Config(max_pool_connections=AT_ONCE)
    s3, glue = stack.aws.client("s3", config=config), stack.aws.client("glue", config=config)

    def tabulate(report: LandedReport) -> None:
        files = TableFiles(s3=s3, prefix="tables", headers={})
        catalog = Catalog(glue=glue, database=stack.database, location=f"s3://{stack.bucket}/tables")
        with suppress(Superseded):
            Tabulator(files=files, catalog=catalog, aliases={}).tabulate(report)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(tabulate, landed))


def test_what_has_landed_and_was_not_told_of_is_found_by_the_daily_look(stack: Stack) -> None:
    before = len(stack.files())
    stack.land("sku\n1\n", report_id="told", window="told", report_type="GET_TOLD")
    stack.wait_for(lambda: len(stack.files()) == before + 1)
    landed = manifest(report_id="untold", window="untold", report_type="GET_UNTOLD")
    s3 = stack.aws.client("s3")
    put = s3.put_object(Bucket=stack.bucket, Key="reports/untold", Body=zipped("sku\n1\n"))
    landed["result"] |= {"bucket": stack.bucket, "versionId": put["VersionId"]}
    s3.put_object(Bucket=stack.bucket, Key="manifests/untold.json", Body=json.dumps(landed).encode())
    functions = stack.aws.client("lambda").list_functions()["Functions"]
    (name,) = (one["FunctionName"] for one in functions if "FindUntabulated" in one["FunctionName"])
    answer = json.loads(stack.aws.client("lambda").invoke(FunctionName=name)["Payload"].read())
    assert answer == {"sent": 1}
    stack.wait_for(lambda: any("get_untold" in key for key in stack.files()))


def test_a_landing_does_not_fail_by_what_its_tables_lack(tmp_path: Path) -> None:
    with deployed(tmp_path, without="glue") as stack:
        assert execute(stack)["outcome"] == "LANDED"
        stack.wait_for(lambda: _failures(stack) > 0)
        assert stack.files() == []


def _failures(stack: Stack) -> int:
    logs = stack.aws.client("logs")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    (group,) = (name for name in groups if "TabulateLogs" in name)
    events = logs.filter_log_events(logGroupName=group)["events"]
    return sum("AwsDenied" in event["message"] for event in events)
