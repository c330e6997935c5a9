"""The table of Amazon's phrases: each is classified as the table says, and no document is read to its end for it."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from lambdas.handlers.handle_fatal import handle_fatal
from lambdas.landing import error_document
from lambdas.landing.download import DocumentSource, Download
from lambdas.ledger.outcome import Outcomes
from lambdas.payloads.state_data import StateData
from lambdas.spapi.reports import ReportsApi
from local.simulator import Document, Script, Simulator
from tests.testing.samples import NOW, state_data_at

TABLE: dict[str, Any] = json.loads(Path(error_document.__file__).with_name("fatal_reasons.json").read_text())
PHRASES = [(phrase, row["reason"]) for row in TABLE["reasons"] for phrase in row["says"]]
Explain = Callable[[StateData], Any]


@pytest.fixture
def explain(sp_api: ReportsApi, documents: DocumentSource, outcomes: Outcomes) -> Explain:
    return lambda state_data: handle_fatal(
        state_data, sp_api=sp_api, documents=documents, outcomes=outcomes, now=NOW, deadline=time.monotonic() + 60
    )


def turn_of_document(simulator: Simulator, document: Document) -> StateData:
    return state_data_at(simulator, Script(statuses=("FATAL",), document=document))


@pytest.mark.parametrize(("phrase", "reason"), PHRASES)
def test_each_phrase_has_its_class_and_is_told_word_for_word(
    explain: Explain, simulator: Simulator, phrase: str, reason: str
) -> None:
    said = f"Report: {phrase.upper()} – 30 days"
    result = explain(turn_of_document(simulator, Document.error_details(said)))
    assert (result["reason"], result["cause"]) == (reason, said)


def test_the_phrases_are_written_as_they_are_looked_for() -> None:
    phrases = [phrase for phrase, _ in PHRASES]
    assert phrases
    assert phrases == [phrase.lower() for phrase in phrases]
    # One that holds another would depend on the order.
    assert not [(one, other) for one in phrases for other in phrases if one != other and one in other]


@pytest.mark.parametrize("size", [1, 65_536, 3_000_000])
def test_no_more_than_the_beginning_is_read(explain: Explain, simulator: Simulator, size: int) -> None:
    opened: list[Download] = []
    readinto = Download.readinto

    def noted(download: Download, buffer: memoryview) -> int:
        opened.append(download)
        return readinto(download, buffer)

    state_data = turn_of_document(simulator, Document(body=b"x" * size))
    with mock.patch.object(Download, "readinto", noted):
        assert explain(state_data)["cause"] == "x" * min(size, error_document.CAUSE_CHARACTERS)
    assert {download.position for download in opened} == {min(size, 65_536)}
