"""What a schedule sends."""

from typing import TypedDict


class ScheduleInvocation(TypedDict):
    """What EventBridge Scheduler sends to Start reports: the schedule's timing, and when it was due."""

    schedule: str
    timeZone: str
    flexibleMinutes: int
    scheduledTime: str
