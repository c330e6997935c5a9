"""The files that the asset brings along beside the code: written by the bundling, read at run time."""

from pathlib import Path

TASK_ROOT = Path(__file__).parents[2]
REPORTS = "reports.toml"
"""Which reports for which selling partners, and when."""
SECRET_NAMES = "secret_names.json"  # noqa: S105 - a file, not a secret
"""Selling partner and region to the name of the secret, where the two differ: a large reports.toml takes its time."""
