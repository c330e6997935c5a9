"""The tables' files on this machine: as they are in the bucket, those that have changed once more, and no others."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.cli.conftest import Account, Said
from tests.testing.harness import BUCKET
from tests.testing.landed_samples import ORDERS
from tests.testing.moto_aws import session
from tests.testing.tables_in_memory import Tables


def test_tables_come_in_their_folders_and_only_what_has_changed_comes_again(
    reportflow: Callable[..., Said], account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("TablesDatabaseName", "QueryWorkgroupName", "TabulateQueueUrl"):
        monkeypatch.setitem(account.more_outputs, name, "reportflow")
    kept = Tables(tmp_path)
    kept.land("sku\tquantity\na\t1\n", window="one")
    kept.land("sku\tquantity\nb\t2\n", window="two", report_id="R2")
    kept.land("sku\nc\n", report_type=f"{ORDERS}_ELSE", report_id="R3")
    s3 = session("us-east-1").client("s3")

    def upload() -> None:
        for key, body in kept.s3.bodies.items():
            s3.put_object(Bucket=BUCKET, Key=key, Body=body)

    upload()
    asked = ("fetch", "--tables", "--type", ORDERS, "--seller", "A2EXAMPLE", "--from", "2026-11-30", "-o", "rows")
    said = reportflow(*asked, "--json")
    assert [one["file"] for one in said.json] == ["new", "new"]
    everything = f"FROM read_parquet('rows/{ORDERS.lower()}/**/*.parquet', hive_partitioning=true)"
    rows = duckdb.execute(f"SELECT rf_seller, sku, quantity {everything} ORDER BY sku")
    assert rows.fetchall() == [
        ("A2EXAMPLE", "a", "1"),
        ("A2EXAMPLE", "b", "2"),
    ]
    kept.land("sku\tquantity\nb\t3\n", window="two", report_id="R4", landed_at="2026-11-09T06:00:00+00:00")
    upload()
    assert sorted(one["file"] for one in reportflow(*asked, "--json").json) == ["replaced", "unchanged"]
    assert len(reportflow("fetch", "--tables", "-o", "all", "--json").json) == 3
    nothing = reportflow("fetch", "--tables", "--seller", "A2NOBODY")
    assert (nothing.exit_code, "nothing like that is in a table" in nothing.err) == (3, True)
    refused = reportflow("fetch", "--tables", "R1")
    assert (refused.exit_code, "is given with --tables" in refused.err) == (2, True)


def test_a_stack_without_tables_has_none_to_fetch(reportflow: Callable[..., Said]) -> None:
    said = reportflow("fetch", "--tables", "-o", "rows")
    assert (said.exit_code, "has no tables" in said.err) == (3, True)
