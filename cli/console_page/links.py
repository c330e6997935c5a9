"""Where AWS's own consoles show the same: the execution, the object, the log lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cli.console_page.machine import Machine

DOMAINS = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
# CloudWatch may show a line some seconds after it was written.
MARGIN_SECONDS = 60


def of_execution(machine: Machine, execution: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the links, each with its `label`; none for an AWS that is not Amazon's, such as the embedded one."""
    if not machine.is_amazons:
        return []
    region, base = machine.where["region"], _base(machine)
    arn, output = execution["arn"], execution["output"]
    found = [("Step Functions", f"{base}/states/home?region={region}#/v2/executions/details/{arn}")]
    if isinstance(output, dict) and "key" in output:
        found.append(("S3", object_link(machine, output["bucket"], output["key"])))
    states = [step["state"] for step in execution["steps"] if step["state"] in machine.log_groups]
    if states:
        group = machine.log_groups[states[-1]]
        found.append(("CloudWatch logs", _logs(base, region, group, execution)))
    return [{"label": label, "url": url} for label, url in found]


def object_link(machine: Machine, bucket: str, key: str) -> str:
    """Return where S3's console shows an object; "" for an AWS that is not Amazon's."""
    region = machine.where["region"]
    return (
        f"{_base(machine)}/s3/object/{bucket}?region={region}&prefix={quote(key, safe='')}"
        if machine.is_amazons
        else ""
    )


def _base(machine: Machine) -> str:
    partition, region = machine.where["partition"], machine.where["region"]
    return f"https://{region}.{DOMAINS.get(partition, DOMAINS['aws'])}"


def _logs(base: str, region: str, group: str, execution: Mapping[str, Any]) -> str:
    begin = f"$26start$3D{int((execution['started'] - MARGIN_SECONDS) * 1000)}"
    end = f"$26end$3D{int((execution['stopped'] + MARGIN_SECONDS) * 1000)}" if execution["stopped"] else ""
    words = _twice(f'{{ $.executionArn = "{execution["arn"]}" }}')
    lines = f"log-groups/log-group/{_twice(group)}/log-events$3FfilterPattern$3D{words}{begin}{end}"
    return f"{base}/cloudwatch/home?region={region}#logsV2:{lines}"


def _twice(text: str) -> str:
    """Return a text as CloudWatch's console writes it after its #: encoded twice, with $ in place of %."""
    return quote(quote(text, safe=""), safe="").replace("%", "$")
