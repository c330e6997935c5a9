"""http.client's response, but that a chunk's size is what RFC 9112 allows: hexadecimal digits, and nothing else.

Python's int() takes `-1`, `0x1f`, `+3` and `1_0` too, and a size that two readers read differently is how the bytes of
one answer become another's.
"""

import re
from http.client import HTTPResponse, IncompleteRead
from typing import Any

# Seven digits are 256 MiB in one chunk.
SIZE_LINE = re.compile(rb"[0-9A-Fa-f]{1,7}[ \t]*(;[^\r\n]*)?\r?\n")
LONGEST_LINE = 4096


class StrictResponse(HTTPResponse):
    """Refuses malformed chunks as a broken transfer."""

    fp: Any

    def _read_next_chunk_size(self) -> int:
        # http.client has no other seam for it; a Python that names it otherwise fails the tests.
        line = self.fp.readline(LONGEST_LINE + 1)
        if not SIZE_LINE.fullmatch(line):
            self.close()
            raise IncompleteRead(b"")
        return int(line.partition(b";")[0], 16)
