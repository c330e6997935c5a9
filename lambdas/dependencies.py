"""Composition root: what the handlers work with, built from the environment on first use and kept for the process."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import boto3
import urllib3
from botocore.config import Config

from lambdas import clock
from lambdas.credentials import CredentialStore
from lambdas.environment import Environment
from lambdas.executions import CONNECTIONS, Executions
from lambdas.landing.bucket import ReportBucket
from lambdas.landing.download import DocumentSource
from lambdas.ledger.outcome import Outcomes
from lambdas.ledger.report_statistics import ReportStatistics
from lambdas.ledger.table import Ledger
from lambdas.polling.notification_table import NotificationTable
from lambdas.quota.reservations import QuotaReservations
from lambdas.request import report_types
from lambdas.schedules import bundled_files, report_config
from lambdas.spapi import lwa
from lambdas.spapi.regions import ENDPOINTS, region_of
from lambdas.spapi.reports import ReportsApi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from types_boto3_dynamodb import DynamoDBClient

    from lambdas.payloads.request import Request
    from lambdas.schedules.report_config import ReportConfig
    from lambdas.spapi.client import Call
    from lambdas.tables.backlog import Backlog
    from lambdas.tables.table_files import TableFiles
    from lambdas.tables.tabulate import Tabulator

SECRET_NAMES = bundled_files.TASK_ROOT / bundled_files.SECRET_NAMES
# A part of the asset: Start reports and the synthesis of its schedules have read the same file.
REPORTS = bundled_files.TASK_ROOT / bundled_files.REPORTS
# What the keys of the tables' files begin with, behind the zone.
TABLES = "tables"


class Dependencies:
    """Everything outside the process that a handler may reach, as the environment says."""

    @cached_property
    def environment(self) -> Environment:
        """The function's variables."""
        return Environment.from_environ()

    @cached_property
    def report_config(self) -> ReportConfig:
        """The reports.toml that the asset brings along."""
        return report_config.parse(REPORTS.read_text(encoding="utf-8"))

    @cached_property
    def executions(self) -> Executions:
        """The machines' executions, through a client that is patient where Step Functions throttles."""
        config = Config(max_pool_connections=CONNECTIONS, retries={"mode": "standard", "total_max_attempts": 8})
        return Executions(stepfunctions=boto3.client("stepfunctions", config=config), environment=self.environment)

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger's table."""
        return Ledger(dynamodb=self._dynamodb, table=self.environment.ledger_table, retention=self._retention)

    @cached_property
    def outcomes(self) -> Outcomes:
        """Where it is recorded how reports have ended."""
        return Outcomes(self.ledger, self.statistics)

    @cached_property
    def statistics(self) -> ReportStatistics:
        """How long earlier reports of a type took, and how many rows they had."""
        return ReportStatistics(dynamodb=self._dynamodb, table=self.environment.ledger_table, retention=self._retention)

    @cached_property
    def notification_table(self) -> NotificationTable:
        """Where notifications are written down."""
        return NotificationTable(dynamodb=self._dynamodb, table=self.environment.ledger_table)

    @cached_property
    def put_events(self) -> Callable[..., Any]:
        """EventBridge's PutEvents."""
        return boto3.client("events").put_events  # type: ignore[no-any-return]  # its stubs are not among ours

    @cached_property
    def table_files(self) -> TableFiles:
        """The tables' files, which are in the same bucket."""
        from lambdas.tables.table_files import TableFiles

        prefix = f"{self.environment.report_zone}{TABLES}"
        return TableFiles(s3=boto3.client("s3"), prefix=prefix, headers=self._encryption)

    @cached_property
    def tabulator(self) -> Tabulator:
        """What puts landed reports into tables."""
        # Only the functions' asset that tables are made with has the packages for it.
        from lambdas.tables.catalog import Catalog
        from lambdas.tables.tabulate import Tabulator

        database, zone = self.environment.tables_database, self.environment.report_zone
        location = f"s3://{self.environment.report_bucket}/{zone}{TABLES}"
        catalog = Catalog(glue=boto3.client("glue"), database=database, location=location)
        return Tabulator(files=self.table_files, catalog=catalog, aliases=self.report_config.table_aliases)

    def backlog(self, *, since: datetime) -> Backlog:
        """Return what looks for what has landed since some time and is in no table."""
        from lambdas.tables.backlog import Backlog

        return Backlog(s3=boto3.client("s3"), bucket=self.environment.report_bucket, since=since)

    def send_to_tables(self, manifest_keys: Iterable[str]) -> int:
        """Have windows tabulated, and return how many they are. Raises backlog.QueueRefused."""
        from lambdas.tables import backlog

        return backlog.send(manifest_keys, sqs=boto3.client("sqs"), queue_url=self.environment.tabulate_queue_url)

    @cached_property
    def _encryption(self) -> dict[str, str]:
        key = self.environment.report_key_arn
        return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {}

    @cached_property
    def bucket(self) -> ReportBucket:
        """The bucket that reports land in."""
        # A signed body would be hashed once more; each part carries a CRC32 instead, which S3 checks.
        config = Config(
            s3={"payload_signing_enabled": False},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        return ReportBucket(
            s3=boto3.client("s3", config=config),
            bucket=self.environment.report_bucket,
            zone=self.environment.report_zone,
            headers=self._encryption,
        )

    @cached_property
    def credentials(self) -> CredentialStore:
        """Where the credentials are."""
        return CredentialStore(secrets_manager=boto3.client("secretsmanager"), prefix=self.environment.secret_prefix)

    @cached_property
    def _secret_names(self) -> dict[str, str]:
        names: dict[str, str] = json.loads(SECRET_NAMES.read_text()) if SECRET_NAMES.exists() else {}
        return names

    @cached_property
    def documents(self) -> DocumentSource:
        """Where documents come from."""
        return DocumentSource(origins=self.environment.document_origins.split())

    def sp_api(self, request: Request, calls: list[Call], *, waited: bool = False) -> ReportsApi:
        """SP-API as the selling partner of this request; each call made is added to `calls`.

        `waited` says that this execution has waited for its turn.
        """
        pace = QuotaReservations(
            dynamodb=self._dynamodb,
            table=self.environment.ledger_table,
            request=request,
            waited=waited,
            retention=self._retention,
            type_quotas=[(quota.count, quota.seconds) for quota in report_types.get(request["reportType"]).quotas],
        )
        region, partner = region_of(request["marketplaceIds"]), request["sellingPartnerId"]
        return ReportsApi(
            http=self._http,
            endpoint=self.environment.sp_api_endpoint or ENDPOINTS[region],
            tokens=self._tokens,
            # A selling partner has a refresh token for each region.
            selling_partner_id=self._secret_names.get(f"{partner}/{region}", partner),
            calls=calls,
            pace=pace,
        )

    @cached_property
    def _dynamodb(self) -> DynamoDBClient:
        return boto3.client("dynamodb")

    @cached_property
    def _retention(self) -> timedelta:
        return timedelta(days=self.environment.ledger_retention_days)

    @cached_property
    def _http(self) -> urllib3.PoolManager:
        # Without retries=False urllib3 would repeat calls behind our back, createReport among them.
        return urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=5, read=25))

    @cached_property
    def _tokens(self) -> lwa.AccessTokens:
        endpoint = self.environment.lwa_endpoint or lwa.ENDPOINT
        return lwa.AccessTokens(
            http=self._http,
            endpoint=endpoint,
            credentials=self.credentials.credentials,
            now=lambda: clock.now().timestamp(),
        )


@cache
def dependencies() -> Dependencies:
    """Return this process's dependencies."""
    return Dependencies()
