"""What Amazon's Report says of itself against what was asked for: Amazon is believed, and the difference is told."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from lambdas.payloads import Request

# Amazon tells whole seconds.
SAME = timedelta(seconds=1)


def disagreements(request: Request, report: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each field of the Report that names something else; one that is absent names nothing."""
    named = report.get("reportType", request["reportType"])
    if named != request["reportType"]:
        yield f"reportType is {named} in Amazon's Report, and {request['reportType']} was asked for"
    marketplaces = report.get("marketplaceIds", request["marketplaceIds"])
    if lacking := [one for one in request["marketplaceIds"] if one not in marketplaces]:
        yield f"marketplaceIds are {', '.join(marketplaces)} in Amazon's Report, without {', '.join(lacking)}"
    for key, asked in (("dataStartTime", request.get("dataStartTime")), ("dataEndTime", request.get("dataEndTime"))):
        told = report.get(key)
        if asked and told and abs(datetime.fromisoformat(asked) - datetime.fromisoformat(told)) > SAME:
            yield f"{key} is {told} in Amazon's Report, and {asked} was asked for"
