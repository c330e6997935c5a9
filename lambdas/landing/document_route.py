"""Where a document is asked for: the address that getReportDocument gave, and where its host's redirects lead.

Each stop must be of an allowed origin, and none may be asked without TLS after one with it.
"""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from urllib.parse import SplitResult, parse_qsl, urljoin, urlsplit

from lambdas.landing.document_errors import DocumentOriginRefused, DocumentUnavailable
from lambdas.spapi.foreign import quoted

HOST = re.compile(r"[a-z0-9.-]{1,253}")
# Of the parameters of a signed address, those that may be short and are secret all the same.
SECRET = re.compile(r"(signature|token|credential|accesskeyid)$", re.IGNORECASE)
# S3 redirects once, to the bucket's region.
MOST_REDIRECTS = 3


class Route:
    """The stops on the way to one document."""

    def __init__(self, url: str, *, origins: Sequence[str]) -> None:
        """Begin at `url`; `origins` are patterns of scheme and host.

        Raises:
            DocumentOriginRefused: it is not of an allowed origin.
        """
        self._origins = origins
        self._stops: list[SplitResult] = []
        self._stops.append(self._checked(url))

    @property
    def parts(self) -> SplitResult:
        """The address that is asked now."""
        return self._stops[-1]

    @property
    def host(self) -> str:
        """Its host."""
        return self.parts.hostname or ""

    @property
    def target(self) -> str:
        """Its path and query."""
        return _target(self.parts)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may show of any stop."""
        values = (value for stop in self._stops for name, value in parse_qsl(stop.query) if SECRET.search(name))
        return *(part for stop in self._stops for part in (_target(stop), stop.query)), *values

    def follow(self, location: str, *, status: int) -> None:
        """Go on to where a redirect leads.

        Raises:
            DocumentOriginRefused: where no document may come from, or where nothing is encrypted any more.
            DocumentUnavailable: it leads in circles, or there are too many.
        """
        parts = self._checked(self._joined(location), led=f"host {self.host} redirects to")
        if self.parts.scheme == "https" and parts.scheme != "https":
            raise DocumentOriginRefused(f"the document's host {self.host} redirects to an address without TLS")
        if parts in self._stops or len(self._stops) > MOST_REDIRECTS:
            raise DocumentUnavailable(f"the document's host {self.host} answered {status} again, and leads in circles")
        self._stops.append(parts)

    def _joined(self, location: str) -> str:
        try:
            return urljoin(self.parts.geturl(), location)
        # What Python does not take for an address is refused as one: it has no scheme.
        except ValueError:
            return ""

    def _checked(self, url: str, *, led: str = "address is at") -> SplitResult:
        allowed = ", ".join(self._origins)
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
            origin = f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")
        except ValueError:
            raise DocumentOriginRefused(f"the document's address is none; allowed are {allowed}") from None
        clean = HOST.fullmatch(host) and "@" not in parts.netloc
        if not clean or not any(fnmatchcase(origin, pattern) for pattern in self._origins):
            found = quoted(origin, secrets=[parts.query, *self.secrets])
            raise DocumentOriginRefused(f"the document's {led} {found}; allowed are {allowed}")
        return parts


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
