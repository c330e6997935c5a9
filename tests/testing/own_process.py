"""What a program measures of itself in a process of its own, in which nothing else has taken memory."""

import json
import os
import subprocess
import sys
from typing import Any

from tests.testing.repository import REPOSITORY


def measured(program: str, *arguments: str) -> dict[str, Any]:
    """Run a Python program with these arguments, and return the JSON object that it prints."""
    run = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=REPOSITORY,
        env=os.environ,
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(run.stdout)
    return found
