"""The stack's configuration: CDK context, and the file of reports that it names, checked once, here."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from lambdas.payloads.findings import FindingCode
from lambdas.schedules.report_config import ReportConfig
from planning.load import InvalidReports, read

REPOSITORY = Path(__file__).parents[1]
LOOPBACK = ("127.0.0.1", "localhost", "::1")
BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
TABLE_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")
KEY_ARN = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+")
SECRET_PREFIX = re.compile(r"[A-Za-z0-9/_+=.@-]{1,200}")
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


class InvalidConfiguration(ValueError):
    """The CDK context, or the file of reports, has something that nothing can be deployed from."""


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
    encryption_key: Literal["aws", "customer"]
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
        reports_file = REPOSITORY / _text(context, "reportsFile", "reports.toml")
        tables = _switch(context, "tables")
        restricted_tables = _restricted_tables(context, tables=tables)
        return cls(
            sp_api_endpoint=_endpoint(context, "spApiEndpoint"),
            lwa_endpoint=_endpoint(context, "lwaEndpoint"),
            document_origins=_text(context, "documentOrigins", AMAZON_DOCUMENT_ORIGINS),
            secret_prefix=_prefix(_text(context, "secretPrefix", "reportflow")),
            deadline_seconds=_number(context, "deadlineHours", default=4, low=0.1, high=48, unit=HOUR),
            utf8_copy=_switch(context, "utf8Copy"),
            bucket_name=_matching(context, "bucketName", BUCKET_NAME, "a bucket's name"),
            ledger_name=_matching(context, "ledgerName", TABLE_NAME, "a table's name"),
            restricted_key_arn=_matching(context, "restrictedKeyArn", KEY_ARN, "a KMS key's ARN"),
            encryption_key=_encryption_key(context("encryptionKey")),
            access_logs=_switch(context, "accessLogs"),
            tables=tables,
            restricted_tables=restricted_tables,
            start_missing_windows=_switch(context, "startMissingWindows"),
            # On: it asks for nothing that the schedules have not asked for already.
            repeat_failed=_switch(context, "repeatFailed", default=True),
            finding_alarms=_codes(context, "findingAlarms"),
            no_data_retry_seconds=_number(context, "noDataRetryHours", default=0, low=0, high=24, unit=HOUR),
            alarm_email=_email(_text(context, "alarmEmail", "")),
            dashboard=_switch(context, "dashboard"),
            restricted_retention_days=_number(
                context, "restrictedRetentionDays", default=30, low=5 if restricted_tables else 4, high=30
            ),
            ledger_retention_days=_number(context, "ledgerRetentionDays", default=400, low=90, high=3650),
            polling_factor=_number(context, "pollingFactor", default=5.2, low=3, high=20, unit=100) / 100,
            notifications=_switch(context, "notifications"),
            log_retention=_retention(context("logRetention")),
            reports_file=reports_file,
            reports=_reports(reports_file),
        )


def _reports(reports_file: Path) -> ReportConfig:
    try:
        return read(reports_file, now=datetime.now(UTC))
    except InvalidReports as invalid:
        raise InvalidConfiguration(str(invalid)) from None


def _text(context: Callable[[str], Any], key: str, default: str) -> str:
    value = context(key)
    if value is None:
        return default
    if not isinstance(value, str) or not value.strip():
        raise InvalidConfiguration(f"context {key} is {value!r}; allowed is a non-empty string")
    return value.strip()


def _endpoint(context: Callable[[str], Any], key: str) -> str:
    value = _text(context, key, "").rstrip("/")
    parts = urlsplit(value)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if value and not (secure and parts.hostname and "@" not in parts.netloc):
        raise InvalidConfiguration(f"context {key} is {value!r}; allowed is an https URL, or http on the loopback")
    return value


def _matching(context: Callable[[str], Any], key: str, pattern: re.Pattern[str], allowed: str) -> str:
    value = _text(context, key, "")
    if value and not pattern.fullmatch(value):
        raise InvalidConfiguration(f"context {key} is {value!r}; allowed is {allowed}")
    return value


def _prefix(value: str) -> str:
    if not SECRET_PREFIX.fullmatch(value) or value.endswith("/"):
        raise InvalidConfiguration(
            f"context secretPrefix is {value!r}; allowed are letters, digits and /_+=.@-, without a slash at the end"
        )
    return value


def _encryption_key(value: Any) -> Literal["aws", "customer"]:
    if value in (None, "aws"):
        return "aws"
    if value == "customer":
        return "customer"
    raise InvalidConfiguration(f"context encryptionKey is {value!r}; allowed are aws and customer")


def _codes(context: Callable[[str], Any], key: str) -> tuple[str, ...]:
    value, allowed = context(key), get_args(FindingCode)
    # -c on the command line gives text.
    codes = re.split(r"[,\s]+", value.strip()) if isinstance(value, str) else value
    if value in (None, "", []):
        return ()
    if not isinstance(codes, list) or not all(code in allowed for code in codes):
        raise InvalidConfiguration(f"context {key} is {value!r}; allowed are some of {', '.join(allowed)}")
    return tuple(code for code in allowed if code in codes)


def _email(value: str) -> str:
    if value and not re.fullmatch(r"[^@\s]+@[^@\s]+", value):
        raise InvalidConfiguration(f"context alarmEmail is {value!r}; allowed is an e-mail address")
    return value


def _switch(context: Callable[[str], Any], key: str, *, default: bool = False) -> bool:
    value = default if context(key) is None else context(key)
    # -c on the command line gives text.
    if not isinstance(value, bool) and value not in ("true", "false"):
        raise InvalidConfiguration(f"context {key} is {value!r}; allowed are true and false")
    return value in (True, "true")


def _restricted_tables(context: Callable[[str], Any], *, tables: bool) -> bool:
    wanted, found = _switch(context, "restrictedTables"), ""
    if wanted and not tables:
        found = "tables is not; allowed is true with tables=true"
    elif wanted and context("bucketName"):
        # The lifecycle rules of such a bucket are those that it has: none would let the tables end in time.
        found = "bucketName is given; allowed is true for a bucket that the stack makes"
    if found:
        raise InvalidConfiguration(f"context restrictedTables is true and {found}")
    return wanted


def _retention(value: Any) -> str:
    if value is not None and value not in LOG_RETENTIONS:
        raise InvalidConfiguration(f"context logRetention is {value!r}; allowed are {', '.join(LOG_RETENTIONS)}")
    return value or "ONE_MONTH"


def _number(context: Callable[[str], Any], key: str, *, default: float, low: float, high: float, unit: int = 1) -> int:
    value = context(key)
    try:
        number = float(default if value is None else value)
    except (TypeError, ValueError):
        number = float("nan")
    if not low <= number <= high:
        raise InvalidConfiguration(f"context {key} is {value!r}; allowed is a number from {low:g} to {high:g}")
    return round(number * unit)
