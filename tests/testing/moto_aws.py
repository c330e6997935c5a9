"""moto in this process, at a price that every test can pay."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3
import moto.core.models
from botocore.config import Config
from moto import mock_aws

if TYPE_CHECKING:
    from moto.core.config import DefaultConfig


class Session:
    """Makes each client once: it takes longer than a test, and a client of moto has nothing to remember."""

    def __init__(self, region: str) -> None:
        self._session = boto3.Session(region_name=region)
        self.resource = self._session.resource
        self.region_name = region
        self._made: dict[tuple[str, str], Any] = {}

    def client(self, service_name: Any, *, config: Config | None = None) -> Any:
        """Return the client of a service with a configuration."""
        key = service_name, repr(sorted(vars(config).items(), key=str)) if config else ""
        if key not in self._made:
            self._made[key] = self._session.client(service_name, config=config)
        return self._made[key]


session = cache(Session)


@contextmanager
def empty_aws(*, region: str, config: "DefaultConfig | None" = None) -> Iterator[None]:
    """Stand in for AWS, empty at first, whatever profiles, endpoints and credentials the environment holds."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    environment |= {"AWS_DEFAULT_REGION": region, "AWS_REGION": region}
    environment |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    with (
        mock.patch.dict(os.environ, environment, clear=True),
        # By these moto would register 1,288 addresses for `requests`, which nobody here uses.
        mock.patch.object(moto.core.models, "RESPONSES_METHODS", ()),
        mock_aws(config=config),
        mock.patch.object(boto3, "DEFAULT_SESSION", session(region)),
    ):
        yield
