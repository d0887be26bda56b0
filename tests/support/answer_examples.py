"""The examples of successful answers in the OpenAPI document. `choose_answers.py` adds those of new routes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

STORED: Final = Path(__file__).with_name("answer_examples.json")
MEDIA_TYPE: Final = "application/json"
MOST_CHARACTERS: Final = 2_500
"""Of one example as compact JSON, enough for a generation of one image. The document is read at run time."""

Examples = dict[str, dict[str, Any]]
"""By operation id and status."""


def stored() -> Examples:
    """The examples as they are kept."""
    examples: Examples = json.loads(STORED.read_text(encoding="utf-8"))
    return examples


def add_examples(paths: Mapping[str, Any]) -> None:
    """Put the stored examples into the answers of the operations in `paths`."""
    examples = stored()
    for operation, status, described in answers_in(paths):
        known = examples.get(operation, {})
        if status in known:
            described["example"] = known[status]


def answers_in(paths: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Operation id, status and description of every successful answer that is JSON."""
    for item in paths.values():
        for operation in item.values():
            for status, response in operation["responses"].items():
                if status < "300" and MEDIA_TYPE in response.get("content", {}):
                    yield operation["operationId"], status, response["content"][MEDIA_TYPE]


def size_of(example: Any) -> int:
    """In characters, as it is served."""
    return len(json.dumps(example, separators=(",", ":")))
