"""How many bytes every stored text may have, counted as UTF-8: a character may take four.

DynamoDB takes 400 kB per item. What a caller sends is refused when it is longer (`check_request`), what vendors and the
engine add is shortened (`shortened`), so that a generation that was accepted always has room for its end. The numbers
are proven together by `tests/property/test_item_sizes.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from easel.domain.request import ImageRequest
from easel.errors import FieldError, InvalidRequest

PROMPT: Final = 16_000
"""Four bytes for each of the 4,000 characters that models take."""
REFERENCE_URL: Final = 2_048
REFERENCE_FILE_ID: Final = 256
"""Telegram's file ids have about 80 characters."""
NEGATIVE_PROMPT: Final = 4_000
WATERMARK: Final = 400
CLIENT_REFERENCE: Final = 800
NOTE: Final = 2_000
"""Four bytes for each character of a note on an image that is made again."""
TEMPLATE_VALUES: Final = 40_000
"""All values together."""
INPUT: Final = 96 * 1024
"""The whole request, as JSON without spaces."""

MESSAGE: Final = 512
"""A sentence that says why something failed or was changed."""
CODE: Final = 128
"""A vendor's own code of an error."""
NOTICES: Final = 60
"""Remarks of a template on what it shortened."""


def check_request(request: ImageRequest) -> None:
    """Refuse texts that are too long to be stored.

    Raises:
        InvalidRequest: one `FieldError` per field, with the bytes that are allowed.
    """
    faults = [_fault(field, size, limit) for field, size, limit in _sizes(request) if size > limit]
    if faults:
        raise InvalidRequest(faults[0].message, faults)


def bytes_of(text: str) -> int:
    """The length of a text as it is stored."""
    return len(text.encode("utf-8", "surrogatepass"))


def json_of(value: object) -> str:
    """A value as JSON the way it is stored: without spaces, and nothing escaped that need not be."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def shortened(text: str, limit: int) -> str:
    """As much of a text as fits into so many bytes, with a sign that there was more."""
    if bytes_of(text) <= limit:
        return text
    return text.encode("utf-8", "surrogatepass")[: limit - 3].decode("utf-8", "ignore") + "…"


def _sizes(request: ImageRequest) -> Iterator[tuple[str, int, int]]:
    """Every text of a request: its field, its bytes and how many it may have."""
    yield "prompt", bytes_of(request.prompt), PROMPT
    yield "negativePrompt", bytes_of(request.asked.negative_prompt or ""), NEGATIVE_PROMPT
    yield "watermark", bytes_of(request.asked.watermark or ""), WATERMARK
    yield "note", bytes_of(request.origin.note or ""), NOTE
    yield "clientReference", bytes_of(request.client_reference or ""), CLIENT_REFERENCE
    for index, reference in enumerate(request.references):
        field, file_id = request.reference_field(index), reference.telegram_file_id or ""
        yield field, bytes_of(reference.url or ""), REFERENCE_URL
        yield field if reference.url is None else f"referenceFileIds[{index}]", bytes_of(file_id), REFERENCE_FILE_ID
    # The values themselves are not stored. A template may be asked to shorten them, each to what it takes.
    if request.template and not request.template.truncate:
        values = sum(map(bytes_of, request.template.variables.values()))
        yield from ((field, values, TEMPLATE_VALUES) for field in request.template.fields_of_values())
    yield "body", bytes_of(json_of(request.input_params)), INPUT


def _fault(field: str, size: int, limit: int) -> FieldError:
    return FieldError(field, f"{field} has {size} bytes; at most {limit} are taken.", {"maxBytes": limit})
