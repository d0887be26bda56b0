"""What an OpenAPI document takes away from clients of an earlier one.

    python -m tests.support.breaking_changes     # the current document becomes the released one

The released document is compared without its texts and examples, which break nobody.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]
CURRENT: Final = REPOSITORY / "layers/easel/python/easel/http/openapi.json"
RELEASED: Final = REPOSITORY / "tests/contract/released_openapi.json"

_METHODS: Final = ("get", "put", "post", "delete", "patch", "head", "options")
_TEXTS: Final = frozenset({"description", "summary", "example", "examples", "tags", "title"})
_NAMED: Final = frozenset({"properties", "schemas", "responses", "paths", "headers", "content", "enum", "required"})
"""Objects whose keys are names, not keywords, and lists of names."""

Document = Mapping[str, Any]


def breaking_changes(old: Document, new: Document) -> list[str]:
    """A sentence for each thing that clients of `old` would miss in `new`, or would have to add."""
    return list(dict.fromkeys(_Comparison(old, new).changes()))


def without_texts(value: Any, *, names: bool = False) -> Any:
    """The document without descriptions and examples. `names`: the keys of this object are names."""
    if isinstance(value, list):
        return [without_texts(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: without_texts(each, names=key in _NAMED and not names)
        for key, each in value.items()
        if names or key not in _TEXTS
    }


class _Comparison:
    def __init__(self, old: Document, new: Document) -> None:
        self._old, self._new = old, new

    def changes(self) -> Iterator[str]:
        for path, item in self._old["paths"].items():
            if path not in self._new["paths"]:
                yield f"{path}: the path is gone"
                continue
            for method in (name for name in item if name in _METHODS):
                place = f"{method.upper()} {path}"
                if method not in self._new["paths"][path]:
                    yield f"{place}: the method is gone"
                else:
                    yield from self._operation(place, item[method], self._new["paths"][path][method])

    def _operation(self, place: str, old: Document, new: Document) -> Iterator[str]:
        yield from self._parameters(place, old, new)
        yield from self._bodies(f"{place} request", old.get("requestBody", {}), new.get("requestBody", {}), sent=True)
        if new.get("requestBody", {}).get("required") and not old.get("requestBody", {}).get("required"):
            yield f"{place}: a body is required"
        for status, answer in old["responses"].items():
            if status not in new["responses"]:
                yield f"{place}: status {status} is gone"
            else:
                yield from self._bodies(f"{place} {status}", answer, new["responses"][status], sent=False)

    def _parameters(self, place: str, old: Document, new: Document) -> Iterator[str]:
        before, after = _named(self._old, old), _named(self._new, new)
        for key, each in before.items():
            if key not in after:
                yield f"{place}: parameter {key[1]} is gone"
            else:
                schemas = each.get("schema", {}), after[key].get("schema", {})
                yield from self._schema(f"{place} {key[1]}", *schemas, sent=True, seen=frozenset())
        for key, each in after.items():
            if each.get("required") and not before.get(key, {}).get("required"):
                yield f"{place}: parameter {key[1]} is required"

    def _bodies(self, place: str, old: Document, new: Document, *, sent: bool) -> Iterator[str]:
        old, new = _resolved(self._old, old), _resolved(self._new, new)
        for media_type, content in old.get("content", {}).items():
            if media_type not in new.get("content", {}):
                yield f"{place}: {media_type} is gone"
                continue
            schemas = content.get("schema", {}), new["content"][media_type].get("schema", {})
            yield from self._schema(place, *schemas, sent=sent, seen=frozenset())

    def _schema(self, place: str, old: Any, new: Any, *, sent: bool, seen: frozenset[tuple[str, str]]) -> Iterator[str]:
        if not isinstance(old, Mapping) or not isinstance(new, Mapping):
            return
        pair = old.get("$ref", ""), new.get("$ref", "")
        if any(pair) and pair in seen:
            return
        seen |= {pair}
        old, new = _resolved(self._old, old), _resolved(self._new, new)
        yield from _values(place, old, new)
        if sent:
            added = set(new.get("required", ())) - set(old.get("required", ()))
            yield from (f"{place}: {name} is required" for name in sorted(added))
        for name, each in old.get("properties", {}).items():
            if name not in new.get("properties", {}):
                yield f"{place}: field {name} is gone"
            else:
                yield from self._schema(f"{place}.{name}", each, new["properties"][name], sent=sent, seen=seen)
        for part, before, after in _parts(old, new):
            yield from self._schema(f"{place}{part}", before, after, sent=sent, seen=seen)


def _named(document: Document, operation: Document) -> dict[tuple[str, str], Document]:
    """The parameters of an operation, by where they are and by their names."""
    parameters = (_resolved(document, each) for each in operation.get("parameters", ()))
    return {(each["in"], each["name"]): each for each in parameters}


def _parts(old: Document, new: Document) -> Iterator[tuple[str, Any, Any]]:
    """Items and alternatives that both schemas have."""
    if "items" in old and "items" in new:
        yield "[]", old["items"], new["items"]
    for word in ("anyOf", "oneOf", "allOf"):
        pairs = zip(old.get(word, ()), new.get(word, ()), strict=False)
        yield from ((f"<{number}>", *pair) for number, pair in enumerate(pairs))


def _values(place: str, old: Document, new: Document) -> Iterator[str]:
    if "enum" in old and "enum" in new:
        gone = [value for value in old["enum"] if value not in new["enum"]]
        yield from (f"{place}: value {value!r} is gone" for value in gone)
    elif "enum" in new and "enum" not in old:
        yield f"{place}: only some values are left"


def _resolved(document: Document, schema: Document) -> Document:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return _resolved(document, found)


def main() -> int:
    """Release the current document. Says what breaks by it."""
    current = json.loads(CURRENT.read_text(encoding="utf-8"))
    if RELEASED.exists():
        for change in breaking_changes(json.loads(RELEASED.read_text(encoding="utf-8")), current):
            sys.stdout.write(f"breaking: {change}\n")
    RELEASED.write_text(json.dumps(without_texts(current), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
