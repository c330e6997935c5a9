"""A text in blocks of whole lines: as few as memory allows, since each costs its splitter some calls."""

from collections.abc import Iterable, Iterator

from lambdas.tables.rows import NotTabular

BLOCK_BYTES = 1024 * 1024
# Athena reads no row that is longer.
LONGEST_LINE_BYTES = 32 * 1024 * 1024


def blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield whole lines, about a MiB of them at a time; the last one gets an end if it has none. Raises NotTabular."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size < BLOCK_BYTES or b"\n" not in piece:
            if size > LONGEST_LINE_BYTES:
                raise NotTabular(f"a line is longer than {LONGEST_LINE_BYTES:,} bytes")
            continue
        lines, end, rest = piece.rpartition(b"\n")
        yield b"".join([*waiting[:-1], lines, end])
        waiting, size = [rest], len(rest)
    if last := b"".join(waiting):
        yield last if last.endswith(b"\n") else last + b"\n"


def slices(block: bytes, most: int) -> Iterator[bytes]:
    """Yield a block's lines, at most so many bytes at a time unless a line alone is longer."""
    start = 0
    while start < len(block):
        end = block.rfind(b"\n", start, start + most) + 1 or block.find(b"\n", start) + 1
        yield block[start:end]
        start = end
