"""Findings of cdk-nag and checkov that are accepted: each beside its resource, with the reason."""

import re
from collections.abc import Iterator

from aws_cdk import CfnResource
from constructs import Construct, IConstruct

METADATA = "reportflow:accepted"


def accept(resource: Construct, *findings: str, because: str) -> None:
    """Accept findings on a resource, cdk-nag's also on what is below it.

    checkov's ids (CKV_…) go into the template, where checkov looks for them. Those of cdk-nag that are about IAM name
    a policy's resource by logical ids: an ellipsis (…) in them stands for any text.
    """
    made = resource.node.default_child
    for finding in findings:
        if not finding.startswith("CKV"):
            resource.node.add_metadata(METADATA, {"finding": finding, "reason": because})
        elif isinstance(made, CfnResource):
            skipped = (made.get_metadata("checkov") or {}).get("skip", [])
            made.add_metadata("checkov", {"skip": [*skipped, {"id": finding, "comment": because}]})


def is_accepted(finding: str, on: IConstruct) -> bool:
    """Say whether a finding of cdk-nag is accepted on a resource or on what it is part of."""
    return any(re.fullmatch(re.escape(accepted).replace("…", ".*"), finding) for accepted in _accepted(on))


def _accepted(on: IConstruct) -> Iterator[str]:
    for scope in on.node.scopes:
        for entry in scope.node.metadata:
            if entry.type == METADATA:
                yield entry.data["finding"]
