"""The options that say what is asked for, and how a sentence about the input names them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.errors import refused
from lambdas.request.window import utc_text

if TYPE_CHECKING:
    from collections.abc import Mapping

# By which flag each key of the input is given.
FLAGS = {
    "sellingPartnerId": "--seller",
    "reportType": "--type",
    "marketplaceIds": "--marketplace",
    "dataStartTime": "--start",
    "dataEndTime": "--end",
    "period": "--period",
    "timeZone": "--time-zone",
    "reportOptions.": "--option ",
    "reportOptions": "--option",
    'unknownOptions "allow"': "--unknown-options",
}
ReportOption = Annotated[
    list[str] | None, typer.Option("--option", metavar="KEY=VALUE", help="One of reportOptions. Repeat.")
]
ZoneOption = Annotated[
    str | None,
    typer.Option("--time-zone", metavar="NAME", help="The time zone of the days, such as Europe/Berlin; default UTC."),
]
UnknownOptionsOption = Annotated[
    bool, typer.Option("--unknown-options", help="Pass options on that the catalogue does not know.")
]
DetachOption = Annotated[bool, typer.Option("--detach", help="Return at once, do not follow it to its end.")]


def as_typed(sentence: str, flags: Mapping[str, str], *, times: Mapping[Any, Any] | None = None) -> str:
    """Return a sentence about an input with the command's flags in the place of the input's keys.

    Keys that are words of English too are replaced only where a sentence says what they are. `times` are those of the
    input, each with the date that it stands for.
    """
    for time, day in (times or {}).items():
        if time and time != day:
            sentence = sentence.replace(utc_text(datetime.fromisoformat(time)), day)
    for key, flag in flags.items():
        after = "(?= is |, [0-9])" if key.islower() else r"(?!\w)" if key.isalpha() else ""
        sentence = re.sub(rf"(?<![\w-]){re.escape(key)}{after}", flag, sentence)
    return sentence


def pair(option: str) -> tuple[str, str]:
    key, equals, value = option.partition("=")
    if not equals or not key:
        raise refused(f"--option is {option!r}; allowed is KEY=VALUE, such as reportPeriod=WEEK")
    return key, value
