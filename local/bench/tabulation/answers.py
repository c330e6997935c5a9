"""From the event `Report Landed` to the answer of a query, on the embedded AWS: queue, function, catalogue, query."""

import json
import statistics
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console

from local.amazon import simulated
from local.aws import EmbeddedAws
from local.simulator import Simulator
from local.synthesis import synthesize

SELLER = "A1EMBEDDED"
REQUEST = {
    "sellingPartnerId": SELLER,
    "reportType": "GET_MERCHANT_LISTINGS_ALL_DATA",
    "marketplaceIds": ["ATVPDKIKX0DER"],
}
REPORTS = 40
# A cold start and the table's first column are no part of what is measured.
UNCOUNTED = 2
LONGEST_SECONDS = 120
# Between two looks: what is measured is that much too long at most.
PAUSE_SECONDS = 0.05


class NoAnswer(Exception):
    """The rows of a report have not become visible."""


def run_answers(directory: Path, *, console: Console) -> None:
    """Measure, tell, and write answers.json into `directory`."""
    directory.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=directory, prefix="answers-") as temporary:
        aws = EmbeddedAws(directory=Path(temporary, "aws"), speed=1200)
        with Simulator(reports_clock=aws.clock, certificate=aws.server_certificate, key=aws.server_key) as amazon, aws:
            side = simulated(amazon, selling_partner_ids=[SELLER])
            console.print("Deploying the stack with tables into the embedded AWS")
            assembly = synthesize(Path(temporary, "cdk.out"), context={**side.context, "tables": "true"})
            outputs = aws.deploy(assembly, stack_name="reportflow")
            for name, secret in side.secrets("reportflow").items():
                aws.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(dict(secret)))
            answers = _Answers(aws, outputs)
            landed = answers.land()
            seconds = [answers.seconds(landed, number) for number in range(REPORTS + UNCOUNTED)][UNCOUNTED:]
    measured = {
        "reports": len(seconds),
        "p50Seconds": round(statistics.median(seconds), 2),
        "p95Seconds": round(statistics.quantiles(seconds, n=20)[-1], 2),
        "mostSeconds": round(max(seconds), 2),
    }
    (directory / "answers.json").write_text(json.dumps(measured, indent=2) + "\n")
    console.print(
        f"From Report Landed to a query's answer, warm, one report of {landed['result']['rows']} rows after the other: "
        f"median {measured['p50Seconds']} s, p95 {measured['p95Seconds']} s, at most {measured['mostSeconds']} s of "
        f"{REPORTS}.",
        highlight=False,
    )


class _Answers:
    """Lands reports in a deployed stack, and asks for their rows."""

    def __init__(self, aws: EmbeddedAws, outputs: Mapping[str, str]) -> None:
        self._aws, self._outputs, self._bucket = aws, outputs, outputs["ReportBucketName"]

    def land(self) -> dict[str, Any]:
        """Have one report landed by the machine, and return its manifest."""
        states = self._aws.client("stepfunctions")
        started = states.start_execution(stateMachineArn=self._outputs["StateMachineArn"], input=json.dumps(REQUEST))
        patience = time.monotonic() + LONGEST_SECONDS
        while (execution := states.describe_execution(executionArn=started["executionArn"]))["status"] == "RUNNING":
            if time.monotonic() > patience:
                raise NoAnswer("the report does not land")
            time.sleep(PAUSE_SECONDS)
        key = json.loads(execution["output"])["manifestKey"]
        manifest: dict[str, Any] = json.loads(
            self._aws.client("s3").get_object(Bucket=self._bucket, Key=key)["Body"].read()
        )
        return manifest

    def seconds(self, landed: Mapping[str, Any], number: int) -> float:
        """Tell of the same document as another window's report, and return how long it takes until a query sees it."""
        report_id, key = f"bench-{number}", f"manifests/bench-{number}.json"
        result = {**landed["result"], "reportId": report_id, "manifestKey": key}
        manifest = {**landed, "result": result, "requestFingerprint": report_id}
        self._aws.client("s3").put_object(Bucket=self._bucket, Key=key, Body=json.dumps(manifest).encode())
        detail = json.dumps({"outcome": "LANDED", "bucket": self._bucket, "manifestKey": key})
        entry = {"Source": "reportflow", "DetailType": "Report Landed", "Detail": detail}
        begun = time.monotonic()
        self._aws.client("events").put_events(Entries=[entry])
        table = result["reportType"].lower()
        sql = f"SELECT count(*) FROM \"{table}\" WHERE rf_report_id = '{report_id}'"  # noqa: S608 - our own names
        while self._count(sql) != result["rows"]:
            if time.monotonic() - begun > LONGEST_SECONDS:
                raise NoAnswer(f"the rows of {report_id} are not there after {LONGEST_SECONDS} seconds")
            time.sleep(PAUSE_SECONDS)
        return time.monotonic() - begun

    def _count(self, sql: str) -> int:
        """Return the number that a query answers with; none while there is no table."""
        athena = self._aws.client("athena")
        started = athena.start_query_execution(
            QueryString=sql,
            QueryExecutionContext={"Database": self._outputs["TablesDatabaseName"]},
            WorkGroup=self._outputs["QueryWorkgroupName"],
        )["QueryExecutionId"]
        while True:
            found = athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]["Status"]["State"]
            if found in ("SUCCEEDED", "FAILED", "CANCELLED"):
                break
            time.sleep(PAUSE_SECONDS)
        if found != "SUCCEEDED":
            return 0
        rows = athena.get_query_results(QueryExecutionId=started)["ResultSet"]["Rows"]
        return int(rows[1]["Data"][0]["VarCharValue"])
