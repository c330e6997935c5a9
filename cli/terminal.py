"""What commands write to: tables and sentences on standard output, progress on standard error, JSON when asked for."""

import json
import sys
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.theme import Theme

# Wide enough that nothing is folded where no person looks at it: a file, a pipe.
UNFOLDED = 400
# Without a background, which is right for a dark terminal or for a light one.
CODE = Theme({"markdown.code": "cyan"})


def console(*, stderr: bool = False) -> Console:
    """Return standard output, or standard error. Colour and the width are those of a terminal, if it is one."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, highlight=False, theme=CODE, width=None if stream.isatty() else UNFOLDED)


def print_json(value: Any) -> None:
    """Print a value that a program reads: dates as ISO 8601."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=_plain) + "\n")


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
