"""What the OpenAPI document says about a route, as keyword arguments for the route's decorator.

    GET_WALLET = route("readWallet", "Money", "Get the wallet", "What the workspace has.", {200: "The balance."})

    @app.get("/api/v1/wallet", **words.GET_WALLET)

A route names the errors of its use case by their classes. What the machinery itself answers (an unknown caller, a body
that cannot be read, a field of the wrong type) is added when the document is merged, from the route's own signature; so
are statuses, codes and examples, which cost a starting function nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from easel.errors import EaselError

ERRORS: Final = "x-errors"
"""The codes of a route's own errors. Only the merged document is read by others, and it has them as responses."""
TAKES_BYTES: Final = "x-takes-bytes"
OPEN_QUERY: Final = "x-open-query"
OR_TICKET: Final = "x-or-ticket"
SIGNED: Final = "x-signed"


def route(
    operation_id: str,
    tag: str,
    summary: str,
    description: str,
    answers: Mapping[int, str | dict[str, Any]],
    *,
    errors: Sequence[type[EaselError]] = (),
    public: bool = False,
    takes_bytes: bool = False,
    open_query: bool = False,
    or_ticket: bool = False,
    signed: bool = False,
    body: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Describe a route.

    A text describes an answer with the route's own body; a dictionary is an OpenAPI response object. A route that is
    not `public` is refused without a caller. One that `takes_bytes` reads its body itself, and `body` is what the
    document says about it; all others get one JSON object. An `open_query` may have parameters that we do not know,
    because others write the address. With `or_ticket` a `ticket` in the query stands for the credential, and the route
    redeems it. Requests to a `signed` one carry a signature with AWS credentials instead of a key.
    """
    extensions: dict[str, Any] = {ERRORS: [error.code for error in errors]}
    if public:
        extensions["security"] = []
    if takes_bytes:
        extensions[TAKES_BYTES] = True
    if body is not None:
        extensions["requestBody"] = body
    if open_query:
        extensions[OPEN_QUERY] = True
    if signed:
        extensions[SIGNED] = True
    if or_ticket:
        extensions[OR_TICKET] = True
    return {
        "operation_id": operation_id,
        "tags": [tag],
        "summary": summary,
        "description": description,
        "responses": {
            status: {"description": answer} if isinstance(answer, str) else answer for status, answer in answers.items()
        },
        "openapi_extensions": extensions,
    }


def empty(description: str) -> dict[str, Any]:
    """An answer without a body."""
    return {"description": description, "content": {}}


UNCHANGED: Final = empty("Nothing has changed since the `ETag` sent as `If-None-Match`.")
"""The 304 of a route whose answers have an `ETag`."""


def document(description: str, media_type: str) -> dict[str, Any]:
    """An answer that is a text of this type."""
    return {"description": description, "content": {media_type: {"schema": {"type": "string"}}}}
