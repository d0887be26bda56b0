"""Where a validation error lies in a request, as its sender knows it.

Pydantic puts the names of a union's branches (`str`, `function-before[...]`) between the names of fields, and reports
the faults of each branch. Only the types tell branches from fields, so the location is read along them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import AliasChoices, BaseModel, Field

Location = tuple[str | int, ...]
_LISTS: Final = (list, tuple, set, frozenset)


class Place(NamedTuple):
    """The location without the names of branches, the union that it lies in, if any, and the fields of its object.

    `choices` are the values that the field there may have, where its type or its schema lists them.
    """

    location: Location
    union: Location | None
    fields: tuple[str, ...] = ()
    choices: tuple[Any, ...] = ()


def place_of(location: Sequence[str | int], body: type[BaseModel] | None) -> Place:
    """A location such as `("body", "model_id", "str")`; what does not lie in the body is left as it is."""
    if body is None or not location or location[0] != "body":
        return Place(tuple(location), None)
    kept: list[str | int] = ["body"]
    kinds: list[Any] = [body]
    union: Location | None = None
    fields: tuple[str, ...] = ()
    rest = list(location[1:])
    while rest:
        branches = [branch for kind in kinds for branch in _branches(kind)]
        if len(branches) > 1 and union != tuple(kept):
            union = tuple(kept)
            rest.pop(0)
            continue
        part = rest.pop(0)
        fields = tuple(dict.fromkeys(name for branch in branches for name in _fields(branch)))
        kinds = [inner for kind in kinds for inner in _inside(kind, part)]
        kept.append(part)
    choices = dict.fromkeys(value for kind in kinds for value in _choices(kind) if value is not None)
    return Place(tuple(kept), union, fields, tuple(choices))


def _fields(kind: Any) -> list[str]:
    """The names of the fields of a model, as its senders write them; none for other types."""
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return []
    return [field.alias or name for name, field in kind.model_fields.items()]


def _choices(kind: Any) -> Iterator[Any]:
    """The values of a literal or an enumeration, or those that the schema of a field lists."""
    yield from _schema(kind).get("enum", ())
    for branch in _branches(kind):
        if get_origin(branch) is Literal:
            yield from get_args(branch)
        elif isinstance(branch, type) and issubclass(branch, Enum):
            yield from (member.value for member in branch)


def _schema(kind: Any) -> Mapping[str, Any]:
    """What a field says in its schema beside its type."""
    fields = kind.__metadata__ if get_origin(kind) is Annotated else ()
    schemas = (getattr(field, "json_schema_extra", None) for field in fields)
    return next((schema for schema in schemas if isinstance(schema, Mapping)), {})


def _branches(kind: Any) -> list[Any]:
    """The types of a union other than None, or the type itself."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in {Union, UnionType}:
        return [each for each in get_args(kind) if each is not NoneType]
    return [kind]


def _inside(kind: Any, part: str | int) -> Iterator[Any]:
    """The types of what a type has at a name or an index, each with what its schema says beside it."""
    items = _schema(kind).get("items", {})
    for branch in _branches(kind):
        origin, inner = get_origin(branch), get_args(branch)
        if isinstance(branch, type) and issubclass(branch, BaseModel):
            fields = branch.model_fields.items()
            yield from (Annotated[field.annotation, field] for name, field in fields if part in _spellings(name, field))
        elif isinstance(part, int) and origin in _LISTS and inner:
            yield Annotated[inner[0], Field(json_schema_extra=items)]
        elif isinstance(part, str) and isinstance(origin, type) and issubclass(origin, Mapping) and inner:
            yield inner[1]


def _spellings(name: str, field: Any) -> list[Any]:
    alias = field.validation_alias
    return [name, field.alias, *(alias.choices if isinstance(alias, AliasChoices) else [alias])]
