"""Executions in the embedded AWS: started through the Step Functions API, followed, and summed up when they ended."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from botocore.exceptions import BotoCoreError, ClientError

from cli.file_names import bounded
from lambdas.spapi.foreign import parsed_or_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from types_boto3_s3 import S3Client
    from types_boto3_stepfunctions import SFNClient

# So many running executions are followed from state to state: reading histories is work that the others wait for.
WATCHED = 12
ENDED = ("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")


class Summary(TypedDict, total=False):
    """One execution in summary.json. `calls` counts SP-API operations; the last five are those of a landed report."""

    name: str
    input: Any
    executionArn: str
    status: str
    error: str | None
    cause: str | None
    output: Any
    states: list[str]
    calls: dict[str, int]
    key: str
    localPath: str
    bytes: int
    sha256: str
    notFetched: str
    """Why a landed object is not beside the summary."""


@dataclass
class LocalExecution:
    """One execution and what is known of it so far. `ends` is the outcome or error it must end with, if any is due."""

    name: str
    input: Any
    ends: str | None
    arn: str
    status: str = "RUNNING"
    error: str | None = None
    cause: str | None = None
    output: Any = None
    states: list[str] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.status in ENDED

    @property
    def outcome(self) -> str:
        """The outcome of a success, the error of a failure, or the status."""
        outcome = self.output.get("outcome") if isinstance(self.output, dict) else None
        return str(outcome or self.error or self.status)

    @property
    def polls(self) -> int:
        """How often Amazon was asked for the report, as far as its states are known."""
        return self.states.count("Get report")

    @property
    def as_it_should(self) -> bool:
        """Whether it ended as it must; one that nothing is due of must succeed."""
        return self.outcome == self.ends if self.ends else self.status == "SUCCEEDED"


def start(states: SFNClient, machine: str, *, name: str, given: Any, ends: str | None) -> LocalExecution:
    """Start an execution; its name in the console is made of `name`."""
    readable = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:80]
    arn = states.start_execution(stateMachineArn=machine, name=readable, input=json.dumps(given))["executionArn"]
    return LocalExecution(name=name, input=given, ends=ends, arn=arn)


def refresh(states: SFNClient, executions: Sequence[LocalExecution], *, machine: str) -> None:
    """Bring up to date how executions stand; of those that run, the first few are looked at closely."""
    listed = states.get_paginator("list_executions").paginate(stateMachineArn=machine, statusFilter="RUNNING")
    running = {one["executionArn"] for page in listed for one in page["executions"]}
    open_ = [one for one in executions if not one.ended]
    for execution in [one for one in open_ if one.arn in running][:WATCHED]:
        execution.states = list(_entered(states, execution.arn))
    for execution in open_:
        if execution.arn not in running:
            _read(states, execution)


def _read(states: SFNClient, execution: LocalExecution) -> None:
    # The history first: what is described as ended later has nothing more to add to it.
    described = states.describe_execution(executionArn=execution.arn)
    execution.states = list(_entered(states, execution.arn))
    execution.status = described["status"]
    execution.error = described.get("error")
    execution.cause = described.get("cause")
    execution.output = parsed_or_text(described.get("output"))


def _entered(states: SFNClient, arn: str) -> Iterator[str]:
    for page in states.get_paginator("get_execution_history").paginate(executionArn=arn):
        for event in page["events"]:
            if "stateEnteredEventDetails" in event:
                yield event["stateEnteredEventDetails"]["name"]


def summarize(execution: LocalExecution, *, counted: Counter[str], s3: S3Client, landed: Path) -> Summary:
    """Return an execution's summary, with its landed object fetched into `landed`."""
    summary: Summary = {
        "name": execution.name,
        "input": execution.input,
        "executionArn": execution.arn,
        "status": execution.status,
        "error": execution.error,
        "cause": execution.cause,
        "output": execution.output,
        "states": execution.states,
        "calls": dict(sorted(counted.items())),
    }
    if execution.status == "SUCCEEDED" and isinstance(execution.output, dict) and "key" in execution.output:
        try:
            summary |= _fetched(execution.output, s3=s3, landed=landed)
        # One that cannot be fetched must not cost the others their summary.
        except (OSError, BotoCoreError, ClientError, AttributeError, KeyError, ValueError) as error:
            summary["notFetched"] = f"{type(error).__name__}: {error}"
    return summary


def _fetched(output: dict[str, Any], *, s3: S3Client, landed: Path) -> Summary:
    path = landed.joinpath(*map(bounded, output["key"].split("/")))
    path.parent.mkdir(parents=True, exist_ok=True)
    s3.download_file(output["bucket"], output["key"], str(path))
    body = path.read_bytes()
    sha256 = hashlib.sha256(body).hexdigest()
    return {"key": output["key"], "localPath": str(path), "bytes": len(body), "sha256": sha256}
