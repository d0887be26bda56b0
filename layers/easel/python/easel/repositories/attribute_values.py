"""Between Python values and the typed values of DynamoDB's API (`{"S": "text"}`, `{"N": "1"}`), in one pass.

boto3 has the same in `boto3.dynamodb.types`; it takes three times as long, gives decimals that would have to be
converted in a second pass, and importing it loads the S3 transfer library into every function.
The format: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Clamped, Context, Decimal, Inexact, Overflow, Rounded, Underflow
from typing import Any, Final

Item = dict[str, Any]

_NUMBERS: Final = Context(Emin=-128, Emax=126, prec=38, traps=[Clamped, Overflow, Inexact, Rounded, Underflow])
"""What DynamoDB stores exactly: 38 digits. Everything else raises instead of being rounded."""
_FEW_DIGITS: Final = 10**38


def to_item(values: Mapping[str, Any]) -> Item:
    """DynamoDB's typed form; attributes that are None are left out.

    Raises:
        TypeError: a value is of a type that DynamoDB does not have, or a float: those are not exact.
        decimal.DecimalException: a number has more than 38 digits.
    """
    return {name: to_value(value) for name, value in values.items() if value is not None}


def from_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Plain Python values; whole numbers come back as int."""
    return {name: _from_value(value) for name, value in item.items()}


def to_value(value: object) -> Any:
    """The typed form of one value. Raises as `to_item` does."""
    # The common types first, by identity: this runs for each attribute of each request.
    kind = type(value)
    if kind is str:
        return {"S": value}
    if kind is int:
        return {"N": _number(value)}
    if kind is bool:
        return {"BOOL": value}
    return _to_rarer_value(value)


def _to_rarer_value(value: object) -> Any:  # noqa: PLR0911 - one line for each type
    if value is None:
        return {"NULL": True}
    if isinstance(value, str):
        # An enum of texts is stored as its text.
        return {"S": str.__str__(value)}
    if isinstance(value, int | Decimal):
        return {"N": _number(value)}
    if isinstance(value, bytes | bytearray):
        return {"B": bytes(value)}
    if isinstance(value, Mapping):
        return {"M": {name: to_value(member) for name, member in value.items()}}
    if isinstance(value, list | tuple):
        return {"L": [to_value(element) for element in value]}
    if isinstance(value, set | frozenset) and value:
        return _to_set(value)
    raise TypeError(f"DynamoDB has no type for a value of {type(value).__name__}.")


def _to_set(values: set[Any] | frozenset[Any]) -> dict[str, Any]:
    if all(isinstance(value, str) for value in values):
        return {"SS": list(values)}
    if all(isinstance(value, int | Decimal) and not isinstance(value, bool) for value in values):
        return {"NS": [_number(value) for value in values]}
    if all(isinstance(value, bytes) for value in values):
        return {"BS": list(values)}
    raise TypeError("DynamoDB has sets of texts, of numbers and of bytes, each of one type.")


def _number(value: Any) -> str:
    if isinstance(value, int) and -_FEW_DIGITS < value < _FEW_DIGITS:
        return int.__repr__(value)
    number = _NUMBERS.create_decimal(value)
    if not number.is_finite():
        raise TypeError("DynamoDB does not store infinity or NaN.")
    return str(number)


def _from_value(value: Mapping[str, Any]) -> Any:
    ((kind, content),) = value.items()
    return content if kind in _AS_THEY_ARE else _READ[kind](content)


def _from_number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        number = Decimal(text)
        return int(number) if number == number.to_integral_value() else float(number)


_AS_THEY_ARE: Final = frozenset({"S", "BOOL", "B"})
_READ: Final[Mapping[str, Callable[[Any], Any]]] = {
    "N": _from_number,
    "M": from_item,
    "L": lambda content: [_from_value(element) for element in content],
    "NULL": lambda _: None,
    "SS": set,
    "NS": lambda content: {_from_number(text) for text in content},
    "BS": set,
}
