"""Lines of batches, as every door reads them: one JSON object for each request, in OpenAI's form. Pure functions."""

from __future__ import annotations

import codecs
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from easel.domain.batch import CANONICAL_ADDRESS, MAX_LINES, BatchLine
from easel.errors import InvalidRequest
from easel.http.bodies import json_object
from easel.http.door import DoorName

MAX_BATCH_BYTES: Final = 4_500_000
"""Of all lines together: a Lambda event has 6 MB, base64 included."""
MAX_LINE_BYTES: Final = 64 * 1024
LONGEST_CUSTOM_ID: Final = 64
LINE_ADDRESSES: Final[Mapping[str, DoorName]] = {
    CANONICAL_ADDRESS: DoorName.CANONICAL,
    "/api/ai/images": DoorName.WORKSPACE,
    "/api/v1/images/generate": DoorName.STUDIO,
    "/v1/images/generations": DoorName.OPENAI,
    "/v1/images/edits": DoorName.OPENAI,
}
"""The routes whose bodies lines may have, and the doors that they are of."""
_FIELDS: Final = frozenset({"custom_id", "customId", "method", "url", "body"})

LineCheck = Callable[[Mapping[str, Any]], str | None]
"""What is wrong with a line, as a door sees it; None where nothing is."""


def values_of(sent: bytes) -> Iterator[Any]:
    """The JSON object of each line that is not blank. Raises InvalidRequest: one that is none, or is too long."""
    # Some editors begin a file with a mark of its encoding, which is no part of the first line.
    for number, text in enumerate(filter(bytes.strip, sent.removeprefix(codecs.BOM_UTF8).splitlines())):
        if len(text) > MAX_LINE_BYTES:
            raise InvalidRequest.of(f"requests[{number}]", f"A line has at most {MAX_LINE_BYTES} bytes.")
        try:
            yield json_object(text)
        except InvalidRequest as error:
            raise InvalidRequest.of(f"requests[{number}]", f"Line {number + 1}: {error.message}") from None


def lines_of(
    values: Iterable[Any], check: LineCheck = lambda _: None, *, addresses: Collection[str] = tuple(LINE_ADDRESSES)
) -> list[BatchLine]:
    """The lines of a batch. One that is no request, or has none of the `addresses`, is among them, with its error.

    Raises:
        InvalidRequest: no lines, too many, or names that are missing or given twice, since results could not be told
            apart.
    """
    lines = [_line(number, value, check, addresses) for number, value in enumerate(values)]
    if not 1 <= len(lines) <= MAX_LINES:
        raise InvalidRequest.of("requests", f"A batch has 1 to {MAX_LINES} requests.", {"maxItems": MAX_LINES})
    counts = Counter(line.custom_id for line in lines)
    repeated = next((name for name, count in counts.items() if count > 1), None)
    if repeated is not None:
        raise InvalidRequest.of("custom_id", f"Each custom_id may be given once; {repeated!r} is given twice or more.")
    return lines


def _line(number: int, value: Any, check: LineCheck, addresses: Collection[str]) -> BatchLine:
    field = f"requests[{number}]"
    if not isinstance(value, Mapping):
        raise InvalidRequest.of(field, f"{field} must be an object.", {"type": "object"})
    custom_id = value.get("custom_id", value.get("customId"))
    if not isinstance(custom_id, str) or not 1 <= len(custom_id) <= LONGEST_CUSTOM_ID:
        text = f"{field}.custom_id must be a text of 1 to {LONGEST_CUSTOM_ID} characters."
        raise InvalidRequest.of(f"{field}.custom_id", text, {"maxLength": LONGEST_CUSTOM_ID})
    body = value.get("body")
    fault = _fault(value, body, addresses) or check(value)
    if fault:
        return BatchLine(number, custom_id, {}, {"code": "invalid_request", "message": fault, "details": []})
    body = body if isinstance(body, Mapping) else {}
    return BatchLine(number, custom_id, body, address=value.get("url", CANONICAL_ADDRESS))


def _fault(value: Mapping[str, Any], body: Any, addresses: Collection[str]) -> str | None:
    if unknown := set(value) - _FIELDS:
        return f"There is no field {min(unknown)[:80]!r}."
    if value.get("method", "POST") != "POST":
        return "method must be POST."
    if not isinstance(url := value.get("url", CANONICAL_ADDRESS), str) or url not in addresses:
        return f"url must be {' or '.join(addresses)}."
    if not isinstance(body, Mapping):
        return "body must be an object."
    if len(json.dumps(body)) > MAX_LINE_BYTES:
        return f"body must have at most {MAX_LINE_BYTES} bytes."
    return None
