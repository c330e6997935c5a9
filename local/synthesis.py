"""The cloud assembly, synthesized as it is for AWS: only the configuration says that Amazon is somewhere else."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]

# As node and Python say it.
DISK = {
    "ENOSPC": "there is no space left on the disk",
    "No space left on device": "there is no space left on the disk",
    "EROFS": "the disk is read-only",
    "Read-only file system": "the disk is read-only",
    "EACCES": "this user may not write to the clone or the temporary folder",
}


class SynthesisFailed(Exception):
    """The CDK app did not produce a cloud assembly; the message is what it said."""


def synthesize(directory: Path, *, context: Mapping[str, object]) -> Path:
    """Run app.py with cdk.json's context and `context` on top, and return the assembly's directory.

    Raises:
        SynthesisFailed: with the app's own words.
    """
    of_project = json.loads((REPOSITORY / "cdk.json").read_text())["context"]
    environment = {
        **os.environ,
        "CDK_OUTDIR": str(directory.resolve()),
        "CDK_CONTEXT_JSON": json.dumps({**of_project, **context}),
    }
    command = [sys.executable, "app.py"]
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own app
    if done.returncode:
        raise SynthesisFailed(_why(done.stderr.strip() or done.stdout.strip()))
    return directory


def _why(said: str) -> str:
    """Return what the app said; of a full or read-only disk a sentence, in place of two programs' tracebacks."""
    for word, sentence in DISK.items():
        if word in said:
            return f"the stack cannot be synthesized: {sentence}"
    return said
