"""DynamoDB's items as Python values, by boto3's own codec. Numbers are read as Decimal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

if TYPE_CHECKING:
    from collections.abc import Mapping

_serialize, _deserialize = TypeSerializer().serialize, TypeDeserializer().deserialize


def to_item(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return attributes as DynamoDB's client takes them; one that is None is left out.

    Raises:
        TypeError: a value is of a type that DynamoDB does not have, such as float.
    """
    return {name: _serialize(value) for name, value in values.items() if value is not None}


def from_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of an item as DynamoDB's client returns it."""
    return {name: _deserialize(value) for name, value in item.items()}
