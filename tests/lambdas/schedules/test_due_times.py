"""When schedules are due, by their time zone's clock."""

from datetime import UTC, datetime, timedelta

import pytest

from lambdas.schedules.due_times import due_times, skipped_times
from lambdas.schedules.report_config import ScheduleTiming


def due(schedule: str, zone: str, since: str, until: str) -> list[str]:
    """Return when a schedule is due between two instants."""
    timing = ScheduleTiming(schedule=schedule, time_zone=zone)
    begin, end = (datetime.fromisoformat(instant).replace(tzinfo=UTC) for instant in (since, until))
    return [moment.isoformat(timespec="minutes") for moment in due_times(timing, since=begin, until=end)]


def test_a_clock_that_is_set_back_or_forward_changes_the_offset_and_not_the_hour() -> None:
    assert due("cron(0 6 ? * SUN *)", "Europe/Berlin", "2026-03-22", "2026-04-01") == [
        "2026-03-22T06:00+01:00",
        "2026-03-29T06:00+02:00",
    ]


def test_a_time_that_comes_twice_is_due_once() -> None:
    half_past_two = "cron(30 2 * * ? *)", "Europe/Berlin"
    assert due(*half_past_two, "2026-10-24T12:00", "2026-10-25T12:00") == ["2026-10-25T02:30+02:00"]


@pytest.mark.parametrize(
    ("zone", "schedule", "wall"),
    [
        ("Europe/Berlin", "cron(30 2 * * ? *)", "2027-03-28T02:30"),
        ("Africa/Cairo", "cron(0 0 * * ? *)", "2027-04-30T00:00"),
        ("Australia/Lord_Howe", "cron(15 2 * * ? *)", "2027-10-03T02:15"),
        ("America/Santiago", "cron(59 0 * * ? *)", "2027-09-05T00:59"),
    ],
)
def test_a_time_that_does_not_exist_is_skipped_and_told(zone: str, schedule: str, wall: str) -> None:
    timing = ScheduleTiming(schedule=schedule, time_zone=zone)
    day = datetime.fromisoformat(wall).replace(tzinfo=UTC)
    since, until = day - timedelta(days=3), day + timedelta(days=3)
    skipped = [time.isoformat(timespec="minutes") for time, _ in skipped_times(timing, since=since, until=until)]
    assert skipped == [wall]
    days = [moment.date() for moment in due_times(timing, since=since, until=until)]
    assert len(days) == 5
    assert day.date() not in days
    usual = ScheduleTiming(schedule="cron(0 12 * * ? *)", time_zone=zone)
    assert not list(skipped_times(usual, since=since, until=until))


@pytest.mark.parametrize(
    ("schedule", "days"),
    [
        ("cron(0 6 1 * ? *)", ["01"]),
        ("cron(0 6 L * ? *)", ["30"]),
        ("cron(0 6 ? * 2#2 *)", ["09"]),
        ("cron(0 6 ? NOV TUE-WED *)", ["03", "04", "10", "11", "17", "18", "24", "25"]),
        ("rate(10 days)", ["03", "13", "23"]),
    ],
)
def test_expressions_are_aws_s(schedule: str, days: list[str]) -> None:
    assert [moment[8:10] for moment in due(schedule, "Etc/UTC", "2026-11-01", "2026-12-01")] == days


def test_from_the_first_instant_on_and_before_the_last() -> None:
    hourly = ["2026-11-01T00:00+00:00", "2026-11-01T01:00+00:00"]
    for schedule in ("rate(1 hour)", "cron(0 * * * ? *)"):
        assert due(schedule, "Etc/UTC", "2026-11-01T00:00", "2026-11-01T02:00") == hourly
