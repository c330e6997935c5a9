"""The peers' own environment: what is compared with must not become a dependency of the project."""

import subprocess
import sys
from pathlib import Path

REQUIREMENTS = ("python-amazon-sp-api==2.1.35", "boto3==1.43.106", "botocore==1.43.106")


class PeersMissing(Exception):
    """The peers could not be installed; the message is what the installer said."""


def peers_python(directory: Path) -> Path:
    """Return the Python that has the peers, in a virtual environment in `directory` that is made once.

    Raises:
        PeersMissing: there is no network, or the index does not have them.
    """
    python, ready = directory / "bin" / "python", directory / "ready"
    if ready.exists() and ready.read_text() == " ".join(REQUIREMENTS):
        return python
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(directory)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *REQUIREMENTS],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed commands
        if done.returncode:
            raise PeersMissing(done.stderr.strip()[-500:])
    ready.write_text(" ".join(REQUIREMENTS))
    return python
