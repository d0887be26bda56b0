"""How large DynamoDB says an item is, and what a write of it costs.

By the rules of the developer guide ("DynamoDB item sizes and formats"): names and texts count their UTF-8 bytes, a
number one byte per two digits and one more, null and booleans one, lists and maps three and one for each entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from math import ceil
from typing import Any, Final

from easel.repositories.attribute_values import to_item

ITEM_LIMIT: Final = 400 * 1024
_UNIT: Final = 1024


def item_size(values: Mapping[str, Any]) -> int:
    """Bytes of an item in plain Python values."""
    return typed_item_size(to_item(values))


def typed_item_size(item: Mapping[str, Any]) -> int:
    """Bytes of an item as the client sends it, `{"pk": {"S": "..."}}`."""
    return sum(_text(name) + _value(value) for name, value in item.items())


def write_units(size: int, *, in_transaction: bool = False) -> int:
    """What a write costs that leaves, or deletes, an item of so many bytes."""
    return ceil(max(size, 1) / _UNIT) * (2 if in_transaction else 1)


def _value(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind in {"NULL", "BOOL"}:
        return 1
    if kind == "M":
        return 3 + sum(1 + _text(name) + _value(entry) for name, entry in content.items())
    if kind == "L":
        return 3 + sum(1 + _value(entry) for entry in content)
    if kind in {"SS", "NS", "BS"}:
        return sum(_scalar(kind[0], entry) for entry in content)
    return _scalar(kind, content)


def _scalar(kind: str, content: Any) -> int:
    if kind == "N":
        return _number(content)
    return len(content) if kind == "B" else _text(content)


def _number(text: str) -> int:
    sign, digits, _ = Decimal(text).normalize().as_tuple()
    return ceil(len(digits) / 2) + 1 + sign


def _text(text: str) -> int:
    return len(text.encode("utf-8"))
