"""Two reports of a window side by side: what Amazon has restated."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from local.simulator import Document, Script
from tests.cli.conftest import Account, Said
from tests.testing.scenario_steps import ORDERS

Reportflow = Callable[..., Said]
HEADER = ["order", "name"]
BEFORE, AFTER = [["1", "Müller"], ["2", "[b]"], ["3", "x"]], [["3", "x"], ["2", "[c]"], ["4", "Ж"], ["1", "Müller"]]
RESTRICTED = "GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING"


def landed(account: Account, given: dict[str, Any], name: str, *documents: Document) -> list[Any]:
    account.stage.authorize(given["sellingPartnerId"])
    ended = []
    for number, document in enumerate(documents):
        account.stage.simulator.script(given["reportType"], Script(document=document))
        arn = account.machine.start({**given, "refresh": True}, name=f"{name}-{number}").arn
        ended.append(account.machine.execution(arn).result().output)
    return ended


@pytest.fixture(scope="module")
def restated(account: Account) -> list[Any]:
    """Land a window three times: restated in another charset, then as it was."""
    documents = Document.tsv([HEADER, *BEFORE], charset="Cp1252"), Document.tsv([HEADER, *AFTER])
    return landed(account, {**ORDERS.input, "sellingPartnerId": "A2DIFF"}, "diff", *documents, documents[1])


def test_a_report_is_compared_with_what_its_window_had_before(reportflow: Reportflow, restated: list[Any]) -> None:
    first, _, last = restated
    said = reportflow("diff", last["key"], "--json")
    assert said.exit_code == 1
    found = said.json
    assert (found["before"]["reportId"], found["after"]["reportId"]) == (first["reportId"], last["reportId"])
    assert (found["new"], found["gone"], found["same"], found["header"]) == (2, 1, 2, HEADER)
    assert found["goneRows"] == [["2", "[b]"]]
    assert found["newRows"] == [["2", "[c]"], ["4", "Ж"]]


def test_the_rows_that_differ_are_a_table(reportflow: Reportflow, restated: list[Any]) -> None:
    said = reportflow("diff", restated[0]["reportId"], restated[-1]["reportId"], "--rows", "1")
    lines = [line.split() for line in said.out.splitlines()]
    assert lines[2:] == [
        ["2", "rows", "are", "new,", "1", "are", "gone,", "2", "are", "the", "same."],
        HEADER,
        ["-", "2", "[b]"],
        ["+", "2", "[c]"],
    ]


def test_the_same_bytes_are_no_difference(reportflow: Reportflow, restated: list[Any]) -> None:
    said = reportflow("diff", restated[2]["reportId"], restated[1]["reportId"])
    assert (said.exit_code, said.out.splitlines()[-1]) == (0, "The bytes are the same.")


def test_rows_with_personal_data_are_counted_and_not_shown(account: Account, reportflow: Reportflow) -> None:
    given = {**ORDERS.input, "sellingPartnerId": "A2DIFFRESTRICTED", "reportType": RESTRICTED}
    documents = (Document.tsv([HEADER, ["1", "Erika Mustermann"]]), Document.tsv([HEADER, ["1", "Max Mustermann"]]))
    _, last = landed(account, given, "restricted", *documents)
    for options in ((), ("--json",)):
        said = reportflow("diff", last["key"], *options)
        assert said.exit_code == 1
        assert "Mustermann" not in said.out + said.err
        assert "are not shown" in said.out
    assert json.loads(said.out)["new"] == 1


def test_the_only_report_of_a_window_has_none_before_it(account: Account, reportflow: Reportflow) -> None:
    (only,) = landed(account, {**ORDERS.input, "sellingPartnerId": "A2ONLY"}, "only", Document.tsv([HEADER]))
    said = reportflow("diff", only["reportId"])
    assert said.exit_code == 3
    assert said.err.startswith(f"reportflow: {only['reportId']} is its window's only report")


def text(content: str, *, charset: str = "utf-8", label: str = "text/plain; charset=UTF-8") -> Document:
    return Document.of(content.encode(charset), content_type=label)


GERMAN = "id\tname\n" + "".join(f"{number}\tMüller für Händler\n" for number in range(9))
# Polish, in a charset that nothing names and Germany does not have.
UNKNOWN = ("id\tname\n" + "1\tŁódź łąka źdźbło\n" * 3).encode("cp1250")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        pytest.param(
            text("id\tb\n1\t2\n"),
            text("id\tc\n1\t2\n"),
            ["0 rows are new, 0 are gone, 1", "b is now c"],
            id="renamed",
            marks=pytest.mark.exhaustive,
        ),
        pytest.param(
            text("id\tb\n1\t2\n"),
            text("id\tb\tc\n1\t2\t3\n"),
            ["1 rows are new, 1 are gone, 0", "c appeared", "\n+  1   2  3"],
            id="a column more",
            marks=pytest.mark.exhaustive,
        ),
        pytest.param(
            text("id\tb\n1\t2\n"), text("b\tid\n2\t1\n"), ["1 rows are new, 1 are gone", "moved"], id="columns moved"
        ),
        pytest.param(
            text("id\tb\n1\t2\n3\t4\n"),
            text("id\tb\r\n3\t4\r\n1\t2\r\n"),
            ["0 rows are new, 0 are gone, 2", "Their bytes differ in order, ends of lines, charset"],
            id="order and ends of lines",
            marks=pytest.mark.exhaustive,
        ),
        pytest.param(
            text(GERMAN, charset="cp1252", label="text/plain; charset=Cp1252"),
            text(GERMAN, charset="utf-16", label="text/plain; charset=UTF-16"),
            ["0 rows are new, 0 are gone, 9"],
            id="charset",
        ),
        pytest.param(
            text('id,note\n1,"a,b\nc"\n2,x\n'),
            text('id,note\n2,x\n1,"a,b\nd"\n1,"a,b\nd"\n'),
            ["2 rows are new, 1 are gone, 1", "-  1   a,b\\nc\n", "+  1   a,b\\nd\n"],
            id="ends of lines in cells",
        ),
        pytest.param(
            text("id\tb\n1\t2\n"),
            text("id\tb\n1\t2\tmore\n"),
            ["-  1   2", "+  1   2  more"],
            id="ragged",
            marks=pytest.mark.exhaustive,
        ),
        pytest.param(
            text("id\tb\n1\t2\n"),
            text("id,b\n1,2\n"),
            ["The bytes differ. Rows are not compared: they are not two flat files of a kind."],
            id="another kind",
            marks=pytest.mark.exhaustive,
        ),
        pytest.param(
            Document.json({"a": 1}),
            Document.json({"a": 2}),
            ["Rows are not compared"],
            id="JSON",
            marks=pytest.mark.exhaustive,
        ),
        pytest.param(
            Document.of(UNKNOWN, content_type="text/plain"),
            Document.of(UNKNOWN + b"2\tx\n", content_type="text/plain"),
            ["1 rows are new, 0 are gone, 3", "\n+  2   x"],
            id="a charset that is not known",
        ),
        pytest.param(
            Document.of(UNKNOWN, content_type="text/plain"),
            text(GERMAN),
            ["Rows are not compared: the charset of one of them is not certain."],
            id="a charset that is not known, and one that is",
            marks=pytest.mark.exhaustive,
        ),
    ],
)
def test_each_kind_of_change_is_said(
    account: Account,
    reportflow: Reportflow,
    request: pytest.FixtureRequest,
    before: Document,
    after: Document,
    said: list[str],
) -> None:
    name = "".join(letter for letter in request.node.callspec.id if letter.isalpha())
    given = {**ORDERS.input, "sellingPartnerId": f"A2{name.upper()}"}
    _, last = landed(account, given, name, before, after)
    found = reportflow("diff", last["key"])
    assert found.exit_code == 1
    for part in said:
        assert part in found.out
    assert reportflow("diff", last["key"], "--json").json["changed"] is True


def test_what_took_more_than_one_run_is_compared_all_the_same(account: Account, reportflow: Reportflow) -> None:
    given = {**ORDERS.input, "sellingPartnerId": "A2RUNS"}
    documents = text("id\tb\n1\t2\n"), text("id\tb\n1\t3\n")
    first, last = landed(account, given, "runs", *documents)
    where = {"Bucket": last["bucket"], "Key": last["manifestKey"]}
    s3 = boto3.client("s3")
    manifest = json.loads(s3.get_object(**where)["Body"].read())
    # As such a document's manifest has it.
    manifest["result"]["sha256"] = None
    s3.put_object(**where, Body=json.dumps(manifest).encode())
    said = reportflow("diff", first["reportId"], last["reportId"], "--json")
    assert (said.exit_code, said.json["new"], said.json["gone"]) == (1, 1, 1)
    assert reportflow("diff", last["reportId"], last["reportId"]).exit_code == 0


@pytest.mark.parametrize("wanted", ["nobody-knows", "reports/GET_X/none.tsv.gz"])
def test_a_report_that_is_not_there_has_no_difference(reportflow: Reportflow, restated: list[Any], wanted: str) -> None:
    for arguments in ((wanted,), (restated[0]["reportId"], wanted)):
        said = reportflow("diff", *arguments)
        assert said.exit_code == 3
        assert len(said.err.splitlines()) == 1
