"""The classes that Amazon's reasons for FATAL fall into."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.landing.error_document import CAUSE_CHARACTERS, Reason, reason_of, words


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("The report data for the requested date range is not yet available", "NOT_YET_AVAILABLE"),
        ("The requested data is unavailable. Please try a different date range", "NOT_YET_AVAILABLE"),
        ("Date range exceeded. Report can be requested only upto 30 days", "RANGE_TOO_LONG"),
        ("A client error occurred. Please double check that your parameters are valid", "BAD_REQUEST"),
        (
            "This report type requires the reportPeriod, distributorView, sellingProgram reportOption to be specified",
            "BAD_REQUEST",
        ),
        ("dataStartTime must be the same day as dataEndTime when reportPeriod=DAY", "BAD_REQUEST"),
        ("DATA IS NOT YET AVAILABLE", "NOT_YET_AVAILABLE"),
        ("An internal error occurred", "UNKNOWN"),
        ("", "UNKNOWN"),
    ],
)
def test_what_sellers_have_been_told(said: str, reason: Reason) -> None:
    assert reason_of(said) == reason


@given(st.binary(max_size=300) | st.text().map(str.encode), st.text(max_size=30))
def test_anything_at_all_has_words_or_none(body: bytes, content_type: str) -> None:
    said = words(body, content_type=content_type, marketplace_ids=[])
    assert len(said) <= CAUSE_CHARACTERS
    assert said.strip() == said
