"""Personal data is gone when the option says, by S3's own arithmetic."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.config import Config
from infra.context_values import InvalidConfiguration
from lambdas.handlers.tabulate import LATEST_RESTRICTED
from tests.assemblies import Assemblies
from tests.testing.template import Template

DAY = timedelta(days=1)
RESTRICTED_ZONE = "restricted/"
KEY = f"{RESTRICTED_ZONE}reports/r.tsv.gz"
# By the assemblies' variants.
RETENTIONS = {"another-context": 4, "notifications": 17, "default": 30}
WITH_TABLES = {"many-partners": 5, "every-option": 30}


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


@pytest.mark.parametrize("variant", RETENTIONS)
@pytest.mark.parametrize("time", [(0, 0), (0, 1), (12, 0), (23, 59)])
def test_no_byte_is_left_after_the_retention(assemblies: Assemblies, variant: str, time: tuple[int, int]) -> None:
    days = RETENTIONS[variant]
    bucket = Template.read(assemblies.wait_for(variant)).only("AWS::S3::Bucket")
    landed = datetime(2026, 11, 1, *time, tzinfo=UTC)
    kept = gone_at(landed, bucket["LifecycleConfiguration"]["Rules"]) - landed
    assert kept <= timedelta(days=days)
    # And no earlier than it must: it is there for a reason.
    assert kept > timedelta(days=days) - 3 * DAY


@pytest.mark.parametrize("variant", WITH_TABLES)
@pytest.mark.parametrize("time", [(0, 0), (0, 1), (12, 0), (23, 59)])
def test_no_row_of_it_is_left_in_a_table_that_was_made_as_late_as_it_may_be(
    assemblies: Assemblies, variant: str, time: tuple[int, int]
) -> None:
    landed = datetime(2026, 11, 1, *time, tzinfo=UTC)
    buckets = Template.read(assemblies.wait_for(variant)).of_type("AWS::S3::Bucket").values()
    rules = [rule for bucket in buckets for rule in bucket["Properties"]["LifecycleConfiguration"]["Rules"]]
    rules = [rule for rule in rules if rule.get("Prefix", "").startswith(RESTRICTED_ZONE)]
    gone = gone_at(landed + LATEST_RESTRICTED, rules, key=f"{RESTRICTED_ZONE}tables/t/w.parquet")
    assert gone - landed <= timedelta(days=WITH_TABLES[variant])


@pytest.mark.parametrize("variant", WITH_TABLES)
def test_an_answer_about_it_is_gone_within_ten_days_and_before_the_retention_ends(
    assemblies: Assemblies, variant: str
) -> None:
    asked = datetime(2026, 11, 1, 0, 1, tzinfo=UTC)
    buckets = Template.read(assemblies.wait_for(variant)).of_type("AWS::S3::Bucket").values()
    rules = [rule for bucket in buckets for rule in bucket["Properties"]["LifecycleConfiguration"]["Rules"]]
    rules = [rule for rule in rules if rule.get("Prefix", "").startswith(RESTRICTED_ZONE)]
    gone = gone_at(asked, rules, key=f"{RESTRICTED_ZONE}athena/1.csv")
    assert gone - asked <= timedelta(days=min(10, WITH_TABLES[variant]))


def test_a_retention_that_is_too_short_for_tables_and_tables_of_none_are_refused() -> None:
    with pytest.raises(InvalidConfiguration, match="allowed is a number from 5 to 30"):
        Config.from_context({"restrictedRetentionDays": 4, "tables": True, "restrictedTables": True}.get)
    with pytest.raises(InvalidConfiguration, match="restrictedTables is true and tables is not"):
        Config.from_context({"restrictedTables": True}.get)
    with pytest.raises(InvalidConfiguration, match="restrictedTables is true and bucketName is given"):
        Config.from_context({"restrictedTables": True, "tables": True, "bucketName": "reports-there"}.get)


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
