"""One odd execution, report or file never costs the others theirs."""

import io
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from cli.console_page.executions import described
from cli.console_page.preview import preview
from cli.file_names import MOST_BYTES, bounded
from cli.local_run.executions import LocalExecution, summarize
from cli.local_run.screen import Screen
from cli.terminal import Terminal
from tests.testing.documented_schemas import validator

DEEP = "[" * 60_000


class Bucket:
    """S3 with one object that fits every key, or none."""

    def __init__(self, body: bytes | None) -> None:
        self.body = body

    def download_file(self, _bucket: str, _key: str, path: str) -> None:
        """Write it."""
        if self.body is None:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        Path(path).write_bytes(self.body)

    def get_object(self, **_: Any) -> dict[str, Any]:
        """Return it."""
        return {"Body": io.BytesIO(self.body or b"")}


OUTPUTS: list[Any] = [
    {"outcome": "LANDED", "bucket": "b", "key": f"reports/x/{'%C3%A9' * 180}.tsv.gz"},
    {"outcome": "LANDED", "bucket": "b", "key": f"reports/{'y' * 300}/{'z' * 300}.json"},
    {"outcome": "LANDED", "bucket": "b", "key": "reports/\x00/x"},
    {"outcome": "LANDED", "bucket": "b", "key": "reports/../../../elsewhere"},
    {"outcome": "LANDED", "key": "reports/x"},
    {"outcome": "LANDED", "bucket": "b", "key": 7},
    {"outcome": ["odd"]},
    {"outcome": None},
    "no object, and a key",
    ["key"],
    7,
    None,
    DEEP,
]


@pytest.mark.parametrize("body", [b"REPORT", None])
def test_each_execution_has_its_summary_and_its_row(tmp_path: Path, body: bytes | None) -> None:
    bucket: Any = Bucket(body)
    names = ["[/]", "\x1b]0;x\x07", "plain"]
    ended = [
        LocalExecution(
            name=names[number % 3], input=output, ends=None, arn=f"arn:{number}", status="SUCCEEDED", output=output
        )
        for number, output in enumerate(OUTPUTS)
    ]
    failed = [
        LocalExecution(name="[/]", input={}, ends=None, arn="arn:f", status="FAILED", error="E", cause=cause)
        for cause in (DEEP, "[/]", "\x1b[2J", '{"errorMessage": "why"}', "", None)
    ]
    summaries = [summarize(one, counted=Counter(), s3=bucket, landed=tmp_path) for one in (*ended, *failed)]
    validator("summary").validate(summaries)
    written = io.StringIO()
    Screen(Terminal(file=written, width=100, markup=False)).outcomes([*ended, *failed], summaries)
    assert sum(line.startswith(("✓", "✗")) for line in written.getvalue().splitlines()) == len(OUTPUTS) + 6
    assert "\x1b" not in written.getvalue()
    landed = [summary["sha256"] for summary in summaries if "sha256" in summary]
    assert len(landed) == (3 if body else 0)
    assert len([summary for summary in summaries if "notFetched" in summary]) == (3 if body else 6)
    assert not (tmp_path.parent / "elsewhere").exists()


@pytest.mark.parametrize("name", ["x", "é" * 500, "%C3%A9" * 180 + ".tsv.gz", "日" * 200 + ".json", "a" * 201])
def test_a_file_name_fits_and_tells_apart(name: str) -> None:
    assert len(bounded(name).encode()) <= MOST_BYTES
    assert bounded(name).endswith(name[-5:])
    assert bounded(name) != bounded(f"{name[:-9]}!{name[-9:]}")
    assert (bounded(name) == name) == (len(name.encode()) <= MOST_BYTES)


ODD_INPUTS = ["", "{", DEEP, DEEP + "]" * 60_000, "NaN", "7", '"\\ud800"', '["reportType"]', '{"reportType": {"a": 1}}']


