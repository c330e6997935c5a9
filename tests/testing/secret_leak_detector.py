"""Looks for secrets in everything that outlives a run: calls of AWS, histories, log lines, standard output."""

import io
import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from botocore.client import BaseClient

from local.simulator import Simulator
from tests.testing.machine import moto_patches

# Beside the very secrets of the run: whatever looks like one of Amazon's.
SECRET = rb"Atz[ar]\||Atz\.sprdt\||amzn1\.oa2-cs\.|X-Amz-Signature"
# Amazon's side and AWS's run in the tests' process too. Their logs are theirs.
OTHERS = ("werkzeug", "moto", "localstack")


class SecretLeaked(AssertionError):
    """A secret was found where it outlives the run; the message says where, and between what, not the secret."""


@dataclass
class Kept:
    """What outlives a run, piece by piece: where it was seen, and its bytes."""

    pieces: list[tuple[str, bytes]] = field(default_factory=list)

    def add(self, where: str, what: Any) -> None:
        """Note a piece; of a mapping its bytes (a body) as they are, the rest as text."""
        rest = what
        if isinstance(what, Mapping):
            self.pieces += [(where, bytes(value)) for value in what.values() if isinstance(value, bytes | bytearray)]
            rest = {key: value for key, value in what.items() if not isinstance(value, bytes | bytearray)}
        self.pieces.append((where, repr(rest).encode()))

    def look_for(self, secrets: list[str]) -> None:
        """Raise SecretLeaked if a secret is in a piece."""
        known = [re.escape(secret.encode()) for secret in secrets]
        wanted = re.compile(b"|".join([SECRET, *known]))
        for where, text in self.pieces:
            if found := wanted.search(text):
                before = text[max(0, found.start() - 60) : found.start()]
                raise SecretLeaked(f"{where}: a secret after {before!r}")


class _Lines(logging.Handler):
    def __init__(self, kept: Kept) -> None:
        super().__init__(logging.INFO)
        self._kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(OTHERS):
            text = record.getMessage() + str(record.exc_info and logging.Formatter().formatException(record.exc_info))
            self._kept.add(f"log {record.name}", text + json.dumps(vars(record), default=repr))


@contextmanager
def no_secret_outlives(simulator: Simulator) -> Iterator[Kept]:
    """Raise SecretLeaked at the end if a secret is in anything that was sent to AWS, logged or printed meanwhile.

    Secrets Manager is where they are from. All else of AWS counts: objects with their metadata, the ledger, events, and
    what executions took in, handed on and failed with.
    """
    kept = Kept()
    client: Any = BaseClient
    made = client._make_api_call
    logger, lines, printed = logging.getLogger(), _Lines(kept), io.StringIO()

    def call(self: BaseClient, operation: str, parameters: Any) -> Any:
        service = self.meta.service_model.service_name
        if service != "secretsmanager":
            kept.add(f"{service} {operation}", parameters)
        return made(self, operation, parameters)

    logger.addHandler(lines)
    level = logger.level
    logger.setLevel(logging.INFO)
    try:
        with mock.patch.object(client, "_make_api_call", call), redirect_stdout(printed), redirect_stderr(printed):
            yield kept
    finally:
        logger.removeHandler(lines)
        logger.setLevel(level)
    kept.add("standard output", printed.getvalue())
    for arn, run in moto_patches.RUNS.items():
        kept.add(f"history of {arn}", run.history())
    kept.look_for(simulator.secrets)
