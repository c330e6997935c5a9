"""The peers' own environment: what is compared with must not become a dependency of the project."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

REQUIREMENTS = ("python-amazon-sp-api==2.1.35", "boto3==1.43.106", "botocore==1.43.106")


class PeersMissing(Exception):
    """The peers could not be installed; the message is what the installer said."""


def peers_python(directory: Path, requirements: Sequence[str] = REQUIREMENTS) -> Path:
    """Return the Python that has the `requirements`, in a virtual environment in `directory` that is made once.

    Raises:
        PeersMissing: there is no network, or the index does not have them.
    """
    python, ready = directory / "bin" / "python", directory / "ready"
    if ready.exists() and ready.read_text() == " ".join(requirements):
        return python
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(directory)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed commands
        if done.returncode:
            raise PeersMissing(done.stderr.strip()[-500:])
    ready.write_text(" ".join(requirements))
    return python
