"""The commands that a person copies from the page: it only reads, so that whatever acts is typed in a terminal."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from cli.console_page.window_details import countries
from cli.gap_ranges import ranges
from cli.red_executions import ENDED_WITH
from lambdas.gaps import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from cli.console_page.expectations import Expected

# Windows of hours have a command each.
MOST = 24
REQUEST_KEYS = {"sellingPartnerId": str, "reportType": str, "marketplaceIds": list}


@dataclass(frozen=True)
class Where:
    """The options that lead a command to the stack."""

    arguments: tuple[str, ...] = ()

    def command(self, *arguments: str) -> str:
        """Return a `reportflow` command as a shell takes it."""
        return self.also(shlex.join(["reportflow", *arguments]))

    def also(self, command: str) -> str:
        """Return a command with these options."""
        return f"{command} {shlex.join(self.arguments)}" if self.arguments else command


def of_execution(execution: Mapping[str, Any], where: Where, *, region: str) -> list[dict[str, str]]:
    """Return what can be done about an execution, with what it is for: `label` and `command`."""
    name, status, given = execution["name"], execution["status"], execution["input"]
    outcome = (execution["output"] or {}).get("outcome") if isinstance(execution["output"], dict) else None
    found = [("Explain it", where.command("explain", name))]
    if status == "RUNNING":
        found.append(("Follow it to its end", where.command("status", name, "--follow")))
    if outcome in ("LANDED", "ALREADY_LANDED"):
        found.append(("Download the file", where.command("fetch", name)))
        found.append(("Download it decoded", where.command("fetch", name, "--utf-8")))
    if status in ("FAILED", "TIMED_OUT", "ABORTED") and execution.get("error") not in ENDED_WITH:
        redrive = ["aws", "stepfunctions", "redrive-execution", "--execution-arn", execution["arn"], "--region", region]
        found.append(("Go on from the state that failed", shlex.join(redrive)))
    if execution["kind"] == "backfill" and isinstance(given, dict) and (again := _same_backfill(given, where)):
        found.append(("Start the same backfill again, which leaves out what has landed", again))
    if status != "RUNNING" and isinstance(given, dict) and (again := start(given, where, refresh=bool(outcome))):
        found.append(("Ask Amazon again for the window" if outcome else "Start the same request again", again))
    return [{"label": label, "command": command} for label, command in found]


def start(given: Mapping[str, Any], where: Where, *, refresh: bool) -> str | None:
    """Return the command that asks for a request; None for one that no options of `reportflow start` can give."""
    if not _is_request(given) or "reportId" in given or "from" in given:
        return None
    arguments = _request(given)
    for option, key in (("--start", "dataStartTime"), ("--end", "dataEndTime"), ("--period", "period")):
        arguments += [option, str(given[key])] if key in given else []
    return where.command("start", *arguments, *(["--refresh"] if refresh else []))


def _same_backfill(given: Mapping[str, Any], where: Where) -> str | None:
    if not _is_request(given) or not {"from", "to"} <= given.keys():
        return None
    period = ["--period", str(given["period"])] if "period" in given else []
    return where.command("backfill", *_request(given), "--from", str(given["from"]), "--to", str(given["to"]), *period)


def for_missing(
    missing: Iterable[Expected], *, first: date, last: date, where: Where, now: datetime
) -> list[dict[str, Any]]:
    """Return the ranges of missing windows that touch these days, as `reportflow gaps` has them.

    Each with its first and last day, the number of its windows, and the commands that ask for just these.
    """
    gaps = [{"kind": MISSING, "reason": each.skipped, "input": dict(each.input)} for each in missing]
    begin, end = first.isoformat(), last.isoformat()
    return [
        {
            "first": one.first[:10],
            "last": one.last[:10],
            "windows": len(one.windows),
            "commands": [where.also(command) for command in islice(one.commands(now=now), MOST)],
        }
        for one in ranges(gaps)
        if one.first[:10] <= end and one.last[:10] >= begin
    ]


def _is_request(given: Mapping[str, Any]) -> bool:
    return all(isinstance(given.get(key), kind) for key, kind in REQUEST_KEYS.items())


def _request(given: Mapping[str, Any]) -> list[str]:
    """Return the options that name the selling partner and the report."""
    arguments = ["--seller", given["sellingPartnerId"], "--type", given["reportType"]]
    for country in countries(map(str, given["marketplaceIds"])):
        arguments += ["--marketplace", country]
    if given.get("timeZone", "Etc/UTC") != "Etc/UTC":
        arguments += ["--time-zone", str(given["timeZone"])]
    options = given.get("reportOptions")
    for key, value in options.items() if isinstance(options, dict) else ():
        arguments += ["--option", f"{key}={value}"]
    return [*arguments, *(["--unknown-options"] if given.get("unknownOptions") == "allow" else [])]
