"""Composition root: what the handlers work with, built from the environment on first use and kept for the process."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from datetime import timedelta
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import boto3
import urllib3
from botocore.config import Config

from lambdas import clock
from lambdas.credentials import CredentialStore
from lambdas.landing.bucket import ReportBucket
from lambdas.landing.download import DocumentSource
from lambdas.ledger.report_statistics import ReportStatistics
from lambdas.ledger.table import Ledger
from lambdas.polling.notification_table import NotificationTable
from lambdas.quota.reservations import QuotaReservations
from lambdas.request import report_types
from lambdas.schedules import bundled_files
from lambdas.spapi import lwa
from lambdas.spapi.regions import ENDPOINTS, region_of
from lambdas.spapi.reports import ReportsApi

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_stepfunctions import SFNClient

    from lambdas.payloads import Request
    from lambdas.spapi.client import Call

SECRET_NAMES = bundled_files.TASK_ROOT / bundled_files.SECRET_NAMES


class Dependencies:
    """Everything outside the process that a handler may reach, as the environment says."""

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger's table."""
        return Ledger(dynamodb=self._dynamodb, table=os.environ["LEDGER_TABLE"], retention=self._retention)

    @cached_property
    def statistics(self) -> ReportStatistics:
        """What earlier reports were like."""
        return ReportStatistics(dynamodb=self._dynamodb, table=os.environ["LEDGER_TABLE"], retention=self._retention)

    def is_running(self, execution: str) -> bool:
        """Say whether an execution of the machine is still at work."""
        try:
            return bool(self.describe_execution(execution)["status"] == "RUNNING")
        except self.stepfunctions.exceptions.ExecutionDoesNotExist:
            return False

    def describe_execution(self, execution: str) -> Mapping[str, Any]:
        """Return what DescribeExecution says of an execution."""
        return self.stepfunctions.describe_execution(executionArn=execution)

    @cached_property
    def notification_table(self) -> NotificationTable:
        """Where notifications are written down."""
        return NotificationTable(dynamodb=self._dynamodb, table=os.environ["LEDGER_TABLE"])

    def resume(self, token: str, output: Mapping[str, Any]) -> bool:
        """End the wait that a task token is of; say whether it was not over."""
        over = self.stepfunctions.exceptions
        try:
            self.stepfunctions.send_task_success(taskToken=token, output=json.dumps(output))
        except (over.TaskTimedOut, over.TaskDoesNotExist, over.InvalidToken):
            return False
        return True

    @cached_property
    def put_events(self) -> Callable[..., Any]:
        """EventBridge's PutEvents."""
        return boto3.client("events").put_events  # type: ignore[no-any-return]  # its stubs are not among ours

    def start(self, name: str, given: dict[str, Any]) -> None:
        """Start an execution of the report machine, unless one of this name has been."""
        machine = os.environ["STATE_MACHINE_ARN"]
        with suppress(self.stepfunctions.exceptions.ExecutionAlreadyExists):
            self.stepfunctions.start_execution(stateMachineArn=machine, name=name, input=json.dumps(given))

    def write(self, key: str, body: bytes) -> str:
        """Write an object beside the reports, and return the bucket's name."""
        bucket = os.environ["REPORT_BUCKET"]
        boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/json")
        return bucket

    @cached_property
    def bucket(self) -> ReportBucket:
        """The bucket that reports land in."""
        # A signed body would be hashed once more; each part carries a CRC32 instead, which S3 checks.
        config = Config(
            s3={"payload_signing_enabled": False},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        key = os.environ.get("REPORT_KEY_ARN")
        return ReportBucket(
            s3=boto3.client("s3", config=config),
            bucket=os.environ["REPORT_BUCKET"],
            zone=os.environ.get("REPORT_ZONE", ""),
            headers={"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {},
        )

    @cached_property
    def credentials(self) -> CredentialStore:
        """Where the credentials are."""
        return CredentialStore(secrets_manager=boto3.client("secretsmanager"), prefix=os.environ["SECRET_PREFIX"])

    @cached_property
    def _secret_names(self) -> dict[str, str]:
        names: dict[str, str] = json.loads(SECRET_NAMES.read_text()) if SECRET_NAMES.exists() else {}
        return names

    @cached_property
    def documents(self) -> DocumentSource:
        """Where documents come from."""
        return DocumentSource(origins=os.environ["DOCUMENT_ORIGINS"].split())

    def sp_api(self, request: Request, calls: list[Call], *, waited: bool = False) -> ReportsApi:
        """SP-API as the selling partner of this request; each call made is added to `calls`.

        `waited` says that this execution has waited for its turn.
        """
        pace = QuotaReservations(
            dynamodb=self._dynamodb,
            table=os.environ["LEDGER_TABLE"],
            request=request,
            waited=waited,
            retention=self._retention,
            type_quotas=[(quota.count, quota.seconds) for quota in report_types.get(request["reportType"]).quotas],
        )
        region, partner = region_of(request["marketplaceIds"]), request["sellingPartnerId"]
        return ReportsApi(
            http=self._http,
            endpoint=os.environ.get("SP_API_ENDPOINT") or ENDPOINTS[region],
            tokens=self._tokens,
            # Who sells in two regions has a refresh token for each.
            selling_partner_id=self._secret_names.get(f"{partner}/{region}", partner),
            calls=calls,
            pace=pace,
        )

    @cached_property
    def _dynamodb(self) -> DynamoDBClient:
        return boto3.client("dynamodb")

    @cached_property
    def stepfunctions(self) -> SFNClient:
        """Step Functions, patient where it throttles."""
        return boto3.client("stepfunctions", config=Config(retries={"mode": "standard", "total_max_attempts": 8}))

    @cached_property
    def _retention(self) -> timedelta:
        return timedelta(days=int(os.environ["LEDGER_RETENTION_DAYS"]))

    @cached_property
    def _http(self) -> urllib3.PoolManager:
        # Without retries=False urllib3 would repeat calls behind our back, createReport among them.
        return urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=5, read=25))

    @cached_property
    def _tokens(self) -> lwa.AccessTokens:
        endpoint = os.environ.get("LWA_ENDPOINT") or lwa.ENDPOINT
        return lwa.AccessTokens(
            http=self._http,
            endpoint=endpoint,
            credentials=self.credentials.credentials,
            now=lambda: clock.now().timestamp(),
        )


@cache
def dependencies() -> Dependencies:
    """Return this process's services."""
    return Dependencies()
