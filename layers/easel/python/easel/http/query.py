"""Query parameters: names in either case are understood, and what a route does not know is refused.

A parameter that is ignored makes a request into another one: `?dryRun=true` would make a real generation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pydantic.alias_generators import to_snake

from easel.errors import FieldError, InvalidRequest
from easel.suggestions import did_you_mean


def with_known_names(event: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    """The event with its query parameters by the names that the route gave them.

    Raises:
        InvalidRequest: with every parameter that the route does not know, and the names of those that it knows; or one
            that is given twice, in one spelling or in both.
    """
    sent = event.get("queryStringParameters") or {}
    by_spelling = {to_snake(name): name for name in known}
    names = {name: by_spelling.get(to_snake(name)) for name in sent}
    unknown = [_unknown(name, known) for name, own in names.items() if own is None]
    if unknown:
        raise InvalidRequest(unknown[0].message, unknown)
    renamed: dict[str, Any] = {}
    for name, own in names.items():
        if own in renamed:
            raise InvalidRequest.of(str(own), f"{own} is given twice, in two spellings.")
        renamed[str(own)] = sent[name]
    pairs = parse_qsl(str(event.get("rawQueryString") or ""), keep_blank_values=True)
    for name, times in Counter(name for name, _ in pairs).items():
        if times > 1:
            raise InvalidRequest.of(name[:200], f"{name[:80]} is given {times} times; give it once.", {"maxItems": 1})
    if list(renamed) == list(sent):
        return dict(event)
    raw = urlencode([(names.get(name) or name, value) for name, value in pairs])
    return {**event, "queryStringParameters": renamed or None, "rawQueryString": raw}


def _unknown(name: str, known: Collection[str]) -> FieldError:
    takes = f"it takes {', '.join(sorted(known))}" if known else "it takes none"
    message = f"There is no query parameter {name[:80]!r} here; {takes}.{did_you_mean(name, known)}"
    return FieldError(name[:200], message, sorted(known))
