"""Two reports of a window side by side: what Amazon has restated."""

import json
from collections.abc import Callable
from typing import Any

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
