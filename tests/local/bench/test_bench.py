"""The bench: its data is realistic, its ends keep count, and what it says landed right did."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from local.bench.__main__ import parser
from local.bench.methods import METHODS, Method
from local.bench.orders import COLUMNS, Report, report
from local.bench.process import Usage
from local.bench.rounds import Job, Result, jobs_of, measure, too_large
from local.bench.stage import LandedWrong, Stage, stage
from local.bench.startup import read_importtime
from local.bench.tables import beyond_memory, landing_table, write_json
from local.synthesis import REPOSITORY

SIZE = 3 * 10**6
MIB = 1024 * 1024
OWN = [name for name, method in METHODS.items() if not method.peer]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def small(data: Path) -> Report:
    return report(data, name="small", size=SIZE, charset="utf-8", advance=lambda _: None)


@pytest.fixture(scope="module")
def several_parts(data: Path) -> Report:
    # What is not compressed fills parts fastest.
    path = data / "long.utf-8.tsv.gz"
    path.write_bytes(gzip.compress(b"sku\tasin\n1234567" * (17 * MIB // 16), 0))
    return Report(path, "utf-8", size=17 * MIB, utf8_size=17 * MIB)


@pytest.fixture(scope="module")
def running(data: Path, small: Report, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    tiny = report(data, name="tiny", size=1, charset="utf-8", advance=lambda _: None)
    with stage(directory=tmp_path_factory.mktemp("stage"), warm_up=tiny, peers=None) as open_stage:
        yield open_stage


@pytest.mark.parametrize("charset", ["utf-8", "cp1252"])
def test_a_report_is_an_orders_report_of_the_size_and_charset(tmp_path: Path, charset: str) -> None:
    made = report(tmp_path, name="some", size=10**6, charset=charset, advance=lambda _: None)
    text = gzip.decompress(made.path.read_bytes())
    rows = [line.split("\t") for line in text.decode(charset).split("\r\n")]
    assert rows.pop() == [""]
    assert tuple(rows[0]) == COLUMNS
    assert {len(row) for row in rows} == {31}
    assert 10**6 <= len(text) == made.size < 2 * 10**6
    assert len(text.decode(charset).encode()) == made.utf8_size
    assert len({row[0] for row in rows}) == len(rows)
    assert (charset == "utf-8") == (made.utf8_size == made.size)


def test_a_report_is_the_same_each_time_and_compresses_as_real_ones_do(tmp_path: Path, small: Report) -> None:
    again = report(tmp_path, name="small", size=SIZE, charset="utf-8", advance=lambda _: None)
    assert again.path.read_bytes() == small.path.read_bytes()
    assert 3.5 < small.size / small.gzip_size < 4.5


def test_a_report_that_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    def interrupt(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        report(tmp_path, name="some", size=10**6, charset="utf-8", advance=interrupt)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", OWN)
def test_every_method_of_our_own_environment_lands_parts_right(
    running: Stage, several_parts: Report, name: str
) -> None:
    usage = running.land(name, METHODS[name], several_parts)
    assert usage.seconds > 0
    assert usage.cpu_seconds > 0
    assert 5 < usage.peak_rss_mb < 500


def test_another_number_of_bytes_is_a_wrong_landing(running: Stage, small: Report) -> None:
    with pytest.raises(LandedWrong, match=rf"copy landed \[{small.gzip_size}\] bytes .* {small.size} are right"):
        running.land("copy", Method(kind="plain copy", prepare=METHODS["copy"].prepare, lands="text"), small)


def test_only_verification_notices_a_damaged_report(running: Stage, small: Report, data: Path) -> None:
    damaged = bytearray(small.path.read_bytes())
    damaged[-5] ^= 1
    path = data / "damaged.utf-8.tsv.gz"
    path.write_bytes(damaged)
    broken = small._replace(path=path)
    running.land("reportflow-transfer", METHODS["reportflow-transfer"], broken)
    with pytest.raises(LandedWrong, match="DocumentCorrupt"):
        running.land("reportflow-verified", METHODS["reportflow-verified"], broken)


def test_jobs_leave_out_what_memory_is_too_small_for_and_add_charsets_where_they_matter(small: Report) -> None:
    reports = [small, small._replace(charset="cp1252")]
    jobs = jobs_of(list(METHODS), "4GiB", size=2**32, reports=reports[:1])
    assert {job.method for job in jobs} == set(METHODS) - {"requests-gzip-put", "python-amazon-sp-api-memory"}
    assert {job.report.charset for job in jobs} == {"utf-8"}
    several = jobs_of(list(METHODS), "1GiB", size=2**30, reports=reports)
    in_cp1252 = [job.method for job in several if job.report.charset == "cp1252"]
    assert in_cp1252 == ["reportflow-utf8", "python-amazon-sp-api-memory"]
    assert not too_large("reportflow-verified", 2**40)


class FakeStage(Stage):
    def __init__(self) -> None:
        self.seconds = iter([1.0, 10.0, 20.0, 2.0, 9.0, 60.0])
        self.order: list[str] = []

    def land(self, name: str, method: Method, report: Report) -> Usage:
        del method, report
        self.order.append(name)
        seconds = next(self.seconds)
        if seconds == 60:
            raise LandedWrong("no")
        return Usage(seconds, seconds / 2, 50)


def test_rounds_turn_the_order_medians_count_and_one_wrong_landing_fails_the_run(small: Report) -> None:
    jobs = [Job("copy", "100MB", small), Job("upload_fileobj", "100MB", small)]
    fake, told = FakeStage(), list[str]()
    results, right = measure(jobs, stage=fake, rounds=3, tell=lambda job, _: told.append(job.method))
    assert fake.order == told == ["copy", "upload_fileobj", "upload_fileobj", "copy", "copy", "upload_fileobj"]
    assert [result.usage for result in results] == [Usage(2, 1, 50), Usage(15, 7.5, 50)]
    assert not right


def test_results_are_a_list_for_machines_and_a_table_with_ratios(small: Report, tmp_path: Path) -> None:
    latin = small._replace(charset="cp1252")
    results = [
        Result(Job("reportflow-verified", "1GiB", small), Usage(2, 1.5, 70)),
        Result(Job("copy", "1GiB", small), Usage(1, 0.5, 20)),
        Result(Job("python-amazon-sp-api-stream", "1GiB", small), Usage(13, 9, 90)),
    ]
    write_json(tmp_path / "landing.json", [*results, Result(Job("copy", "1GiB", latin), Usage(1, 0.5, 20))])
    first, *_, last = json.loads((tmp_path / "landing.json").read_text())
    assert first == {
        "method": "reportflow-verified",
        "data": "1GiB",
        "seconds": 2,
        "cpuSeconds": 1.5,
        "mbPerS": pytest.approx(1.5, rel=0.1),
        "peakRssMb": 70,
    }
    assert last["charset"] == "cp1252"
    console = Console(width=80, record=True, quiet=False, file=(tmp_path / "out").open("w"))
    console.print(landing_table(results))
    line = next(line for line in console.export_text().splitlines() if "reportflow-verified" in line)
    assert line.split()[-4:] == ["3.00", "0.50", "6.50", "–"]
    console.file.close()


def test_memory_beyond_its_bound_or_growing_is_told(small: Report) -> None:
    def beyond(method: str, *peaks: float) -> list[str]:
        jobs = [Job(method, data, small) for data in ("100MB", "1GiB")]
        return beyond_memory([Result(job, Usage(1, 1, peak)) for job, peak in zip(jobs, peaks, strict=True)])

    assert beyond("reportflow-verified", 110, 128) == []
    assert beyond("reportflow-utf8", 150, 161) == ["reportflow-utf8 took 161 MB for 1GiB utf-8, more than its 160 MB"]
    assert beyond("reportflow-transfer", 70, 90) == [
        "reportflow-transfer took 90 MB for 1GiB utf-8, and 70 MB for 100MB utf-8"
    ]
    # The others' memory is theirs.
    assert beyond("requests-gzip-put", 300, 3000) == []


def test_cold_import_is_what_python_says_of_it_without_its_own() -> None:
    said = """
import time: self [us] | cumulative | imported package
import time:      1000 |      99000 | site
import time:      2000 |       2000 |     urllib3.util
import time:      3000 |       5000 |   urllib3
import time:      4000 |      70000 |   botocore.session
import time:      9000 |     300400 | handle_done
"""
    assert str(read_importtime(said)) == (
        "Cold import of Handle done beyond bare Python, by -X importtime: 300 ms (boto3 4, urllib3 5, isal 0)."
    )


def test_it_starts_as_make_starts_it() -> None:
    without = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", "local.bench", "--help"]
    done = subprocess.run(command, cwd=REPOSITORY, env=without, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: make bench")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--data", "2GiB"], "'2GiB' is none of 100MB, 1GiB, 4GiB"),
        (["--methods", "scp"], "'scp' is none of reportflow-verified"),
        (["--rounds", "0"], "'0' is no whole number from 1 on"),
    ],
)
def test_bad_arguments_are_told_in_a_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        parser().parse_args(arguments)
    assert says in capsys.readouterr().err
