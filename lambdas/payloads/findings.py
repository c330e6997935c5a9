"""What is odd about a document, and what it is compared with."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, TypedDict

FindingCode = Literal[
    "EMPTY",
    "FORMAT",
    "RAGGED",
    "DUPLICATE_COLUMNS",
    "LAYOUT",
    "ROWS",
    "CHARSET",
    "WINDOW",
    "PERSONAL_DATA",
    "NO_DATA",
    "NOT_INSPECTED",
]


class Finding(TypedDict):
    """Something odd about a landed document, or about there being none: docs/findings.md."""

    code: FindingCode
    severity: Literal["info", "warning", "error"]
    sentence: str
    details: dict[str, Any]
    """By code: counts, line numbers, names of columns."""


class EarlierReports(NamedTuple):
    """What a selling partner's earlier reports of a type were like."""

    usually_has_rows: bool = False
    always_had_rows: bool = False
    """Whether each of those of the same marketplaces, options and length of the window had some; false of a few."""
    rows: Sequence[int] = ()
    """Of those of the same marketplaces, options and length of the window; of the same weekday if there are enough."""
    columns: Sequence[str] | None = None
    """Of the last of those."""


def finding(code: FindingCode, severity: Literal["info", "warning", "error"], sentence: str, **details: Any) -> Finding:
    """Return a finding."""
    return {"code": code, "severity": severity, "sentence": sentence, "details": details}
