"""A landed report's text on this machine: its bytes inflated and in UTF-8, its rows and their cells."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from contextlib import suppress
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from cli.download import download
from lambdas.landing.contents.delimited_records import is_quoted
from lambdas.landing.findings.restatement import blocks_of_rows, header_of, in_utf8
from lambdas.landing.gzip_stream import pieces

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cli.stack import DeployedStack

DELIMITERS = {"text/tab-separated-values": "\t", "text/csv": ","}


class ReportText:
    """A report on this machine, when it is needed."""

    def __init__(self, deployed: DeployedStack, manifest: dict[str, Any], path: Path) -> None:
        """Download it to `path` when it is needed, which may be never."""
        self._deployed = deployed
        self._path = path
        self.manifest = manifest
        self.charset: str | None = manifest["result"]["charset"]
        self.delimiter = DELIMITERS.get(manifest["mediaType"])

    @property
    def sha256(self) -> str:
        """Of its bytes; the manifest of one that took more than one run has none."""
        known: str | None = self.manifest["result"]["sha256"]
        if known:
            return known
        with self._file().open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _file(self) -> Path:
        if not self._path.exists():
            download(self._deployed, self.manifest, self._path, utf8=False)
        return self._path

    def pieces(self) -> Iterator[bytes]:
        """Yield it inflated, and in UTF-8 where its charset is known."""
        with self._file().open("rb") as file:
            inflated = pieces(file, gzip=self.manifest["compression"] == "gzip")
            yield from in_utf8(inflated, self.charset) if self.charset else inflated

    def cells(self, row: bytes) -> list[str]:
        """Return a row's cells, each in one line."""
        text, delimiter = row.decode("utf-8", "replace"), self.delimiter or ""
        cells = text.split(delimiter)
        if is_quoted(self._header, delimiter.encode()):
            # What the reader cannot make out stays as it is.
            lines = [f"{line}\n" for line in text.split("\n")]
            with suppress(csv.Error, StopIteration):
                cells = next(csv.reader(lines, delimiter=delimiter))
        return [cell.replace("\n", "\\n") for cell in cells]

    @cached_property
    def _header(self) -> bytes:
        return header_of(self.pieces())

    @property
    def header(self) -> list[str]:
        """Its columns."""
        return self.cells(self._header)

    def rows(self, hashes: list[int], *, count: int) -> list[list[str]]:
        """Return the first rows that have these hashes, each as often as its hash is there."""
        wanted, found = Counter(hashes), list[list[str]]()
        for row in islice(chain.from_iterable(blocks_of_rows(self.pieces())), 1, None):
            if len(found) == count:
                break
            if wanted[hash(row)] > 0:
                wanted[hash(row)] -= 1
                found.append(self.cells(row))
        return found
