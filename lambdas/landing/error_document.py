"""Why a report is FATAL: the words of its error document, and the class they fall into."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal

from isal import isal_zlib

from lambdas.landing.gzip_stream import GZIP_MAGIC, GZIP_WBITS, IsalError
from lambdas.landing.texts import charset
from lambdas.landing.texts.plausible_text import usual_charset
from lambdas.landing.texts.text_evidence import evidence_of_start
from lambdas.spapi.foreign import NotJson, parsed, redacted, visible

Reason = Literal["NOT_YET_AVAILABLE", "RANGE_TOO_LONG", "BAD_REQUEST", "COOLDOWN", "UNKNOWN"]
# An error document is a sentence or two; whatever else it may be, this much of it is read.
READ_BYTES = 64 * 1024
# Step Functions takes a cause of 32,768 characters.
CAUSE_CHARACTERS = 8_000
UNREADABLE = "Amazon ended the report as FATAL, and the gzip document that goes with it cannot be read."


def words(body: bytes, *, content_type: str, marketplace_ids: list[str], secrets: Iterable[str] = ()) -> str:
    """Return what an error document says: its JSON `errorDetails`, or its text; empty if it says nothing.

    `secrets` are left out, and control characters are escapes.
    """
    if body.startswith(GZIP_MAGIC):
        try:
            body = isal_zlib.decompressobj(GZIP_WBITS).decompress(body, READ_BYTES)
        except IsalError:
            return UNREADABLE
    text = _text(body, content_type, marketplace_ids).lstrip("\ufeff").strip()
    try:
        said = parsed(text)["errorDetails"]
    except (NotJson, KeyError, TypeError):
        said = text
    if said is None:
        return ""
    told = (said if isinstance(said, str) else json.dumps(said))[:CAUSE_CHARACTERS]
    return visible(redacted(told, secrets))[:CAUSE_CHARACTERS]


def reason_of(said: str) -> Reason:
    """Return the class of what Amazon said, by the table in `fatal_reasons.json`."""
    lower = said.lower()
    return next((reason for reason, phrases in _table() if any(phrase in lower for phrase in phrases)), "UNKNOWN")


@cache
def _table() -> list[tuple[Reason, list[str]]]:
    table = json.loads(Path(__file__).with_name("fatal_reasons.json").read_text())
    return [(row["reason"], row["says"]) for row in table["reasons"]]


def _text(body: bytes, content_type: str, marketplace_ids: list[str]) -> str:
    evidence = evidence_of_start(body)
    decided = charset.decide(content_type=content_type, evidence=evidence, marketplace_ids=marketplace_ids)
    # These words are for a person, who sees what is wrong with them: where nothing is certain, the usual is best.
    return body.decode(decided.name or usual_charset(marketplace_ids), "ignore" if evidence.utf8 else "replace")
