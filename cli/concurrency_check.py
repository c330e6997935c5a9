"""The check of how many functions the account may run at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from cli.stack import PATIENCE

if TYPE_CHECKING:
    from cli.doctor_context import DoctorContext

# New accounts have ten, others a thousand.
FEW_FUNCTIONS = 100


def concurrency(context: DoctorContext) -> str:
    """Ask Lambda. Few are no fault: executions then wait for each other."""
    try:
        answer = context.session.client("lambda", config=PATIENCE).get_account_settings()
    except ClientError as error:
        return f"not checked: {error.response['Error']['Code']} from Lambda's GetAccountSettings"
    functions = answer["AccountLimit"]["ConcurrentExecutions"]
    if functions >= FEW_FUNCTIONS:
        return f"{functions:,} functions may run at once in this account and region"
    return (
        f"only {functions:,} functions may run at once in this account and region; many reports at one time wait for "
        "each other: ask for a higher quota, Lambda's 'Concurrent executions', in Service Quotas"
    )
