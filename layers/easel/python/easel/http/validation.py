"""The framework's validation errors as `FieldError`s, each with what would have been accepted.

Its own messages are never passed on: they may quote the value, and they name Python types.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from easel.domain.catalogue import load_catalogue
from easel.errors import FieldError, InvalidRequest

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

_Fault = Mapping[str, Any]
_Model = TypeVar("_Model", bound=BaseModel)
_Words = tuple[str, Any]

_PLAIN: Final[Mapping[str, _Words]] = {
    "string_type": ("must be text", {"type": "string"}),
    "int_type": ("must be a whole number", {"type": "integer"}),
    "int_parsing": ("must be a whole number", {"type": "integer"}),
    "int_parsing_size": ("must be a whole number", {"type": "integer"}),
    "int_from_float": ("must be a whole number", {"type": "integer"}),
    "float_type": ("must be a number", {"type": "number"}),
    "list_type": ("must be a list", {"type": "array"}),
    "dict_type": ("must be an object", {"type": "object"}),
    "model_type": ("must be an object", {"type": "object"}),
    "bool_type": ("must be true or false", {"type": "boolean"}),
    "not_with_template": ("must be left out when there is a template", ["prompt", "template"]),
    "model_attributes_type": ("must be an object", {"type": "object"}),
}

_CHOICES: Final = re.compile(r"'([^']*)'")

_WITH_DETAILS: Final[Mapping[str, Callable[[Mapping[str, Any]], _Words]]] = {
    "string_too_long": lambda more: (f"must have at most {more['max_length']} characters", _limit(more)),
    "too_long": lambda more: (f"must have at most {more['max_length']} entries", _limit(more)),
    "too_short": lambda more: (f"must have at least {more['min_length']} entries", {"minItems": more["min_length"]}),
    "string_too_short": lambda more: (
        f"must have at least {more['min_length']} characters",
        {"minLength": more["min_length"]},
    ),
    "string_pattern_mismatch": lambda more: ("is not written as it must be", {"pattern": more["pattern"]}),
    "greater_than_equal": lambda more: (f"must be at least {more['ge']}", {"minimum": more["ge"]}),
    "less_than_equal": lambda more: (f"must be at most {more['le']}", {"maximum": more["le"]}),
    "enum": lambda more: _one_of(more["expected"]),
    "literal_error": lambda more: _one_of(more["expected"]),
    "not_a_web_address": lambda more: (more["reason"], more["allowed"]),
}

_REQUIRED: Final[Mapping[str, Callable[[], _Words]]] = {
    "prompt": lambda: ("Prompt is required and must be a non-empty string", {"minLength": 1}),
    "model": lambda: ("model is required.", [model.id for model in load_catalogue().active_models()]),
}


def to_invalid_request(faults: Iterable[_Fault], known_fields: Sequence[str]) -> InvalidRequest:
    """All faults as one error, whose summary is the first of them."""
    fields = [_field_error(fault, known_fields) for fault in faults]
    return InvalidRequest(fields[0].message if fields else "The request is not valid.", fields)


def validated(model: type[_Model], values: Mapping[str, Any]) -> _Model:
    """Values as a model, for routes that read their body themselves. Raises InvalidRequest."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        names = [field.alias or name for name, field in model.model_fields.items()]
        raise to_invalid_request(
            [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()], names
        ) from None


def known_fields(app: APIGatewayHttpResolver) -> list[str]:
    """The names that the body of the matched route may use; none where it takes no body."""
    route = app.context.get("_route")
    bodies = route.dependant.body_params if route else []
    model = bodies[0].field_info.annotation if bodies else None
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return []
    return [field.alias or name for name, field in model.model_fields.items()]


def _field_error(fault: _Fault, known_fields: Sequence[str]) -> FieldError:
    field = _name(fault["loc"])
    if fault["type"] == "missing" or (fault.get("input", ...) is None and fault["type"].endswith("_type")):
        message, allowed = _REQUIRED.get(field, lambda: (f"{field} is required.", None))()
        return FieldError(field, message, allowed)
    if fault["type"] == "extra_forbidden":
        # Only of the body itself is it known here which fields there are.
        return FieldError(field, f"There is no field {field!r}.", list(known_fields) if "." not in field else None)
    if fault["type"] == "two_spellings":
        own, other = fault["ctx"]["field"], fault["ctx"]["other"]
        field = own if field == "body" else f"{field}.{own}"
        return FieldError(field, f"{own} is given twice, in two spellings: {own} and {other}.", [own, other])
    message, allowed = _words(fault)
    return FieldError(field, f"{field} {message}.", allowed)


def _words(fault: _Fault) -> _Words:
    details = _WITH_DETAILS.get(fault["type"])
    if details:
        return details(fault.get("ctx") or {})
    return _PLAIN.get(fault["type"], ("is not acceptable", None))


def _one_of(expected: str) -> _Words:
    """Pydantic writes the values as `'a', 'b' or 'c'`."""
    values = _CHOICES.findall(expected)
    return f"must be one of {', '.join(values)}", values


def _name(location: Sequence[str | int]) -> str:
    """`("body", "referenceUrls", 0)` becomes `referenceUrls[0]`; a fault of the whole body is named `body`."""
    path = location[1:] or location
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.lstrip(".")[:200]


def _limit(more: Mapping[str, Any]) -> dict[str, Any]:
    return {"maxLength": more["max_length"]}
