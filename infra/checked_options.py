"""With which options the templates are checked and tested, beside those of cdk.json. To read them starts no CDK."""

from collections.abc import Mapping
from typing import Any, get_args

from lambdas.payloads.findings import FindingCode

EVERY_OPTION: Mapping[str, Any] = {
    "utf8Copy": "true",
    "encryptionKey": "customer",
    "accessLogs": True,
    "startMissingWindows": True,
    "repeatFailed": False,
    "notifications": True,
    "tables": True,
    "restrictedTables": True,
    "reportsFile": "docs/reports.example.toml",
    "alarmEmail": "on-call@example.com",
    "findingAlarms": [*get_args(FindingCode)],
    "noDataRetryHours": 2,
    "dashboard": True,
}
# What a stack before has left, as the next one names it.
KEPT: Mapping[str, Any] = {
    "bucketName": "reports-of-before",
    "ledgerName": "ledger-of-before",
    "restrictedKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/0d0dbe1e-3a11-4a53-8a5c-5f2f53d1e5a1",
}
