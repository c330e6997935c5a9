"""Personal data is gone when the option says, by S3's own arithmetic."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template

from infra.config import Config, InvalidConfiguration
from infra.storage import RESTRICTED_ZONE, ReportStorage
from lambdas.handlers.tabulate import LATEST_RESTRICTED

DAY = timedelta(days=1)
KEY = f"{RESTRICTED_ZONE}reports/r.tsv.gz"
RETENTIONS = (4, 17, 30)


@pytest.fixture(scope="module")
def rules() -> dict[int, list[dict[str, Any]]]:
    """Return the bucket's lifecycle rules, by the retention that the context asks for."""
    return {days: list(rules_of(days)) for days in RETENTIONS}


def rules_of(days: int, **context: Any) -> Iterator[dict[str, Any]]:
    """Yield the rules of a bucket with this retention."""
    stack = Stack(App(), "stack")
    ReportStorage(stack, "Storage", config=Config.from_context({"restrictedRetentionDays": days, **context}.get))
    (bucket,) = Template.from_stack(stack).find_resources("AWS::S3::Bucket").values()
    yield from bucket["Properties"]["LifecycleConfiguration"]["Rules"]


def after(moment: datetime, days: int) -> datetime:
    """Return when S3 takes `days` to be over: it rounds up to the next midnight UTC."""
    over = moment + timedelta(days=days)
    midnight = over.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight if midnight == over else midnight + DAY


def gone_at(landed: datetime, rules: list[dict[str, Any]], *, key: str = KEY) -> datetime:
    """Return when no byte of a restricted object is left in a versioned bucket."""
    removals = []
    for rule in rules:
        if key.startswith(rule.get("Prefix", "")) and "ExpirationInDays" in rule:
            marked = after(landed, rule["ExpirationInDays"])
            # S3 writes the marker some time after midnight.
            noncurrent = marked + timedelta(minutes=1)
            removals.append(after(noncurrent, rule["NoncurrentVersionExpiration"]["NoncurrentDays"]))
    return min(removals)


@pytest.mark.parametrize("days", RETENTIONS)
@pytest.mark.parametrize("time", [(0, 0), (0, 1), (12, 0), (23, 59)])
def test_no_byte_is_left_after_the_retention(
    rules: dict[int, list[dict[str, Any]]], days: int, time: tuple[int, int]
) -> None:
    landed = datetime(2026, 11, 1, *time, tzinfo=UTC)
    kept = gone_at(landed, rules[days]) - landed
    assert kept <= timedelta(days=days)
    # And no earlier than it must: it is there for a reason.
    assert kept > timedelta(days=days) - 3 * DAY


@pytest.mark.parametrize("days", [5, 30])
@pytest.mark.parametrize("time", [(0, 0), (0, 1), (12, 0), (23, 59)])
def test_no_row_of_it_is_left_in_a_table_that_was_made_as_late_as_it_may_be(days: int, time: tuple[int, int]) -> None:
    landed = datetime(2026, 11, 1, *time, tzinfo=UTC)
    rules = [*rules_of(days, tables=True, restrictedTables=True)]
    gone = gone_at(landed + LATEST_RESTRICTED, rules, key=f"{RESTRICTED_ZONE}tables/t/w.parquet")
    assert gone - landed <= timedelta(days=days)


def test_a_retention_that_is_too_short_for_tables_and_tables_of_none_are_refused() -> None:
    with pytest.raises(InvalidConfiguration, match="allowed is a number from 5 to 30"):
        Config.from_context({"restrictedRetentionDays": 4, "tables": True, "restrictedTables": True}.get)
    with pytest.raises(InvalidConfiguration, match="restrictedTables is true and tables is not"):
        Config.from_context({"restrictedTables": True}.get)


def test_the_plain_rule_would_break_the_promise() -> None:
    plain = {"Prefix": RESTRICTED_ZONE, "ExpirationInDays": 30, "NoncurrentVersionExpiration": {"NoncurrentDays": 1}}
    landed = datetime(2026, 11, 1, 0, 1, tzinfo=UTC)
    assert gone_at(landed, [plain]) - landed > timedelta(days=32)


@pytest.mark.parametrize("days", [0, 3, 3.9, 31])
def test_a_retention_that_cannot_be_kept_is_refused(days: float) -> None:
    with pytest.raises(
        InvalidConfiguration, match=r"context restrictedRetentionDays is .*; allowed is .* from 4 to 30"
    ):
        Config.from_context({"restrictedRetentionDays": days}.get)
