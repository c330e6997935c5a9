"""moto in this process, at a price that every test can pay."""

import os
import pickle
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3
import moto.core.models
from botocore.auth import SigV4Auth
from botocore.config import Config
from botocore.useragent import UserAgentString
from moto import backend_index, mock_aws
from moto.core import responses
from moto.core.base_backend import BaseBackend
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.parsing import ast_nodes, expressions, validators
from moto.stepfunctions.parser.asl.component.common.string import string_expression
from moto.stepfunctions.parser.asl.eval import states

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
SERVICES = ("dynamodb", "s3", "secretsmanager", "stepfunctions")

_serialize: Any = BaseJSONSerializer._serialize_type_structure


def serialize(self: BaseJSONSerializer, serialized: Any, value: Any, shape: Any, key: str) -> None:
    """Take a value of DynamoDB as it is; moto looks for each of its ten possible types under seven names."""
    if shape.name == "AttributeValue" and isinstance(value, dict) and value.keys() <= {"S", "N"}:
        serialized[key] = dict(value)
    else:
        _serialize(self, serialized, value, shape, key)


_all_urls: Any = BaseBackend.urls
_urls: dict[type, Any] = {}
_pickled = cache(pickle.dumps)


def urls(self: BaseBackend) -> Any:
    """Return the addresses of a service, made once: they are the same for all its backends."""
    if type(self) not in _urls:
        _urls[type(self)] = _all_urls.fget(self)
    return _urls[type(self)]


def copied(one: Any) -> Any:
    """Copy what moto validates; a parsed expression, which the cache below keeps and nobody changes, from a pickle."""
    return pickle.loads(_pickled(one)) if type(one) is AST_NODES.UpdateExpression else deepcopy(one)  # noqa: S301 - our own


def json_copied(one: Any) -> Any:
    """Copy what is JSON: nothing in it stands there twice, which deepcopy would keep a memory of."""
    if type(one) is dict:
        return {key: json_copied(value) for key, value in one.items()}
    return [json_copied(each) for each in one] if type(one) is list else one


@cache
def is_one(kind: type, *classes: type) -> bool:
    """Say whether a class is one of these; abstract ones take long to say it."""
    return issubclass(kind, classes)


def traverse(self: Any, node: Any, child_id: int = -1) -> Any:
    """Process the nodes of an expression from the leaves up, as moto does."""
    if is_one(node.__class__, AST_NODES.Node):
        parent = node.parent
        for number, child in enumerate(node.children or ()):
            self.pre_processing_of_child(node, number)
            self.traverse_node_recursively(child, number)
        if is_one(node.__class__, *self._processing_map()):
            node = self.process(node)
            node.parent = parent
            if parent:
                parent.children[child_id] = node
    return node


# mypy does not see all that these modules have.
RESPONSES: Any = responses
AST_NODES: Any = ast_nodes
EXPRESSIONS: Any = expressions
# What moto and botocore work out for each call again. Together it is half of what a call takes.
CHEAPER: list[tuple[Any, str, Any]] = [
    (BaseJSONSerializer, "_serialize_type_structure", serialize),
    (RESPONSES, "method_names_from_class", cache(RESPONSES.method_names_from_class)),
    (EXPRESSIONS.UpdateExpressionParser, "make", cache(EXPRESSIONS.UpdateExpressionParser.make)),
    (validators, "deepcopy", copied),
    (AST_NODES.DepthFirstTraverser, "traverse_node_recursively", traverse),
    (states, "copy", SimpleNamespace(deepcopy=json_copied)),
    (string_expression, "copy", SimpleNamespace(deepcopy=json_copied)),
    (BaseBackend, "urls", property(urls)),
    (UserAgentString, "to_string", lambda _: "tests"),
    # What is signed: moto reads whose key it is, and no signature.
    (SigV4Auth, "canonical_request", lambda *_: ""),
    # A call's address is compared with all services' in turn.
    (
        backend_index,
        "backend_url_patterns",
        sorted(backend_index.backend_url_patterns, key=lambda pattern: pattern[0] not in SERVICES),
    ),
    # By these moto would register 1,288 addresses for `requests`, which nobody here uses.
    (moto.core.models, "RESPONSES_METHODS", ()),
]


@contextmanager
def empty_aws(*, region: str, config: "DefaultConfig | None" = None) -> Iterator[None]:
    """Stand in for AWS, empty at first, whatever profiles, endpoints and credentials the environment holds."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    environment |= {"AWS_DEFAULT_REGION": region, "AWS_REGION": region}
    environment |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    with (
        mock.patch.dict(os.environ, environment, clear=True),
        _cheap(),
        mock_aws(config=config),
        mock.patch.object(boto3, "DEFAULT_SESSION", session(region)),
    ):
        yield


@contextmanager
def _cheap() -> Iterator[None]:
    with ExitStack() as patched:
        for owner, name, replacement in CHEAPER:
            patched.enter_context(mock.patch.object(owner, name, replacement))
        yield
