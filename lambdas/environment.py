"""The functions' environment variables: infra/ writes them from here, and the functions read them by here.

A field is a variable: `ledger_table` is LEDGER_TABLE. A function has the variables of what it does, and no others.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

# A field without a value: the function has no such variable. Any, so that each field has the type of its values.
ABSENT: Any = None


class VariableMissing(Exception):
    """A function reads a variable that infra/ has not given it."""


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Environment:
    """The variables of one function.

    Raises:
        VariableMissing: a field is read that has no value.
    """

    ledger_table: str = ABSENT
    """The name of the ledger's table."""
    ledger_retention_days: int = ABSENT
    """The ledger forgets an item so many days after it was written last."""
    secret_prefix: str = ABSENT
    """What the names of all secrets begin with, without the slash."""
    sp_api_endpoint: str = ABSENT
    """SP-API's URL. Empty: that of the request's region."""
    lwa_endpoint: str = ABSENT
    """The URL of Login with Amazon's token endpoint. Empty: Amazon's own."""
    document_origins: str = ABSENT
    """The origins that documents may come from, with `*` for parts of a name, separated by spaces."""
    report_bucket: str = ABSENT
    """The name of the bucket that reports land in."""
    report_zone: str = ""
    """What the keys of the reports begin with: empty, or `restricted/`."""
    report_key_arn: str = ""
    """The KMS key that encrypts the reports. Empty: the bucket's own."""
    tables_database: str = ABSENT
    """The name of Glue's database with the tables."""
    tabulate_queue_url: str = ABSENT
    """The URL of the queue of landed reports that are to become rows of tables."""
    utf8_copy: bool = ABSENT
    """Whether a text gets a UTF-8 copy, where the request does not say."""
    report_deadline_seconds: int = ABSENT
    """How long a report is waited for, where neither the request nor its type says."""
    polling_factor: float = ABSENT
    """The next wait is this many times the cube root of the seconds in which the report is likely to end."""
    no_data_retry_seconds: int = 0
    """So long after a suspicious NO_DATA another report is asked for, once. 0: never."""
    finding_alarms: str = ""
    """The codes of the findings that have an alarm, separated by spaces."""
    notifications: bool = False
    """Whether Amazon tells of a report's end."""
    state_machine_arn: str = ABSENT
    """The ARN of the report machine."""
    discovery_machine_arn: str = ABSENT
    """The ARN of the discovery machine."""
    detailed_metrics: bool = False
    """Whether CloudWatch gets more metrics than those that alarms look at."""
    start_missing_windows: bool = ABSENT
    """Whether Find gaps starts executions for the windows that nobody has asked for."""
    repeat_failed: bool = ABSENT
    """Whether Find gaps lets executions go on that have failed for a reason that passes."""

    def __getattribute__(self, name: str) -> Any:
        """Return a field's value, which is never ABSENT."""
        value = super().__getattribute__(name)
        if value is ABSENT:
            raise VariableMissing(f"the function has no environment variable {name.upper()}, which infra/ writes")
        return value

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Return the variables of an environment: that of this process.

        Raises:
            ValueError: a number is none.
        """
        given = {field: environ[field.name.upper()] for field in fields(cls) if field.name.upper() in environ}
        return cls(**{field.name: _decoded(text, field.type) for field, text in given.items()})

    def as_variables(self) -> Mapping[str, str]:
        """Return the variables as text, by their names: those that have a value other than their default."""
        return {name.upper(): _encoded(value) for name, value in self._given().items()}

    def __or__(self, more: Self) -> Self:
        """Return the variables of both; `more` wins."""
        return type(self)(**self._given() | more._given())

    def _given(self) -> dict[str, Any]:
        return {field.name: value for field in fields(self) if (value := vars(self)[field.name]) != field.default}


def _decoded(text: str, kind: Any) -> Any:
    return text == "true" if kind is bool else kind(text)


def _encoded(value: str | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
