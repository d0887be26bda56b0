"""Copies of DynamoDB records under other names. Imports nothing of ours: an emulator uses it too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


def renamed(records: Sequence[dict[str, Any]], names: Iterable[Mapping[str, str]]) -> Iterator[dict[str, Any]]:
    """The records once for each mapping of old to new texts, which are replaced wherever they occur.

    Attributes without such a text are the same object in every copy, so that very many fit into memory.
    """
    template = json.dumps(records)
    for mapping in names:
        text = template
        for old, new in mapping.items():
            text = text.replace(old, new)
        for record, copy in zip(records, json.loads(text), strict=True):
            yield {name: record[name] if value == record[name] else value for name, value in copy.items()}
