"""Lines with more or fewer cells than the header become as wide as it is, so that they can be split like all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.tables.rows import beyond

if TYPE_CHECKING:
    from lambdas.tables.rows import Misfits


def made_regular(lines: bytes, delimiter: str, width: int, misfits: Misfits) -> tuple[bytes, list[str | None]]:
    """Return lines of `width` cells, and what each of them had beyond; `misfits` counts. Blank lines are left out.

    The lines have no quoted cell. Lines of one cell look like blank ones: `width` is at least 2.
    """
    mark, regular, extras = delimiter.encode(), [], list[str | None]()
    for line in lines.removesuffix(b"\n").split(b"\n"):
        missing, extra, fitted = width - 1 - line.count(mark), None, line
        if missing:
            row = line.removesuffix(b"\r")
            if not row:
                continue
            if missing > 0:
                misfits.short += 1
                row += mark * missing
            else:
                misfits.long += 1
                row, *more = row.rsplit(mark, -missing)
                extra = beyond([cell.decode() for cell in more])
            # An end of its own: the last cell may now be one that ends in a carriage return.
            fitted = row + b"\r"
        regular.append(fitted)
        extras.append(extra)
    return b"".join([line + b"\n" for line in regular]), extras
