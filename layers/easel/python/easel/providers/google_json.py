"""Google's JSON, read tolerantly: camelCase or snake_case, any field missing, null or of another type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from easel.providers.encoding import parse_json

_MAX_TEXT: Final = 2000


def parse_answer(body: bytes) -> Mapping[str, Any] | None:
    """The body as a JSON object, also out of a list of one; None when it is anything else."""
    parsed = parse_json(body)
    if isinstance(parsed, list) and len(parsed) == 1:
        parsed = parsed[0]
    return parsed if isinstance(parsed, dict) else None


def field_of(source: Any, name: str) -> Any:
    """A field by its camelCase name, however it is written; None when there is none, or nothing that could have one."""
    if not isinstance(source, dict):
        return None
    value = source.get(name)
    return value if value is not None else source.get(_snake_case(name))


def text_of(source: Any, name: str) -> str:
    """A field that is text, cut to a length that is safe to search; empty when it is anything else."""
    value = field_of(source, name)
    return value[:_MAX_TEXT] if isinstance(value, str) else ""


def items_of(source: Any, name: str) -> tuple[Any, ...]:
    """A field that is a list; empty when it is anything else."""
    value = field_of(source, name)
    return tuple(value) if isinstance(value, list) else ()


def _snake_case(name: str) -> str:
    return re.sub(r"(?=[A-Z])", "_", name).lower()
