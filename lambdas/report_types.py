"""What is known of report types: `report_types.json`, with its sources."""

import json
from functools import cache
from pathlib import Path


@cache
def _restricted() -> frozenset[str]:
    known = json.loads(Path(__file__).with_suffix(".json").read_text())
    return frozenset(known["restricted"]["reportTypes"])


def is_restricted(report_type: str) -> bool:
    """Say whether documents of this type hold personal data and take a Restricted Data Token."""
    return report_type in _restricted()
