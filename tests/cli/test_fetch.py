"""Daily fetches into one folder: each window is there once, and earlier versions of it are found."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.fetched_files import path_within
from local.simulator import Document, Script
from tests.cli.conftest import Account, Said
from tests.testing.scenario_steps import ORDERS

Reportflow = Callable[..., Said]

KEY = "reports/sellingPartnerId=A/reportType=T/date=2026-11-01/2026-11-01_DE_0123456789abcdef.tsv.gz"


def manifest(**more: Any) -> dict[str, Any]:
    return {"result": {"key": KEY, "sellingPartnerId": "A/B", "reportType": "T", "reportId": "R1"}, **more}


@pytest.fixture(scope="module")
def restated(account: Account) -> list[Any]:
    """Land a window twice; the second report is no gzip, and has other rows."""
    given = {**ORDERS.input, "sellingPartnerId": "A2RESTATED", "refresh": True}
    account.stage.authorize("A2RESTATED")
    plain = Document.tsv([["order", "sku"], ["1", "A"], ["2", "B"]], gzip=False)
    ended = []
    for number, document in enumerate((Document.tsv([["order", "sku"], ["1", "A"]]), plain)):
        account.stage.simulator.script(given["reportType"], Script(document=document))
        arn = account.machine.start(given, name=f"restated-{number}").arn
        ended.append(account.machine.execution(arn).result())
    return ended


@pytest.mark.parametrize(
    ("layout", "utf8", "path"),
    [
        ("flat", False, "2026-11-01_DE_0123456789abcdef.tsv.gz"),
        ("flat", True, "2026-11-01_DE_0123456789abcdef.tsv"),
        ("key", False, KEY),
        ("{seller}/{type}/{day}", False, "A%2FB/T/2026-11-01/2026-11-01_DE_0123456789abcdef.tsv.gz"),
        ("of-{seller}/", True, "of-A%2FB/2026-11-01_DE_0123456789abcdef.tsv"),
    ],
)
def test_a_layout_says_where_a_report_lies(layout: str, utf8: bool, path: str) -> None:
    assert path_within(Path("x"), manifest(), layout=layout, utf8=utf8) == Path("x") / path


def test_an_earlier_report_does_not_take_the_current_one_s_place() -> None:
    name = path_within(Path(), manifest(isEarlier=True), layout="flat", utf8=False).name
    assert name == "2026-11-01_DE_0123456789abcdef_R1.tsv.gz"


@pytest.mark.parametrize("layout", ["{region}", "{", "{}", "/{seller}", "../{seller}", "seller"])
def test_a_layout_that_is_none_is_a_sentence(reportflow: Reportflow, layout: str) -> None:
    said = reportflow("fetch", "R1", "--layout", layout)
    assert said.exit_code == 2
    assert said.err.startswith(f"reportflow: --layout is {layout}; allowed are flat, key, or folders such as")


def test_each_window_is_in_a_folder_once(
    account: Account, reportflow: Reportflow, tmp_path: Path, restated: list[Any]
) -> None:
    first, second = (ended.output for ended in restated)
    # The folder has what an earlier day fetched.
    stem = second["key"].rpartition("/")[2].removesuffix(".tsv")
    folder = tmp_path / "daily"
    folder.mkdir()
    (folder / f"{stem}.tsv").write_text("older")
    (folder / f"{stem}.tsv.gz").write_text("older, compressed")
    (folder / "mine.tsv").write_text("mine")
    said = reportflow("fetch", "--seller", "A2RESTATED", "-o", "daily/")
    assert (said.exit_code, said.out) == (0, f"daily/{stem}.tsv\n")
    assert sorted(path.name for path in folder.iterdir()) == [f"{stem}.tsv", "mine.tsv"]
    assert (folder / f"{stem}.tsv").read_text() == "order\tsku\n1\tA\n2\tB\n"
    assert [line for line in said.err.splitlines() if line] == [
        f"daily/{stem}.tsv has been replaced: what was there is another version.",
        f"daily/{stem}.tsv.gz has been removed: it was the same window's report.",
    ]
    again = reportflow("fetch", "--seller", "A2RESTATED", "-o", "daily", "--json")
    assert [each["file"] for each in again.json] == ["unchanged"]
    assert first["versionId"] != second["versionId"]


def test_an_earlier_report_is_found_by_its_id_and_its_execution(
    reportflow: Reportflow, tmp_path: Path, restated: list[Any]
) -> None:
    first, _ = restated
    for which in (first.output["reportId"], first.arn):
        (said,) = reportflow("fetch", which, "-o", "earlier/", "--json").json
        assert said["manifest"]["result"] == first.output
        assert Path(said["path"]).name.endswith(f"_{first.output['reportId']}.tsv.gz")
    assert len(list((tmp_path / "earlier").iterdir())) == 1


def test_list_names_the_versions_of_each_window(reportflow: Reportflow, restated: list[Any]) -> None:
    first, second = (ended.output for ended in restated)
    (row,) = reportflow("list", "--seller", "A2RESTATED", "--versions", "--json").json
    assert [each["reportId"] for each in row["versions"]][:2] == [second["reportId"], first["reportId"]]
    said = reportflow("list", "--seller", "A2RESTATED", "--versions").out
    current, earlier = (
        next(line for line in said.splitlines() if each["reportId"] in line) for each in (second, first)
    )
    assert current.rstrip().endswith("current")
    assert "current" not in earlier


def test_a_folder_that_ends_in_a_slash_is_made(reportflow: Reportflow, tmp_path: Path, restated: list[Any]) -> None:
    _, second = restated
    said = reportflow("fetch", second.output["key"], "-o", "new/deep/")
    assert said.exit_code == 0
    assert [path.name for path in (tmp_path / "new/deep").iterdir()] == [second.output["key"].rpartition("/")[2]]
    (tmp_path / "file").write_text(json.dumps({}))
    said = reportflow("fetch", second.output["key"], "-o", "file/")
    assert said.exit_code == 2
    assert said.err.startswith("reportflow: --output is the file file/")
