"""The secrets of selling partners: whether one is there, by its name alone, and what one is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from cli.errors import unreachable
from cli.stack import PATIENCE
from cli.terminal import console

if TYPE_CHECKING:
    from cli.stack import DeployedStack


def secret_name(prefix: str, selling_partner_id: str) -> str:
    """Return the name of a selling partner's secret."""
    return f"{prefix}/selling-partners/{selling_partner_id}"


def check_secret(deployed: DeployedStack, selling_partner_id: str) -> None:
    """See that a selling partner has a secret, without reading it; say so where that cannot be seen.

    Raises:
        CommandFailed: there is none, so every execution would fail.
    """
    # None of a stack of an earlier version, which does not say it.
    if deployed.secret_prefix is None:
        return
    name = secret_name(deployed.secret_prefix, selling_partner_id)
    try:
        deployed.session.client("secretsmanager", config=PATIENCE).describe_secret(SecretId=name)
    except ClientError as error:
        code = error.response["Error"].get("Code", "")
        if code == "ResourceNotFoundException":
            raise unreachable(
                f"there is no secret {name}, so nothing can be asked for {selling_partner_id}: is the id right? "
                f"`reportflow add-seller {selling_partner_id}` makes it"
            ) from None
        if not code.startswith("AccessDenied"):
            raise
        console(stderr=True).print(
            f"Whether there is a secret {name} is not checked: these credentials may not do "
            "secretsmanager:DescribeSecret.",
            soft_wrap=True,
        )
