"""The stack's configuration: CDK context, and the file of reports that it names, checked once, here."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from infra.context_values import ContextValues, InvalidConfiguration
from lambdas.payloads.findings import FindingCode
from lambdas.schedules.report_config import ReportConfig
from planning.load import InvalidReports, read

REPOSITORY = Path(__file__).parents[1]
BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
TABLE_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")
KEY_ARN = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+")
SECRET_PREFIX = re.compile(r"[A-Za-z0-9/_+=.@-]{0,199}[A-Za-z0-9_+=.@-]")
PREFIX_ALLOWED = "are letters, digits and /_+=.@-, without a slash at the end"
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
# Amazon hands documents out from S3 and CloudFront, and from hosts of its own.
AMAZON_DOCUMENT_ORIGINS = "https://*.amazonaws.com https://*.cloudfront.net https://*.amazon.com"
HOUR = 3600
# The CDK's RetentionDays. Its import starts node, and this module checks a configuration without.
LOG_RETENTIONS = (
    "ONE_DAY",
    "THREE_DAYS",
    "FIVE_DAYS",
    "ONE_WEEK",
    "TWO_WEEKS",
    "ONE_MONTH",
    "TWO_MONTHS",
    "THREE_MONTHS",
    "FOUR_MONTHS",
    "FIVE_MONTHS",
    "SIX_MONTHS",
    "ONE_YEAR",
    "THIRTEEN_MONTHS",
    "EIGHTEEN_MONTHS",
    "TWO_YEARS",
    "THREE_YEARS",
    "FIVE_YEARS",
    "SIX_YEARS",
    "SEVEN_YEARS",
    "EIGHT_YEARS",
    "NINE_YEARS",
    "TEN_YEARS",
    "INFINITE",
)


@dataclass(frozen=True, kw_only=True)
class Config:
    """What is deployed. Empty endpoints mean Amazon's own, by region."""

    sp_api_endpoint: str
    lwa_endpoint: str
    document_origins: str
    secret_prefix: str
    deadline_seconds: int
    restricted_retention_days: int
    ledger_retention_days: int
    polling_factor: float
    notifications: bool
    utf8_copy: bool
    bucket_name: str
    ledger_name: str
    restricted_key_arn: str
    """What a stack before has left, to go on with; empty: new ones."""
    encryption_key: str
    """The owner of the KMS key: `aws` or `customer`."""
    access_logs: bool
    tables: bool
    restricted_tables: bool
    start_missing_windows: bool
    repeat_failed: bool
    alarm_email: str
    finding_alarms: tuple[str, ...]
    no_data_retry_seconds: int
    dashboard: bool
    log_retention: str
    """A member of the CDK's RetentionDays."""
    reports_file: Path
    reports: ReportConfig
    """What that file says: selling partners, and the reports to get for them."""

    @classmethod
    def from_context(cls, context: Callable[[str], Any]) -> "Config":
        """Read the configuration; `context` returns a key's value or None.

        Raises:
            InvalidConfiguration: one sentence that names the key, what was found and what is allowed; or several lines
                of the file of reports, with such a sentence each.
        """
        values = ContextValues(context)
        reports_file = REPOSITORY / values.text("reportsFile", "reports.toml")
        tables = values.switch("tables")
        restricted_tables = _restricted_tables(values, tables=tables)
        return cls(
            sp_api_endpoint=values.endpoint("spApiEndpoint"),
            lwa_endpoint=values.endpoint("lwaEndpoint"),
            document_origins=values.text("documentOrigins", AMAZON_DOCUMENT_ORIGINS),
            secret_prefix=values.matching("secretPrefix", SECRET_PREFIX, PREFIX_ALLOWED, default="reportflow"),
            deadline_seconds=values.number("deadlineHours", default=4, low=0.1, high=48, unit=HOUR),
            utf8_copy=values.switch("utf8Copy"),
            bucket_name=values.matching("bucketName", BUCKET_NAME, "is a bucket's name"),
            ledger_name=values.matching("ledgerName", TABLE_NAME, "is a table's name"),
            restricted_key_arn=values.matching("restrictedKeyArn", KEY_ARN, "is a KMS key's ARN"),
            encryption_key=values.one_of("encryptionKey", ("aws", "customer"), default="aws"),
            access_logs=values.switch("accessLogs"),
            tables=tables,
            restricted_tables=restricted_tables,
            start_missing_windows=values.switch("startMissingWindows"),
            # On: it asks for nothing that the schedules have not asked for already.
            repeat_failed=values.switch("repeatFailed", default=True),
            finding_alarms=values.some_of("findingAlarms", get_args(FindingCode)),
            no_data_retry_seconds=values.number("noDataRetryHours", default=0, low=0, high=24, unit=HOUR),
            alarm_email=values.matching("alarmEmail", EMAIL, "is an e-mail address"),
            dashboard=values.switch("dashboard"),
            restricted_retention_days=values.number(
                "restrictedRetentionDays", default=30, low=5 if restricted_tables else 4, high=30
            ),
            ledger_retention_days=values.number("ledgerRetentionDays", default=400, low=90, high=3650),
            polling_factor=values.number("pollingFactor", default=5.2, low=3, high=20, unit=100) / 100,
            notifications=values.switch("notifications"),
            log_retention=values.one_of("logRetention", LOG_RETENTIONS, default="ONE_MONTH"),
            reports_file=reports_file,
            reports=_reports(reports_file),
        )


def _reports(reports_file: Path) -> ReportConfig:
    try:
        return read(reports_file, now=datetime.now(UTC))
    except InvalidReports as invalid:
        raise InvalidConfiguration(str(invalid)) from None


def _restricted_tables(values: ContextValues, *, tables: bool) -> bool:
    wanted, found = values.switch("restrictedTables"), ""
    if wanted and not tables:
        found = "tables is not; allowed is true with tables=true"
    elif wanted and values.raw("bucketName"):
        # The lifecycle rules of such a bucket are those that it has: none would let the tables end in time.
        found = "bucketName is given; allowed is true for a bucket that the stack makes"
    if found:
        raise InvalidConfiguration(f"context restrictedTables is true and {found}")
    return wanted
