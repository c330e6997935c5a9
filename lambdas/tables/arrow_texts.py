"""Texts as Arrow has them, none of which is null by mistake."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

from arro3.core import Array, DataType, RecordBatch

if TYPE_CHECKING:
    from collections.abc import Sequence

TEXT = DataType.string()


def texts(cells: Sequence[str | None]) -> Array:
    """Return texts as Arrow has them."""
    # What a slice leaves out stays in its memory: Arrow's texts without any byte point nowhere, and a processor with
    # AVX-512 takes ten times as long to compare such.
    cells = ["-", *cells]
    try:
        return Array(cells, type=TEXT).slice(1)
    except UnicodeEncodeError:
        # JSON can name half a character, which UTF-8 has not: its number is kept.
        return Array([cell and cell.encode(errors="backslashreplace").decode() for cell in cells], type=TEXT).slice(1)


def filled(batch: RecordBatch) -> RecordBatch:
    """Return columns of texts in which each null is an empty text. `batch` must not be used any more.

    Arrow keeps a bit for each text that says whether there is one; without these bits each is what its bytes are, and a
    null has none. arro3 lets nobody take them away but through Arrow's C data interface
    (https://arrow.apache.org/docs/format/CDataInterface.html).
    """
    schema, exported = batch.__arrow_c_array__()
    struct = _pointer(exported, b"arrow_array").contents
    for column in struct.children[: struct.n_children]:
        column.contents.null_count = 0
        column.contents.buffers[0] = None
    return RecordBatch.from_arrow_pycapsule(schema, exported)


class _ArrowArray(ctypes.Structure):
    """The interface's struct ArrowArray."""


_ArrowArray._fields_ = [
    *((name, ctypes.c_int64) for name in ("length", "null_count", "offset", "n_buffers", "n_children")),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(_ArrowArray))),
    *((name, ctypes.c_void_p) for name in ("dictionary", "release", "private_data")),
]
_pointer = ctypes.PYFUNCTYPE(ctypes.POINTER(_ArrowArray), ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", ctypes.pythonapi)
)
