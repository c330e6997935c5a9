"""The checks of `reportflow doctor`: each returns what it found, or raises Failed with what to do."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from importlib import metadata
from typing import TYPE_CHECKING, Any

import urllib3

from credentials import CredentialsMissing, CredentialStore
from local.cli.deployed import PATIENCE, Deployed, find
from spapi import lwa
from spapi.errors import SpApiError
from spapi.regions import ENDPOINTS

if TYPE_CHECKING:
    import boto3

# Signed requests are refused by AWS when the clock is off by five minutes.
SKEW_SECONDS = 120


class Failed(Exception):
    """A check's finding: what is not as it should be, and what to do."""


@dataclass
class Patient:
    """What is looked at, each part when it is first asked for."""

    profile: str | None
    region: str | None
    stack: str

    @cached_property
    def session(self) -> boto3.Session:
        """The credentials."""
        import boto3

        return boto3.Session(profile_name=self.profile, region_name=self.region)

    @cached_property
    def identity(self) -> Any:
        """Whose they are, as AWS answers."""
        return self.session.client("sts", config=PATIENCE).get_caller_identity()

    @cached_property
    def deployed(self) -> Deployed:
        """The stack."""
        return find(profile=self.profile, region=self.region, stack=self.stack)

    @cached_property
    def settings(self) -> Mapping[str, str]:
        """The environment of Create report: the prefix of the secrets, the endpoints."""
        cloudformation = self.session.client("cloudformation", config=PATIENCE)
        for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=self.stack):
            for resource in page["StackResourceSummaries"]:
                if (
                    resource["ResourceType"] == "AWS::Lambda::Function"
                    and "CreateReport" in resource["LogicalResourceId"]
                ):
                    found: Any = self.session.client("lambda", config=PATIENCE).get_function_configuration(
                        FunctionName=resource["PhysicalResourceId"]
                    )
                    settings: Mapping[str, str] = found["Environment"]["Variables"]
                    return settings
        raise Failed("the stack has no function Create report: deploy it once more with `make deploy`")

    @cached_property
    def sellers(self) -> list[str]:
        """The selling partners that have a secret."""
        beginning = f"{self.settings['SECRET_PREFIX']}/selling-partners/"
        pages = self.session.client("secretsmanager", config=PATIENCE).get_paginator("list_secrets")
        found = pages.paginate(Filters=[{"Key": "name", "Values": [beginning]}])
        names = [secret["Name"] for page in found for secret in page["SecretList"]]
        return sorted(name.removeprefix(beginning) for name in names if name.startswith(beginning))

    @cached_property
    def store(self) -> CredentialStore:
        """The secrets, read as the functions read them."""
        client = self.session.client("secretsmanager", config=PATIENCE)
        return CredentialStore(secrets_manager=client, prefix=self.settings["SECRET_PREFIX"])


def _versions(_: Patient) -> str:
    ours = ", ".join(f"{name} {metadata.version(name)}" for name in ("reportflow", "boto3"))
    return f"{ours}, Python {platform.python_version()}"


def _credentials(patient: Patient) -> str:
    return f"{patient.identity['Arn']} in {patient.session.region_name or 'no region'}"


def _clock(patient: Patient) -> str:
    theirs = parsedate_to_datetime(patient.identity["ResponseMetadata"]["HTTPHeaders"]["date"])
    skew = round((datetime.now(UTC) - theirs).total_seconds())
    if abs(skew) > SKEW_SECONDS:
        raise Failed(f"this machine's clock is {skew:+} s off AWS's: set it, or AWS will refuse what it signs")
    return f"{skew:+} s off AWS's"


def _stack(patient: Patient) -> str:
    return f"{patient.deployed.stack}: {patient.deployed.machine.rsplit(':', 1)[1]}"


def _machine(patient: Patient) -> str:
    listed = patient.deployed.stepfunctions.list_executions(stateMachineArn=patient.deployed.machine, maxResults=100)
    running = sum(one["status"] == "RUNNING" for one in listed["executions"])
    return f"its executions can be seen; {running} of the latest {len(listed['executions'])} are running"


def _ledger(patient: Patient) -> str:
    patient.deployed.dynamodb.scan(TableName=patient.deployed.ledger, Limit=1)
    return f"{patient.deployed.ledger} can be read"


def _bucket(patient: Patient) -> str:
    patient.deployed.s3.list_objects_v2(Bucket=patient.deployed.bucket, MaxKeys=1)
    return f"{patient.deployed.bucket} can be listed"


def _secrets(patient: Patient) -> str:
    if not patient.sellers:
        prefix = patient.settings["SECRET_PREFIX"]
        raise Failed(
            f"there is no selling partner: make a secret {prefix}/selling-partners/<sellingPartnerId> that holds "
            '{"refresh_token": "Atzr|…"}, as docs/how-to/add-a-seller.md says'
        )
    try:
        for seller in patient.sellers:
            patient.store.credentials(seller, fresh=False)
    except CredentialsMissing as missing:
        raise Failed(str(missing)) from None
    return f"of the application, and of {', '.join(patient.sellers)}"


def _endpoints(patient: Patient) -> str:
    own = patient.settings.get("SP_API_ENDPOINT")
    wanted = [*([own] if own else ENDPOINTS.values()), patient.settings.get("LWA_ENDPOINT") or lwa.ENDPOINT]
    for endpoint in wanted:
        try:
            # Any answer will do: it is there.
            http().request("HEAD", endpoint)
        except urllib3.exceptions.HTTPError as error:
            raise Failed(
                f"{endpoint} cannot be reached from here ({type(error).__name__}): is there a network, or a proxy? "
                "The functions may reach it all the same"
            ) from None
    return f"{', '.join(dict.fromkeys(endpoint.split('/')[2] for endpoint in wanted))} can be reached"


def _sign_in(patient: Patient) -> str:
    endpoint = patient.settings.get("LWA_ENDPOINT") or lwa.ENDPOINT
    tokens = lwa.AccessTokens(http=http(), endpoint=endpoint, credentials=patient.store.credentials)
    for seller in patient.sellers:
        try:
            tokens.mint(seller)
        except (SpApiError, CredentialsMissing) as error:
            raise Failed(f"{seller}: {error}; docs/endings.md says more of {type(error).__name__}") from None
    return "Login with Amazon takes every refresh token"


def http() -> urllib3.PoolManager:
    """Return what calls Amazon from here; it trusts the embedded AWS's authority where there is one."""
    return urllib3.PoolManager(
        retries=False, timeout=urllib3.Timeout(connect=5, read=10), ca_certs=os.environ.get("AWS_CA_BUNDLE")
    )


CHECKS: Mapping[str, Callable[[Patient], str]] = {
    "versions": _versions,
    "credentials": _credentials,
    "clock": _clock,
    "stack": _stack,
    "machine": _machine,
    "ledger": _ledger,
    "bucket": _bucket,
    "secrets": _secrets,
    "endpoints": _endpoints,
}
SIGN_IN: Mapping[str, Callable[[Patient], str]] = {"sign-in": _sign_in}
