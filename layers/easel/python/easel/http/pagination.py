"""Pages of lists: by signed cursor, or by number as far as that stays cheap.

A cursor is `base64url(json).base64url(hmac-sha256)`. It carries the sort key to go on from, whose list it is and for
which query; the partition is always rebuilt from the authenticated caller, so a cursor opens nothing that the caller
could not list anyway.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Query

from easel.errors import InvalidCursor, InvalidRequest

DEFAULT_LIMIT: Final = 10
MAX_LIMIT: Final = 100
MAX_NUMBERED: Final = 1000
"""The last item that a page number reaches. Every page before it is read again, so numbers may not go on forever."""

_VERSION: Final = 1
_LONGEST_CURSOR: Final = 2048

Limit = Annotated[
    int | None,
    Query(
        description=f"Items per page; {DEFAULT_LIMIT} when left out.",
        json_schema_extra={"minimum": 1, "maximum": MAX_LIMIT},
    ),
]
PageNumber = Annotated[
    int | None,
    Query(
        description=f"From 1, while page * limit <= {MAX_NUMBERED}. Not with `cursor`.",
        json_schema_extra={"minimum": 1},
    ),
]
CursorText = Annotated[str | None, Query(alias="cursor", description="`nextCursor` of the page before.")]


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page: after a sort key, or by number; the first one when both are None."""

    limit: int
    page: int | None = None
    after: str | None = None


class CursorSigner:
    """Makes and reads cursors. The key is asked for only when there is a cursor to sign or to check."""

    def __init__(self, key: Callable[[], bytes]) -> None:
        self._key = key

    def sign(self, after: str, *, owner: str, query: str) -> str:
        """The cursor that goes on after this sort key of `query`, for `owner` alone."""
        payload = json.dumps({"v": _VERSION, "o": owner, "q": query, "a": after}, separators=(",", ":")).encode()
        return f"{_encode(payload)}.{_encode(self._signature(payload))}"

    def read(self, cursor: str, *, owner: str, query: str) -> str:
        """The sort key to go on from.

        Raises:
            InvalidCursor: not one of ours, altered, of an older version, of another owner or another query.
        """
        try:
            payload, signature = (_decode(part) for part in cursor[:_LONGEST_CURSOR].split("."))
            genuine = hmac.compare_digest(signature, self._signature(payload))
            said = json.loads(payload) if genuine else {}
        except (ValueError, binascii.Error):
            said = {}
        if (said.get("v"), said.get("o"), said.get("q")) != (_VERSION, owner, query):
            raise InvalidCursor.of("cursor", "This cursor was not issued for this list; start again without one.")
        return str(said["a"])

    def _signature(self, payload: bytes) -> bytes:
        return hmac.digest(self._key(), b"easel-cursor:" + payload, hashlib.sha256)


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of one owner: the pages that may be asked for, and the cursors from one to the next."""

    signer: CursorSigner
    owner: str
    query: str

    def page_request(self, *, limit: int | None, page: int | None, cursor: str | None) -> PageRequest:
        """Which page the caller asks for.

        Raises:
            InvalidRequest: out of range, or cursor and page together.
            InvalidCursor: a cursor that we did not issue for this list.
        """
        size = DEFAULT_LIMIT if limit is None else limit
        if not 1 <= size <= MAX_LIMIT:
            message = f"limit must be from 1 to {MAX_LIMIT}."
            raise InvalidRequest.of("limit", message, {"minimum": 1, "maximum": MAX_LIMIT})
        if cursor is None:
            return PageRequest(size, page=_numbered(page, size))
        if page is not None:
            raise InvalidRequest.of("page", "Give either cursor or page, not both.")
        return PageRequest(size, after=self.signer.read(cursor, owner=self.owner, query=self.query))

    def next_cursor(self, after: str | None) -> str | None:
        """The cursor to the next page; None when there is none."""
        return self.signer.sign(after, owner=self.owner, query=self.query) if after else None


def _numbered(page: int | None, size: int) -> int:
    last = MAX_NUMBERED // size
    if page is not None and not 1 <= page <= last:
        message = f"page must be from 1 to {last} with limit {size}; use cursor to go further."
        raise InvalidRequest.of("page", message, {"minimum": 1, "maximum": last})
    return page or 1


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    # Base64 has several spellings for some bytes; only the one that we write counts.
    if _encode(data) != text:
        raise ValueError("not our spelling")
    return data
