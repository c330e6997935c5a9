"""The checks of `reportflow doctor`: each returns what it found, or raises Failed with what to do."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib import metadata

import urllib3
from botocore.exceptions import ClientError

from cli.concurrency_check import concurrency
from cli.doctor_context import CheckFailed, DoctorContext
from cli.stack import PATIENCE
from lambdas.credentials import CredentialsMissing
from lambdas.spapi import lwa
from lambdas.spapi.errors import SpApiError
from lambdas.spapi.regions import ENDPOINTS

# Signed requests are refused by AWS when the clock is off by five minutes.
SKEW_SECONDS = 120


def _versions(_: DoctorContext) -> str:
    ours = ", ".join(f"{name} {metadata.version(name)}" for name in ("reportflow", "boto3"))
    return f"{ours}, Python {platform.python_version()}"


def _credentials(context: DoctorContext) -> str:
    return f"{context.identity['Arn']} in {context.session.region_name or 'no region'}"


def _clock(context: DoctorContext) -> str:
    theirs = parsedate_to_datetime(context.identity["ResponseMetadata"]["HTTPHeaders"]["date"])
    skew = round((datetime.now(UTC) - theirs).total_seconds())
    if abs(skew) > SKEW_SECONDS:
        raise CheckFailed(f"this machine's clock is {skew:+} s off AWS's: set it, or AWS will refuse what it signs")
    return f"{skew:+} s off AWS's"


def _stack(context: DoctorContext) -> str:
    return f"{context.stack.stack}: {context.stack.machine.rsplit(':', 1)[1]}"


def _machine(context: DoctorContext) -> str:
    listed = context.stack.stepfunctions.list_executions(stateMachineArn=context.stack.machine, maxResults=100)
    running = sum(one["status"] == "RUNNING" for one in listed["executions"])
    return f"its executions can be seen; {running} of the latest {len(listed['executions'])} are running"


def _start(context: DoctorContext) -> str:
    """Ask IAM, which many may not: what is not known is said, and is no finding."""
    action, machine = "states:StartExecution", context.stack.machine
    if context.identity["Arn"].endswith(":root"):
        return "its executions may be started: these are the credentials of the account itself"
    try:
        simulated = context.session.client("iam", config=PATIENCE).simulate_principal_policy(
            PolicySourceArn=_policy_source(context.identity["Arn"]), ActionNames=[action], ResourceArns=[machine]
        )
    except ClientError as error:
        return f"not checked: {error.response['Error']['Code']} from IAM's SimulatePrincipalPolicy"
    decision = simulated["EvaluationResults"][0]["EvalDecision"]
    if decision != "allowed":
        raise CheckFailed(f"{action} is denied ({decision}), so `start` cannot: allow it on {machine}")
    return "its executions may be started, as far as IAM's policies say"


def _policy_source(arn: str) -> str:
    """Return the user or role with the policies that count: of a session, its role (STS omits its path)."""
    partition, kind = arn.split(":sts:")[0], arn.split(":")[-1]
    if ":assumed-role/" not in arn:
        return arn
    return f"{partition}:iam::{arn.split(':')[4]}:role/{kind.split('/')[1]}"


def _ledger(context: DoctorContext) -> str:
    context.stack.dynamodb.scan(TableName=context.stack.ledger, Limit=1)
    return f"{context.stack.ledger} can be read"


def _bucket(context: DoctorContext) -> str:
    context.stack.s3.list_objects_v2(Bucket=context.stack.bucket, MaxKeys=1)
    return f"{context.stack.bucket} can be listed"


def _secrets(context: DoctorContext) -> str:
    if not context.sellers:
        prefix = context.settings["SECRET_PREFIX"]
        raise CheckFailed(
            f"there is no selling partner: make a secret {prefix}/selling-partners/<sellingPartnerId> that holds "
            '{"refresh_token": "Atzr|…"}, as docs/how-to/add-a-seller.md says'
        )
    try:
        for seller in context.sellers:
            context.store.credentials(seller, fresh=False)
    except CredentialsMissing as missing:
        raise CheckFailed(str(missing)) from None
    return f"of the application, and of {', '.join(context.sellers)}"


def _endpoints(context: DoctorContext) -> str:
    own = context.settings.get("SP_API_ENDPOINT")
    wanted = [*([own] if own else ENDPOINTS.values()), context.settings.get("LWA_ENDPOINT") or lwa.ENDPOINT]
    for endpoint in wanted:
        try:
            # Any answer will do: it is there.
            http().request("HEAD", endpoint)
        except urllib3.exceptions.HTTPError as error:
            raise CheckFailed(
                f"{endpoint} cannot be reached from here ({type(error).__name__}): is there a network, or a proxy? "
                "The functions may reach it all the same"
            ) from None
    return f"{', '.join(dict.fromkeys(endpoint.split('/')[2] for endpoint in wanted))} can be reached"


def _sign_in(context: DoctorContext) -> str:
    endpoint = context.settings.get("LWA_ENDPOINT") or lwa.ENDPOINT
    tokens = lwa.AccessTokens(http=http(), endpoint=endpoint, credentials=context.store.credentials)
    for seller in context.sellers:
        try:
            tokens.mint(seller)
        except (SpApiError, CredentialsMissing) as error:
            raise CheckFailed(f"{seller}: {error}; docs/outcomes.md says more of {type(error).__name__}") from None
    return "Login with Amazon takes every refresh token"


def http() -> urllib3.PoolManager:
    """Return what calls Amazon from here; it trusts the embedded AWS's authority where there is one."""
    return urllib3.PoolManager(
        retries=False, timeout=urllib3.Timeout(connect=5, read=10), ca_certs=os.environ.get("AWS_CA_BUNDLE")
    )


CHECKS: dict[str, Callable[[DoctorContext], str]] = {
    "versions": _versions,
    "credentials": _credentials,
    "clock": _clock,
    "stack": _stack,
    "machine": _machine,
    "start": _start,
    "concurrency": concurrency,
    "ledger": _ledger,
    "bucket": _bucket,
    "secrets": _secrets,
    "endpoints": _endpoints,
}
SIGN_IN: Mapping[str, Callable[[DoctorContext], str]] = {"sign-in": _sign_in}