@pytest.mark.parametrize("given", ODD_INPUTS)
def test_an_execution_with_an_odd_input_has_its_row_on_the_page(given: str) -> None:
    answer: Any = {
        "executionArn": "arn", "name": "odd", "status": "FAILED", "startDate": datetime(2026, 11, 20, tzinfo=UTC),
        "input": given, "output": ODD_INPUTS[0], "error": "InvalidRequest",
    }  # fmt: skip
    row = described(answer, kind="report")
    assert (row["name"], row["outcome"]) == ("odd", "InvalidRequest")


@pytest.mark.parametrize("kind", ["tsv", "csv", "json", "xml", "tsv.gz"])
@pytest.mark.parametrize(
    "body",
    [DEEP.encode(), b'{"a":' * 9_000, b'"' + b"x" * 60_000, b"\x1f\x8bno gzip", b"\x00\xff" * 99, b"a\tb\n\x1b[2J"],
)
@pytest.mark.parametrize("charset", ["UTF-8", "windows-1252", "no-such-charset", "cp932"])
def test_every_report_has_a_preview_or_a_reason(kind: str, body: bytes, charset: str) -> None:
    bucket: Any = Bucket(body)
    landed = {"bucket": "b", "key": f"reports/x.{kind}", "charset": charset, "bytes": len(body)}
    assert set(preview(bucket, landed)) <= {"rows", "hidden", "text", "withheld"}


@pytest.mark.parametrize(
    ("key", "body", "hidden"),
    [
        ("reports/x.tsv", "order-id\tbuyer-email\tsku\n1\tx@y.example\tS\n", ["buyer-email"]),
        ("reports/x.tsv", '"order-id"\t"buyer-email"\n"1"\t"x@y.example"\n', ["buyer-email"]),
        ("reports/x.csv", 'Orders of a week\norder-id,"Buyer Name"\n1,x@y.example\n', ["Buyer Name"]),
        ("reports/x.tsv", "注文番号\t購入者名\n1\tx@y.example\n", ["購入者名"]),
    ],
)
def test_columns_of_buyers_are_not_shown(key: str, body: str, hidden: list[str]) -> None:
    bucket: Any = Bucket(body.encode())
    shown = preview(bucket, {"bucket": "b", "key": key, "charset": "UTF-8", "bytes": len(body)})
    assert shown["hidden"] == hidden
    assert "1" in [row[0] for row in shown["rows"]]
    assert "x@y.example" not in str(shown)


@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("reports/x.json", '{"orders": [{"buyerEmail": "x@y.example"}]}'),
        ("reports/x.xml", "<Orders><Order><BuyerName>x@y.example</BuyerName></Order></Orders>"),
        ("reports/x.txt", "order-id;buyer-email\n1;x@y.example\n"),
        ("reports/x.csv", "order-id;buyer-email\n1;x@y.example\n"),
    ],
)
def test_what_has_no_columns_to_hide_is_withheld(key: str, body: str) -> None:
    bucket: Any = Bucket(body.encode())
    shown = preview(bucket, {"bucket": "b", "key": key, "charset": "UTF-8", "bytes": len(body)})
    assert set(shown) == {"withheld"}
    assert "uyer" in shown["withheld"]


def test_a_type_that_amazon_restricts_is_withheld_wherever_it_lies() -> None:
    bucket: Any = Bucket(b"a\tb\n")
    landed = {"bucket": "b", "key": "reports/x.tsv", "charset": "UTF-8", "bytes": 4}
    landed["reportType"] = "GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING"
    assert set(preview(bucket, landed)) == {"withheld"}


def test_a_row_that_is_cut_is_not_shown() -> None:
    body = b"a\tb\n" + b"x" * 30_000 + b"\t1\n" + b"y" * 60_000
    shown = preview(cast("Any", Bucket(body)), {"bucket": "b", "key": "x.tsv", "charset": "UTF-8", "bytes": len(body)})
    assert [row[0][:1] for row in shown["rows"]] == ["a", "x"]
