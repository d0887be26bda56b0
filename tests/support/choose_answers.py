"""Examples of successful answers for the OpenAPI document: answers that tests received, made short and neutral.

    EASEL_RECORD_ANSWERS=answers.jsonl python -m pytest tests/functions/api
    python -m tests.support.choose_answers answers.jsonl    # adds what is missing in answer_examples.json

An example that is there stays. To replace one, delete it from `answer_examples.json` first. Where no such test
receives the answer, the example is written by hand, from that of a route with the same form.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import jsonschema_rs
from tests.support import validator
from tests.support.answer_examples import MOST_CHARACTERS, STORED, Examples, answers_in, size_of, stored
from tests.support.neutral_answers import neutral

_REPEATED: Final = re.compile(r"([^0])\1{15}")
"""A text that a test made long. Digests in examples are zeros."""
_FAILURES: Final = ("error", "errors", "error_message", "failed", "disabledReason")

_Place = tuple[str, str]
"""Operation id and status."""


def chosen(lines: Iterable[str]) -> Examples:
    """The best answer of each operation and status: without failures, of those that fit the one that shows most.

    At an address of two doors, the home door's answer is the better one.
    """
    schemas = {(operation, status): described["schema"] for operation, status, described in _answers()}
    best: dict[_Place, tuple[bool, int, int, str]] = {}
    for place, text in _candidates(lines):
        example = json.loads(text)
        branch = _branch(schemas[place], example) if place in schemas else None
        if branch is not None:
            plain = not _failed(example) and not _REPEATED.search(text)
            rank = plain, -branch, _shown(example), text
            best[place] = max(best.get(place, rank), rank)
    examples: Examples = {}
    for (operation, status), (*_, text) in best.items():
        examples.setdefault(operation, {})[status] = json.loads(text)
    return examples


def _answers() -> Iterable[tuple[str, str, dict[str, Any]]]:
    return answers_in(validator.document()["paths"])


def _candidates(lines: Iterable[str]) -> set[tuple[_Place, str]]:
    found = set()
    for line in lines:
        recorded = json.loads(line)
        example = neutral(recorded["body"])
        if size_of(example) <= MOST_CHARACTERS:
            found.add(((recorded["operation"], str(recorded["status"])), json.dumps(example)))
    return found


def _branch(schema: dict[str, Any], example: Any) -> int | None:
    """Which of the schema's alternatives takes the example; None when none does."""
    components = validator.document()["components"]
    for number, one in enumerate(schema.get("anyOf", [schema])):
        if jsonschema_rs.Draft202012Validator({**one, "components": components}).is_valid(example):
            return number
    return None


def _failed(value: Any) -> bool:
    if isinstance(value, list):
        return any(_failed(entry) for entry in value)
    if not isinstance(value, dict):
        return False
    return any(value.get(key) for key in _FAILURES) or any(_failed(entry) for entry in value.values())


def _shown(value: Any) -> int:
    """How many values there are that are not null."""
    if isinstance(value, list | dict):
        return sum(map(_shown, value.values() if isinstance(value, dict) else value))
    return 0 if value is None else 1


def _as_text(examples: Examples) -> str:
    """One line for each answer."""
    operations = []
    for name, statuses in sorted(examples.items()):
        answers = [f"  {json.dumps(status)}: {json.dumps(value)}" for status, value in sorted(statuses.items())]
        operations.append(f" {json.dumps(name)}: {{\n" + ",\n".join(answers) + "\n }")
    return "{\n" + ",\n".join(operations) + "\n}\n"


def main(arguments: list[str]) -> int:
    """Add what is missing from a recording."""
    with Path(arguments[0]).open(encoding="utf-8") as recording:
        found = chosen(recording)
    known = stored()
    merged = {name: found.get(name, {}) | known.get(name, {}) for name in found.keys() | known.keys()}
    STORED.write_text(_as_text(merged), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
