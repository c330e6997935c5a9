"""The configuration: defaults, and one sentence for each value that nothing can be deployed from."""

from typing import Any

import pytest

from infra.config import AMAZON_DOCUMENT_ORIGINS, Config
from infra.context_values import InvalidConfiguration
from lambdas.polling import poll_schedule


def config(**context: Any) -> Config:
    """Return the configuration that a context stands for."""
    return Config.from_context(context.get)


def test_nothing_needs_to_be_configured() -> None:
    default = config()
    assert default.sp_api_endpoint == default.lwa_endpoint == ""
    assert default.document_origins == AMAZON_DOCUMENT_ORIGINS
    assert default.secret_prefix == "reportflow"
    assert default.deadline_seconds == 4 * 3600
    assert default.ledger_retention_days == 400
    assert default.polling_factor == poll_schedule.FACTOR
    assert default.encryption_key == "aws"
    assert default.access_logs is False
    assert default.reports_file.name == "reports.toml"
    assert not default.reports.timings


def test_a_slash_at_the_end_of_an_endpoint_is_dropped() -> None:
    assert config(spApiEndpoint="https://example.com/").sp_api_endpoint == "https://example.com"


def test_numbers_may_come_from_the_command_line_as_text() -> None:
    assert config(deadlineHours="0.5").deadline_seconds == 1800
    assert config(pollingFactor="3.25").polling_factor == 3.25


def test_a_switch_may_come_from_the_command_line_as_text() -> None:
    assert config(accessLogs="true").access_logs is True
    assert config(accessLogs="false").access_logs is False


@pytest.mark.parametrize("given", ["WINDOW,EMPTY", " EMPTY  WINDOW ", ["WINDOW", "EMPTY"]])
def test_alarms_of_findings_may_come_as_text_or_as_a_list(given: object) -> None:
    assert config(findingAlarms=given).finding_alarms == ("EMPTY", "WINDOW")
    assert config().finding_alarms == config(findingAlarms="").finding_alarms == ()


@pytest.mark.parametrize("days", [90, 3650])
def test_the_ledger_s_retention_has_its_bounds(days: int) -> None:
    assert config(ledgerRetentionDays=days).ledger_retention_days == days


@pytest.mark.parametrize("factor", [3, 20])
def test_the_polling_factor_has_its_bounds(factor: float) -> None:
    assert config(pollingFactor=factor).polling_factor == factor


@pytest.mark.parametrize(
    ("context", "sentence"),
    [
        (
            {"spApiEndpoint": "http://example.com"},
            "context spApiEndpoint is 'http://example.com'; allowed is an https URL",
        ),
        (
            {"lwaEndpoint": "https://u@example.com"},
            "context lwaEndpoint is 'https://u@example.com'; allowed is an https",
        ),
        ({"spApiEndpoint": 5}, "context spApiEndpoint is 5; allowed is a non-empty string"),
        ({"secretPrefix": "a b"}, "context secretPrefix is 'a b'; allowed are letters"),
        ({"secretPrefix": "a/"}, "context secretPrefix is 'a/'; allowed are letters"),
        ({"deadlineHours": 0}, "context deadlineHours is 0; allowed is a number from 0.1 to 48"),
        ({"deadlineHours": "soon"}, "context deadlineHours is 'soon'; allowed is a number from 0.1 to 48"),
        ({"ledgerRetentionDays": 89}, "context ledgerRetentionDays is 89; allowed is a number from 90 to 3650"),
        ({"ledgerRetentionDays": 3651}, "context ledgerRetentionDays is 3651; allowed is a number from 90 to 3650"),
        ({"pollingFactor": 2.9}, "context pollingFactor is 2.9; allowed is a number from 3 to 20"),
        ({"pollingFactor": "fast"}, "context pollingFactor is 'fast'; allowed is a number from 3 to 20"),
        ({"utf8Copy": "parquet"}, "context utf8Copy is 'parquet'; allowed are true and false"),
        ({"encryptionKey": "mine"}, "context encryptionKey is 'mine'; allowed are aws and customer"),
        ({"bucketName": "Reports_"}, "context bucketName is 'Reports_'; allowed is a bucket's name"),
        ({"ledgerName": "a/b"}, "context ledgerName is 'a/b'; allowed is a table's name"),
        ({"restrictedKeyArn": "alias/x"}, "context restrictedKeyArn is 'alias/x'; allowed is a KMS key's ARN"),
        (
            {"findingAlarms": "WINDOW,GHOST"},
            "context findingAlarms is 'WINDOW,GHOST'; allowed are some of EMPTY, FORMAT",
        ),
        ({"findingAlarms": True}, "context findingAlarms is True; allowed are some of EMPTY, FORMAT"),
        ({"findingAlarms": [["ROWS"]]}, "context findingAlarms is [['ROWS']]; allowed are some of EMPTY, FORMAT"),
        ({"noDataRetryHours": 25}, "context noDataRetryHours is 25; allowed is a number from 0 to 24"),
        ({"accessLogs": "yes"}, "context accessLogs is 'yes'; allowed are true and false"),
        ({"accessLogs": 1}, "context accessLogs is 1; allowed are true and false"),
        ({"logRetention": "30"}, "context logRetention is '30'; allowed are ONE_DAY"),
        ({"reportsFile": "no/such.toml"}, "such.toml cannot be read: No such file or directory"),
        ({"reportsFile": "README.md"}, "README.md:3: it is not TOML: "),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(context: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidConfiguration) as refused:
        config(**context)
    assert str(refused.value).startswith(sentence)
    assert "\n" not in str(refused.value)
