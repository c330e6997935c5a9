"""A value for each of reportOptions that the catalogue has."""

from lambdas.request.report_types import ReportOption
from lambdas.spapi.regions import BY_COUNTRY

BY_FORMAT = {
    "text": "x",
    "list": "x",
    "asin": "B00EXAMPLE",
    "asin-list": "B00EXAMPLE",
    "locale": "en_GB",
    "marketplace-id": BY_COUNTRY["DE"],
    "date-time": "2026-10-01T00:00:00Z",
    "date": "2026-10-01",
}


def value_of(option: ReportOption) -> str:
    """Return a value that the option takes: a week, if it is a period."""
    return "WEEK" if "WEEK" in option.values else option.values[0] if option.values else BY_FORMAT[option.format]
