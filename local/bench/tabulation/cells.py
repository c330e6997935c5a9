"""Whether a Parquet file has every cell of the text that it was made of."""

import gzip
import hashlib
from itertools import zip_longest
from pathlib import Path

import duckdb

ROWS_AT_ONCE = 20_000
# Each of them is in some of Amazon's reports: a row that is short, one that is long, marks that do not quote, a lone
# carriage return, empty cells.
ODD = ["a\tb\tc", "1\t2\t3", "short", "1\t2\t3\tmore", '12" pipe\t"x\ty', "lone\rreturn\t\t", "\t\t"]


def write_odd(path: Path) -> Path:
    """Write the report with odd rows, and return its path."""
    path.write_bytes(gzip.compress("".join(f"{line}\r\n" for line in ODD).encode(), mtime=0))
    return path


def has_odd_rows(made: Path) -> bool:
    """Say whether each cell of the odd report is in its row."""
    rows = duckdb.execute(f"FROM read_parquet('{made}')").fetchall()
    lines = [line.split("\t") for line in ODD[1:]]
    return all(
        row and line and all(any(cell in str(value) for value in row) for cell in line)
        for row, line in zip_longest(rows, lines)
    )


def has_every_cell(made: Path, report: Path) -> bool:
    """Say whether the text can be written again from its Parquet, byte by byte. An empty cell is not a null."""
    with gzip.open(report, "rb") as file:
        width = file.readline().count(b"\t") + 1
        text = hashlib.file_digest(file, "sha256").hexdigest()
    described = duckdb.execute(f"DESCRIBE FROM read_parquet('{made}')").fetchall()
    columns = [name for name, *_ in described][:width]
    again = hashlib.sha256()
    # A null leaves its delimiter out.
    line = f"""concat_ws(chr(9), {", ".join(f'"{name}"' for name in columns)}) || chr(13) || chr(10)"""
    rows = duckdb.execute(f"SELECT {line} FROM read_parquet('{made}')")  # noqa: S608 - our own path
    while lines := rows.fetchmany(ROWS_AT_ONCE):
        again.update("".join([one for (one,) in lines]).encode())
    return again.hexdigest() == text
