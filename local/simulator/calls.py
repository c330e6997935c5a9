"""The journal: every call the simulator received, in the order of arrival."""

from collections import Counter
from dataclasses import dataclass, replace
from uuid import uuid4


@dataclass
class Call:
    """One call. The operation has Amazon's name, or is `LWA`, `consent`, `document` (the download), `unknown`.

    `host` is the endpoint's, as the client called it. `at` is in seconds on the simulator's clock. `status` is None
    while the call is under way, and stays None when the connection was broken off without an answer. `restricted_token`
    tells that a Restricted Data Token was sent.
    """

    operation: str
    host: str
    at: float
    request_id: str
    selling_partner_id: str | None = None
    report_type: str | None = None
    report_id: str | None = None
    report_document_id: str | None = None
    restricted_token: bool = False
    status: int | None = None

    @property
    def seller(self) -> str:
        """The selling partner of an authenticated call."""
        if self.selling_partner_id is None:
            raise RuntimeError(f"{self.operation} was not authenticated")
        return self.selling_partner_id


class Journal:
    """Keeps the calls."""

    def __init__(self) -> None:
        self._calls: list[Call] = []

    def open(self, *, operation: str, host: str, at: float) -> Call:
        """Enter a call at its arrival; whoever handles it fills in the rest."""
        call = Call(operation=operation, host=host, at=at, request_id=str(uuid4()))
        self._calls.append(call)
        return call

    def calls(self) -> list[Call]:
        """Copy all calls so far."""
        return [replace(call) for call in list(self._calls)]

    def count(self, *, selling_partner_id: str | None = None, report_type: str | None = None) -> Counter[str]:
        """Count the calls of each operation, for one seller or report type where given."""
        return Counter(
            call.operation
            for call in self.calls()
            if selling_partner_id in (None, call.selling_partner_id) and report_type in (None, call.report_type)
        )
