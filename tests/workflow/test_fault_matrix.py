"""Every fault of the matrix has the outcome that stands there, loses nothing and makes nothing twice."""

import gzip
import json
import os
from contextlib import nullcontext

import boto3
import pytest

from tests.testing.fault_table import FAULTS, Row, table
from tests.testing.harness import Harness
from tests.testing.machine.execution_result import ExecutionResult
from tests.testing.repository import DOCS, REPOSITORY
from tests.testing.scenario_steps import beside, play

DOCUMENT = DOCS / "faults.md"


def outcome(ended: ExecutionResult) -> str:
    """Return an execution's outcome, or its error."""
    return str(ended.output["outcome"] if ended.status == "SUCCEEDED" else ended.error)


def check_what_landed(stage: Harness, *, landed: bool) -> None:
    """Insist on one object with its manifest and the bytes as served, or on none."""
    objects = stage.objects()
    reports = [body for key, body in objects.items() if "reports/" in key]
    assert (len(reports), len(objects)) == ((1, 2) if landed else (0, 0))
    for body in reports:
        document = stage.simulator.reports[-1].document
        assert document
        assert body == document.body
        assert gzip.decompress(body)


def check_cause(ended: ExecutionResult) -> None:
    """Insist that a red execution's cause is one sentence, or Lambda's object of it, and never a stack trace."""
    sentence = ended.cause or ""
    if sentence.startswith("{"):
        answer = json.loads(sentence)
        assert answer["stackTrace"] == []
        sentence = answer["errorMessage"]
    assert bool(sentence) == (ended.status == "FAILED")
    assert "\n" not in sentence
    assert "Traceback" not in sentence


def test_the_boto3_that_runs_is_the_locked_one() -> None:
    older = "older-boto3" in os.environ.get("PYTHONPATH", "")
    lock = (REPOSITORY / ("older-boto3.lock" if older else "requirements.lock")).read_text()
    assert f"boto3=={boto3.__version__} " in lock


@pytest.mark.matrix
@pytest.mark.parametrize(
    "row",
    [pytest.param(row, id=row.fault, marks=[pytest.mark.exhaustive] if row.like else []) for row in FAULTS],
)
def test_a_fault_has_its_outcome(stage: Harness, row: Row) -> None:
    row.arrange(stage)
    if row.starts == 1:
        ended = play(stage, row.given, row.script)
    else:
        ended, *others = beside(stage, row.given, row.script, starts=row.starts)
        assert {outcome(other) for other in others} == {"ALREADY_LANDED"}
    assert outcome(ended) == row.ends
    check_cause(ended)
    assert [(entry.status, len(entry.unanswered_calls)) for entry in stage.entries()] == (
        [(row.ledger, row.unanswered)] if row.ledger else []
    )
    check_what_landed(stage, landed=row.ledger == "LANDED" or row.unrecorded)
    if row.again:
        stage.before, stage.around = lambda _: None, lambda _: nullcontext()
        for operation in ("LWA", "createReport", "getReport", "getReportDocument"):
            stage.simulator.fail(operation, [])
        assert outcome(play(stage, row.given, *row.then)) == row.again
        (entry,) = stage.entries()
        assert (entry.status, entry.unanswered_calls) == (row.again, ())
        check_what_landed(stage, landed=True)
    assert len(stage.simulator.reports) == row.reports


def test_the_document_is_what_the_matrix_says() -> None:
    """Rewrite it with UPDATE_SNAPSHOT=1."""
    text = "\n".join(table()) + "\n"
    if os.environ.get("UPDATE_SNAPSHOT"):
        DOCUMENT.write_text(text)
    assert DOCUMENT.read_text() == text


def test_each_fault_stands_there_once() -> None:
    assert len({row.fault for row in FAULTS}) == len(FAULTS)


def test_a_fault_that_is_like_another_ends_like_it() -> None:
    rows = {row.fault: row for row in FAULTS}
    for row in (row for row in FAULTS if row.like):
        other = rows[row.like]
        assert not other.like, row.fault
        assert (row.ends, row.ledger, row.again, row.reports) == (other.ends, other.ledger, other.again, other.reports)
