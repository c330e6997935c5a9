"""How reportflow lands a document: the functions' own modules, set up by their own composition root."""

import time
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self

from local.bench.methods import Land

if TYPE_CHECKING:
    from lambdas.landing.inspector import Content

# Longer than anything takes here.
SECONDS = 3600


def verified() -> Land:
    """Land as Handle done does."""
    from lambdas.dependencies import dependencies

    documents, bucket = dependencies().documents, dependencies().bucket

    def land(url: str, key: str, charset: str) -> None:
        del charset
        with documents.open(url, seconds=SECONDS) as download:
            bucket.land(download, bucket.window(key), metadata={"report-id": key})

    return land


def utf8() -> Land:
    """Land as Handle done does with utf8Copy: as served, and a UTF-8 copy beside it."""
    from lambdas.dependencies import dependencies
    from lambdas.landing.pipeline import Landing

    documents, bucket = dependencies().documents, dependencies().bucket

    def land(url: str, key: str, charset: str) -> None:
        window, metadata = bucket.window(key), {"report-id": key}
        with documents.open(url, seconds=SECONDS) as download:
            landing = bucket.land(download, window, metadata=metadata, utf8_copy=True)
        assert isinstance(landing, Landing)  # noqa: S101 - it fits into one run
        until = time.monotonic() + SECONDS
        bucket.land_utf8(landing, window, metadata=metadata, charset=charset, until=until)

    return land


def transfer() -> Land:
    """Land without verification, which is switched off here in the bench only: what transport and upload take."""
    # By its name: to the type checker it is not there to be replaced.
    pipeline: Any = import_module("lambdas.landing.pipeline")
    pipeline.Inspector = _NoInspector
    return verified()


class _NoInspector:
    """Believes that it is gzip, and looks at nothing of it."""

    gzip, head = True, b""

    def __init__(self, *_: object, **__: object) -> None:
        self._size = 0

    def feed(self, chunk: memoryview) -> None:
        self._size += len(chunk)

    def finish(self) -> "Content":
        from lambdas.landing.inspector import not_inspected

        return not_inspected(self._size, gzip=True)._replace(sha256="")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing was begun."""
