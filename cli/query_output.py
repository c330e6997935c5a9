"""An answer of Athena's in the forms that a person or a program reads."""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table

from cli.download import new_file
from cli.errors import CommandFailed, Exit, refused
from cli.terminal import console, print_json
from lambdas.spapi.foreign import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.athena import Answer, Column

SHOWN = 100
FORMS = (".parquet", ".csv")
WHOLE = ("tinyint", "smallint", "integer", "bigint")
NUMBERS = (*WHOLE, "decimal", "double", "float", "real")
# DuckDB knows these names as well; all else is text in a Parquet file.
PARQUET = (*NUMBERS, "boolean", "date", "timestamp")


def check_path(path: Path | None) -> None:
    """Raise CommandFailed unless an answer can be written there; before anything is asked."""
    if path is None:
        return
    if path.suffix not in FORMS:
        raise refused(f"--out is {path}; allowed are names that end in {' or '.join(FORMS)}")
    if not path.absolute().parent.is_dir():
        raise refused(f"--out is {path}, and there is no folder {path.parent}")
    if path.suffix == ".parquet":
        import duckdb as duckdb  # without it, the command says so before the query costs anything


def print_table(answer: Answer) -> None:
    """Print the first rows for a person."""
    table, is_cut = first_rows(answer)
    if answer.columns:
        console().print(table)
    if is_cut:
        console(stderr=True).print(f"These are the first {SHOWN} rows: --csv, --json and --out have all of them.")


def first_rows(answer: Answer) -> tuple[Table, bool]:
    """Return a table of the first rows, and whether there are more."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in answer.columns:
        table.add_column(column.name, justify="right" if _kind(column) in NUMBERS else "left", overflow="fold")
    rows = list(islice(answer.rows, SHOWN + 1))
    for row in rows[:SHOWN]:
        table.add_row(*("NULL" if cell is None else cell for cell in row))
    return table, len(rows) > SHOWN


def print_csv(answer: Answer) -> None:
    """Print all rows as Athena's CSV has them: an empty text in quotation marks, NULL without."""
    for line in _csv(answer):
        sys.stdout.write(visible(line) if sys.stdout.isatty() else line)


def print_objects(answer: Answer) -> None:
    """Print all rows as JSON: numbers and booleans as such, decimals as text, so that none is rounded."""
    _check_names(answer)
    print_json(
        [
            {column.name: _value(column, cell) for column, cell in zip(answer.columns, row, strict=True)}
            for row in answer.rows
        ]
    )


def write(answer: Answer, path: Path) -> int:
    """Write all rows to a CSV or a Parquet file, which is there whole or not at all; return how many bytes it has."""
    part = None
    try:
        part = new_file(path.absolute().parent)
        if path.suffix == ".csv":
            with part.open("w", encoding="utf-8", newline="") as file:
                file.writelines(_csv(answer))
        else:
            _write_parquet(answer, part)
        part.replace(path)
        return path.stat().st_size
    except OSError as error:
        raise CommandFailed(f"{path} cannot be written ({error.strerror})", exit_code=Exit.FAILED) from None
    finally:
        if part:
            part.unlink(missing_ok=True)


def _write_parquet(answer: Answer, path: Path) -> None:
    import duckdb

    _check_names(answer)
    rows = new_file(path.parent)
    try:
        with rows.open("w", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(dict(zip(_numbers(answer), row, strict=True)))}\n" for row in answer.rows)
        types = ", ".join(f"'{number}': 'VARCHAR'" for number in _numbers(answer))
        columns = ", ".join(
            f'CAST("{number}" AS {_parquet_type(column)}) AS {_quoted(column.name)}'
            for number, column in zip(_numbers(answer), answer.columns, strict=True)
        )
        source = f"read_json(?, format='newline_delimited', columns={{{types}}}, maximum_object_size=134217728)"
        with duckdb.connect() as engine:
            found = engine.sql(f"SELECT {columns} FROM {source}", params=[str(rows)])  # noqa: S608 - names, quoted
            found.write_parquet(str(path), compression="zstd")
    finally:
        rows.unlink(missing_ok=True)


def _numbers(answer: Answer) -> list[str]:
    return [str(number) for number in range(len(answer.columns))]


def _parquet_type(column: Column) -> str:
    return column.type if _kind(column) in PARQUET else "varchar"


def _check_names(answer: Answer) -> None:
    name, count = Counter(column.name for column in answer.columns).most_common(1)[0] if answer.columns else ("", 0)
    if count > 1:
        raise CommandFailed(f"{count} columns are called {name}: name them with AS", exit_code=Exit.FAILED)


def _csv(answer: Answer) -> Iterator[str]:
    yield _csv_line([column.name for column in answer.columns])
    yield from map(_csv_line, answer.rows)


def _csv_line(cells: list[Any]) -> str:
    quoted = ("" if cell is None else _quoted(cell) for cell in cells)
    return f"{','.join(quoted)}\n"


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _kind(column: Column) -> str:
    return column.type.partition("(")[0]


def _value(column: Column, cell: str | None) -> Any:
    kind = _kind(column)
    if cell is None:
        return None
    if kind in WHOLE:
        return int(cell)
    if kind in ("double", "float", "real"):
        # JSON has neither NaN nor Infinity.
        return float(cell) if math.isfinite(float(cell)) else cell
    return cell == "true" if kind == "boolean" else cell
