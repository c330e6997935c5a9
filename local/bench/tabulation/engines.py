"""How a report's text becomes Parquet: reportflow's way, and engines that are made for it.

Each runs in one thread, as a function of one vCPU does, keeps an empty cell apart from none, and compresses by zstd.
What it needs it imports when it is called, for not every environment has it.
"""

import gzip
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

OWN = {
    "rf_report_id": "123456020123",
    "rf_window_start": "2026-10-31T23:00:00Z",
    "rf_window_end": "2026-11-01T22:59:59Z",
    "rf_marketplaces": "A1PA6795UKMFR9",
    "rf_options": "{}",
    "rf_source": "s3://reports/reports/A2EXAMPLE/GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL/2026-11-01.tsv.gz",
}
LANDED_AT = 1_790_000_000_000_000
ZSTD_LEVEL = 3


def reportflow(report: Path, to: Path) -> None:
    """As the function Tabulate does, its own columns included."""
    from lambdas.landing.gzip_stream import pieces
    from lambdas.landing.texts.utf8_text import Utf8Text
    from lambdas.tables import names, parquet_file
    from lambdas.tables.delimited_text import DelimitedText

    def read() -> Iterator[bytes]:
        text = Utf8Text("utf-8")
        with report.open("rb", buffering=0) as file:
            for piece in pieces(file, gzip=True):
                yield text.convert(piece)

    text = DelimitedText(read(), delimiter="\t", quoted=False)
    parquet_file.write(to, names.columns(text.header, {}), text.rows(), own=OWN, landed_at=LANDED_AT)


def duckdb(report: Path, to: Path) -> None:
    """By read_csv and COPY."""
    import duckdb as engine

    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in _header(report))
    names = ", ".join(f"'{name}'" for name in _header(report))
    engine.execute("SET threads = 1")
    engine.execute(
        f"COPY (FROM read_csv('{report}', delim='\t', header=true, quote='', escape='', columns={{{columns}}}, "
        f"force_not_null=[{names}])) TO '{to}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL {ZSTD_LEVEL})"
    )


def pyarrow(report: Path, to: Path) -> None:
    """By its streaming reader and its ParquetWriter."""
    import pyarrow as pa  # type: ignore[import-not-found]  # it is in the peers' environment only
    from pyarrow import csv, parquet

    pa.set_cpu_count(1)
    read = csv.open_csv(
        report,
        read_options=csv.ReadOptions(use_threads=False),
        parse_options=csv.ParseOptions(delimiter="\t", quote_char=False),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(_header(report), pa.string()), strings_can_be_null=False
        ),
    )
    with parquet.ParquetWriter(to, read.schema, compression="zstd", compression_level=ZSTD_LEVEL) as writer:
        for batch in read:
            writer.write_batch(batch)


def polars(report: Path, to: Path) -> None:
    """By scan_csv and sink_parquet; POLARS_MAX_THREADS says that it has one thread."""
    import polars as pl  # type: ignore[import-not-found]  # as pyarrow

    read = pl.scan_csv(report, separator="\t", quote_char=None, infer_schema=False, empty_string_is_null=False)
    read.sink_parquet(to, compression="zstd", compression_level=ZSTD_LEVEL)


def _header(report: Path) -> list[str]:
    with gzip.open(report, "rt", encoding="utf-8", newline="") as file:
        return file.readline().rstrip("\r\n").split("\t")


class Engine(NamedTuple):
    """A way, and which package of the peers' environment it needs, if any."""

    tabulate: Callable[[Path, Path], None]
    peer: bool = False


ENGINES: Mapping[str, Engine] = {
    "reportflow": Engine(reportflow),
    "duckdb": Engine(duckdb),
    "pyarrow": Engine(pyarrow, peer=True),
    "polars": Engine(polars, peer=True),
}
