"""The body that a caller sent, stored once: what the generation holds anyway is left out of it and put back on reading.

A body names prompt and reference pictures, in the words of its door; the generation has both as well. A value that is
equal to one of them is replaced by the word where it is found: `{"prompt": "prompt", "referenceUrls": "urls"}`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from easel.domain.limits import json_of
from easel.domain.reference import Reference


def input_values(body: Mapping[str, Any], prompt: str, references: Sequence[Reference]) -> dict[str, Any]:
    """The attributes that hold a body. JSON, because DynamoDB knows no floats and the body must come back unchanged."""
    held = _held(prompt, references)
    found = {name: word for name, value in body.items() if (word := _word_for(value, held)) is not None}
    rest = {name: value for name, value in body.items() if name not in found}
    return {"inputParams": json_of(rest), "inputFrom": found or None}


def input_from(values: Mapping[str, Any], prompt: str, references: Sequence[Reference]) -> dict[str, Any]:
    """The body, from the attributes that hold it."""
    held = _held(prompt, references)
    found = {name: held[word] for name, word in (values.get("inputFrom") or {}).items()}
    rest: dict[str, Any] = json.loads(values["inputParams"])
    return found | rest


def _held(prompt: str, references: Sequence[Reference]) -> dict[str, Any]:
    """What a generation has of a body, in the forms in which bodies write it."""
    held: dict[str, Any] = {"prompt": prompt}
    if references:
        held["urls"] = [reference.url for reference in references]
        held["pictures"] = [{reference.field: reference.name} for reference in references]
        held["roles"] = [{reference.field: reference.name, "role": reference.role} for reference in references]
        held["files"] = [file_id for reference in references if (file_id := reference.telegram_file_id)]
    return held


def _word_for(value: object, held: Mapping[str, Any]) -> str | None:
    # Only texts and lists: to Python, 1 and true are equal.
    if not value or not isinstance(value, (str, list)):
        return None
    return next((word for word, kept in held.items() if value == kept), None)
