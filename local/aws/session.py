"""A boto3 session with clients that cannot reach anything but the embedded AWS."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from pathlib import Path

    from botocore.client import BaseClient

ROOT_KEY = "test"  # access key and secret of ministack's root user


def bound_session(*, endpoint_url: str, ca_bundle: Path, region: str) -> boto3.Session:
    """Return a session of the root user, whatever the caller's AWS configuration says."""
    return boto3.Session(
        botocore_session=_BoundSession(endpoint_url=endpoint_url, verify=str(ca_bundle)), region_name=region
    )


class _BoundSession(botocore.session.Session):
    def __init__(self, **address: str) -> None:
        super().__init__()
        self._address = address
        self.set_config_variable("config_file", os.devnull)
        self.set_credentials(ROOT_KEY, ROOT_KEY)
        # Not to sync-127.0.0.1 for StartSyncExecution and TestState, and not through a proxy of the caller's.
        self.set_default_client_config(Config(inject_host_prefix=False, proxies={}))

    def get_scoped_config(self) -> dict[str, Any]:
        return {}

    def create_client(self, *args: Any, **kwargs: Any) -> BaseClient:
        return super().create_client(*args, **{**kwargs, **self._address})
