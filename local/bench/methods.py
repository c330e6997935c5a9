"""The table of methods: what is measured, the Python that runs it, and what must have landed."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Literal, Protocol

Kind = Literal["reportflow", "plain copy", "pass-through", "in memory", "streaming"]


class Land(Protocol):
    """Lands one document: the object `key` (or one named after it) in the bench's bucket."""

    def __call__(self, url: str, key: str, charset: str) -> None:
        """Return once it is there."""


@dataclass(frozen=True, kw_only=True)
class Method:
    """One way to land a report. `prepare` (module:function) imports and makes clients, and returns a Land."""

    kind: Kind
    prepare: str
    lands: Literal["gzip", "text", "utf-8", "gzip and UTF-8 copy"]
    """The document as served, or inflated, or inflated and in UTF-8, or as served and beside it a UTF-8 gzip."""
    most_mb: float | None = None
    """The memory that it may take, in MiB, whatever the size of the report; None for those of others."""
    peer: bool = False
    """It runs in the peers' own environment."""

    @property
    def charset_matters(self) -> bool:
        """Whether cp1252 is another job than UTF-8."""
        return self.lands in ("utf-8", "gzip and UTF-8 copy")

    def prepared(self) -> Land:
        """Import, make clients, and return what lands a document."""
        module, function = self.prepare.split(":")
        prepare: Callable[[], Land] = getattr(import_module(f"local.bench.{module}"), function)
        return prepare()


METHODS = {
    "reportflow-verified": Method(kind="reportflow", prepare="reportflow:verified", lands="gzip", most_mb=128),
    "reportflow-transfer": Method(kind="reportflow", prepare="reportflow:transfer", lands="gzip", most_mb=128),
    "reportflow-utf8": Method(kind="reportflow", prepare="reportflow:utf8", lands="gzip and UTF-8 copy", most_mb=160),
    "copy": Method(kind="plain copy", prepare="alternatives:copy", lands="gzip"),
    "upload_fileobj": Method(kind="pass-through", prepare="alternatives:upload_fileobj", lands="gzip"),
    "requests-gzip-put": Method(kind="in memory", prepare="alternatives:requests_gzip_put", lands="text"),
    "python-amazon-sp-api-memory": Method(
        kind="in memory", prepare="alternatives:sp_api_memory", lands="utf-8", peer=True
    ),
    "python-amazon-sp-api-stream": Method(
        kind="streaming", prepare="alternatives:sp_api_stream", lands="text", peer=True
    ),
}
