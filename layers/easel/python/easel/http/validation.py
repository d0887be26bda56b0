"""The framework's validation errors as `FieldError`s, each with what would have been accepted.

Its own messages are never passed on: they may quote the value, and they name Python types.
"""

from __future__ import annotations

import json
import re
from ast import literal_eval
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from easel.domain.catalogue import load_catalogue
from easel.domain.counting import counted
from easel.errors import FieldError, InvalidRequest
from easel.http.fault_locations import Location, place_of
from easel.suggestions import did_you_mean

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

_CHOICES: Final = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|True|False|None""")
"""Python's literals."""

_WITH_DETAILS: Final[Mapping[str, Callable[[Mapping[str, Any]], _Words]]] = {
    "string_too_long": lambda more: (f"must have at most {counted(more['max_length'], 'character')}", _limit(more)),
    "too_long": lambda more: (f"must have at most {_entries(more['max_length'])}", _limit(more)),
    "too_short": lambda more: (f"must have at least {_entries(more['min_length'])}", {"minItems": more["min_length"]}),
    "string_too_short": lambda more: (
        f"must have at least {counted(more['min_length'], 'character')}",
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


def to_invalid_request(faults: Iterable[_Fault], body: type[BaseModel] | None) -> InvalidRequest:
    """All faults as one error, whose summary is the first of them."""
    groups = _by_field(faults, body)
    fields = [_field_error(group) for group in sorted(groups, key=lambda group: not _is_misspelled(group[0]))]
    return InvalidRequest(fields[0].message if fields else "The request is not valid.", fields)


def validated(model: type[_Model], values: Mapping[str, Any]) -> _Model:
    """Values as a model, for routes that read their body themselves. Raises InvalidRequest."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise to_invalid_request(
            [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()], model
        ) from None


def body_model(app: APIGatewayHttpResolver) -> type[BaseModel] | None:
    """The model of the body of the matched route; None where it takes no body."""
    route = app.context.get("_route")
    bodies = route.dependant.body_params if route else []
    model = bodies[0].field_info.annotation if bodies else None
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None


def _is_misspelled(fault: _Fault) -> bool:
    """Whether it is an unknown field that resembles a known one: what it was meant to be is missing then."""
    return fault["type"] == "extra_forbidden" and bool(did_you_mean(str(fault["loc"][-1]), fault["fields"]))


def _by_field(faults: Iterable[_Fault], body: type[BaseModel] | None) -> list[list[_Fault]]:
    """The faults, those of the branches of one union together.

    A branch of another type than the value's says nothing where a branch of its type says what is wrong with it.
    """
    groups: dict[Location | int, list[_Fault]] = {}
    for number, fault in enumerate(faults):
        place = place_of(fault["loc"], body)
        group = groups.setdefault(number if place.union is None else place.union, [])
        group.append({**fault, "loc": place.location, "fields": place.fields, "choices": [*place.choices]})
    found: list[list[_Fault]] = []
    for union, group in groups.items():
        telling = [[fault] for fault in group if fault["loc"] != union or not _is_of_type(fault)]
        found += telling or [group]
    return found


def _is_of_type(fault: _Fault) -> bool:
    return bool(fault["type"].endswith("_type")) or fault["type"] == "int_from_float"


def _field_error(faults: Sequence[_Fault]) -> FieldError:
    """Several faults are those of a union that takes no such type."""
    fault = faults[0]
    field = _name(fault["loc"])
    if fault["type"] == "missing" or (fault.get("input", ...) is None and fault["type"].endswith("_type")):
        allowed = fault["choices"] or (_any_of(faults)[1] if len(faults) > 1 else None)
        message, allowed = _REQUIRED.get(field, lambda: (f"{field} is required.", allowed))()
        return FieldError(field, message, allowed)
    if fault["type"] == "extra_forbidden":
        known = list(fault["fields"])
        meant = did_you_mean(str(fault["loc"][-1]), known)
        return FieldError(field, f"There is no field {field!r}.{meant}", known or None)
    if fault["type"] == "two_spellings":
        own, other = fault["ctx"]["field"], fault["ctx"]["other"]
        field = own if field == "body" else f"{field}.{own}"
        return FieldError(field, f"{own} is given twice, in two spellings: {own} and {other}.", [own, other])
    message, allowed = _any_of(faults)
    if fault["choices"] and fault["type"] not in _WITH_DETAILS:
        allowed = fault["choices"]
    return FieldError(field, f"{field} {message}.", allowed)


def _any_of(faults: Sequence[_Fault]) -> _Words:
    words = dict(_words(fault) for fault in faults)
    first, *others = words
    message = " or ".join([first, *(text.removeprefix("must be ") for text in others)])
    return message, {"anyOf": [*words.values()]} if others else words[first]


def _words(fault: _Fault) -> _Words:
    details = _WITH_DETAILS.get(fault["type"])
    if details:
        return details(fault.get("ctx") or {})
    return _PLAIN.get(fault["type"], ("is not acceptable", None))


def _one_of(expected: str) -> _Words:
    """Pydantic writes the values as `'a', 'b' or 3`."""
    values = [literal_eval(value) for value in _CHOICES.findall(expected)]
    if len(values) == 1:
        return f"must be {_as_json(values[0])}", values
    return f"must be one of {', '.join(map(_as_json, values))}", values


def _as_json(value: Any) -> str:
    """As a request says it; text without quotes."""
    return value if isinstance(value, str) else json.dumps(value)


def _name(location: Sequence[str | int]) -> str:
    """`("body", "referenceUrls", 0)` becomes `referenceUrls[0]`; a fault of the whole body is named `body`."""
    path = location[1:] or location
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.lstrip(".")[:200]


def _entries(number: int) -> str:
    return counted(number, "entry", "entries")


def _limit(more: Mapping[str, Any]) -> dict[str, Any]:
    return {"maxLength": more["max_length"]}
